// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The end of a download: from all bytes received to a clip that can be believed.
#include "base/text.h"
#include "clip/clip_state.h"

namespace prompt::clip {
namespace {

Error short_error(std::uint64_t got, std::uint64_t size) {
  return broken_error(format(
      "The download ended after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes.", got, size));
}

// What the structure says, given whether a length was announced and kept.
Result<void> judge(Kind kind, const Proof& proof, bool has_length) {
  const char* name = facts_of(kind).name;
  switch (proof.wholeness) {
    case Wholeness::whole:
      return {};
    case Wholeness::not_provable:
      if (has_length) return {};
      return fail(broken_error(
          format("The server announced no length, and whether the downloaded file is whole (%s) "
                 "cannot be told without one: %s.",
                 name, proof.reason.c_str())));
    case Wholeness::cut:
      return fail(broken_error(
          format("The downloaded file, %s, is cut short: %s.", name, proof.reason.c_str())));
    case Wholeness::damaged:
      break;
  }
  return fail(
      ErrorKind::wrong_media,
      format("The downloaded file looks like %s but is damaged: %s.", name, proof.reason.c_str()));
}

}  // namespace

Result<void> ClipFile::finish() {
  State& state = *state_;
  const std::lock_guard writing(state.writing);
  std::uint64_t received = 0;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> tail_begin;
  std::shared_ptr<const std::string> tail;
  {
    const std::lock_guard lock(state.mutex);
    if (state.facts.complete) return {};
    received = state.facts.received;
    size = state.facts.size;
    tail_begin = state.facts.tail_begin;
    tail = state.tail;
  }
  if (state.position < received) {
    // The body ended while it was compared with what is here.
    if (size) return prompt::fail(short_error(state.position, *size));
    if (Result<void> dropped = state.drop_behind(state.position); !dropped) return dropped;
    received = state.position;
    tail.reset();
  }
  if (tail && received >= *tail_begin && received < *size) {
    const std::uint64_t from = received - *tail_begin;
    const Bytes rest = as_bytes(*tail).subspan(static_cast<std::size_t>(from));
    if (Result<void> written = write_at(state.file, state.part_path, rest.data(), rest.size(),
                                        static_cast<off_t>(received));
        !written)
      return written;
    received = *size;
    state.position = received;
    const std::lock_guard lock(state.mutex);
    state.facts.received = received;
    state.drop_tail();
  }
  if (received == 0) return prompt::fail(broken_error("The server sent an empty file."));
  if (size && received < *size) return prompt::fail(short_error(received, *size));

  const FileBytes file(state.file.get(), received);
  const Result<std::optional<Kind>> kind = state.look_at_beginning(received, true);
  if (!kind) {
    if (Result<void> dropped = state.drop_behind(0); !dropped) return dropped;
    return prompt::fail(kind.error());
  }
  if (Result<void> judged = judge(**kind, prove(**kind, file), size.has_value()); !judged) {
    if (judged.error().retriable) {
      const std::lock_guard lock(state.mutex);
      state.is_distrusted = true;
    } else if (Result<void> dropped = state.drop_behind(0); !dropped) {
      return dropped;
    }
    return judged;
  }
  if (!state.hash.add_file(file, state.hashed, received))
    return prompt::fail(ErrorKind::storage,
                        format("'%s' could not be read back.", state.part_path.c_str()));
  state.hashed = received;

  const std::string path = state.folder + "/" + state.name + "." + facts_of(**kind).extension;
  if (Result<void> published = publish_file(state.file, state.part_path, path); !published)
    return published;
  {
    const std::lock_guard lock(state.mutex);
    state.sha256 = state.hash.hex();
    ClipFacts& facts = state.facts;
    facts.kind = **kind;
    facts.size = received;
    facts.path = path;
    facts.complete = true;
    facts.error.reset();
    state.wants.clear();
    state.drop_tail();
  }
  state.wakes.notify();
  return {};
}

}  // namespace prompt::clip
