// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The end of a download: from all bytes received to a clip that can be believed and is found again.
#include <glib/gstdio.h>

#include <cerrno>

#include "base/log.h"
#include "base/test_point.h"
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

Result<std::shared_ptr<ClipFile>> ClipFile::open_renamed(const std::string& path,
                                                         std::optional<std::uint64_t> size) {
  Result<std::shared_ptr<ClipFile>> clip = open_complete(path);
  if (!clip) return clip;
  State& state = *(*clip)->state_;
  const std::uint64_t found = *state.facts.size;
  if (size && found != *size) return prompt::fail(short_error(found, *size));
  const FileBytes file(state.file.get(), found);
  const Kind kind = *state.facts.kind;
  if (Result<void> judged = judge(kind, prove(kind, file), size.has_value()); !judged)
    return prompt::fail(judged.error());
  Finished finished;
  if (!state.hash.add_file(file, 0, found)) return prompt::fail(storage_error(path, "read", EIO));
  finished.file = path.substr(path.rfind('/') + 1);
  finished.size = found;
  finished.sha256 = state.hash.hex();
  if (const Result<FileIdentity> identity = identify(path)) finished.identity = *identity;
  state.finished = std::move(finished);
  state.facts.kept = false;
  return clip;
}

Result<void> ClipFile::finish(const Keeper& keeper) {
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

  if (Result<void> synced = sync_file(state.file, state.part_path); !synced) return synced;
  Finished finished;
  finished.file = state.name + "." + facts_of(**kind).extension;
  finished.size = received;
  finished.sha256 = state.hash.hex();
  if (const Result<FileIdentity> identity = identify(state.part_path))
    finished.identity = *identity;
  {
    const std::lock_guard lock(state.mutex);
    finished.validators = state.facts.validators;
  }
  // By this it is found again from now on, whatever becomes of this process.
  const auto tell = [](const auto& call, const Finished& what) {
    if (!call) return true;
    const Result<void> told = call(what);
    if (!told) log({LogCategory::clip, LogLevel::warning}, "%s", told.error().message.c_str());
    return told.has_value();
  };
  test_point("before-proved");
  (void)tell(keeper.on_proved, finished);
  test_point("after-proved");

  const std::string path = state.folder + "/" + finished.file;
  test_point("before-rename");
  if (Result<void> published = publish_file(state.part_path, path); !published) return published;
  test_point("after-rename");
  {
    const std::lock_guard lock(state.mutex);
    state.finished = finished;
    ClipFacts& facts = state.facts;
    facts.kind = **kind;
    facts.size = received;
    facts.path = path;
    facts.complete = true;
    facts.error.reset();
    state.wants.clear();
    state.drop_tail();
  }
  (void)::g_unlink(state.tail_path().c_str());
  const bool is_kept = tell(keeper.on_renamed, finished);
  test_point("after-kept");
  if (is_kept)
    set_kept();
  else
    state.wakes.notify();
  return {};
}

void ClipFile::set_kept() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->facts.kept = true;
  }
  state_->wakes.notify();
}

}  // namespace prompt::clip
