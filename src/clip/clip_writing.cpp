// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The writer's side of a ClipFile, but for the end of it (clip_finish.cpp).
#include <algorithm>
#include <array>

#include "base/ref.h"
#include "base/text.h"
#include "clip/clip_state.h"

namespace prompt::clip {
namespace {

Error too_large_error(std::uint64_t size, std::uint64_t max_bytes) {
  const OwnedString is(g_format_size_full(size, G_FORMAT_SIZE_IEC_UNITS));
  const OwnedString may_be(g_format_size_full(max_bytes, G_FORMAT_SIZE_IEC_UNITS));
  return Error{ErrorKind::too_large,
               format("The clip has at least %s, which is more than the %s allowed; set "
                      "GST_PROMPT_MAX_BYTES to allow more.",
                      is.get(), may_be.get())};
}

// How many bytes at the front of `bytes` are the same as those of the file at `offset`.
std::size_t count_equal(const ByteSource& file, std::uint64_t offset, Bytes bytes) {
  std::array<std::byte, 16384> held;
  std::size_t equal = 0;
  while (equal < bytes.size()) {
    const Bytes rest = bytes.subspan(equal, std::min(held.size(), bytes.size() - equal));
    const std::size_t got = file.read(offset + equal, std::span(held).first(rest.size()));
    const auto differs =
        std::mismatch(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(got), held.begin());
    equal += static_cast<std::size_t>(differs.first - rest.begin());
    if (differs.first != rest.end()) break;
  }
  return equal;
}

}  // namespace

Result<void> ClipFile::set_head(std::optional<std::uint64_t> size, const Validators& validators,
                                BodyBegin begin) {
  State& state = *state_;
  std::unique_lock writing(state.writing);
  bool is_changed = false;
  {
    const std::lock_guard lock(state.mutex);
    const ClipFacts& facts = state.facts;
    if (size && *size > state.max_bytes)
      return prompt::fail(too_large_error(*size, state.max_bytes));
    const std::optional<bool> is_same = same_version(facts.validators, validators);
    is_changed = is_same == false || (size && facts.size && *size != *facts.size) ||
                 (size && facts.received > *size);
    if (is_same != true && begin == BodyBegin::at_zero) state.drop_tail();
  }
  if (is_changed)
    if (Result<void> dropped = state.drop_behind(0); !dropped) return dropped;

  State::TailCall tail_call;
  {
    const std::lock_guard lock(state.mutex);
    state.position = begin == BodyBegin::at_zero ? 0 : state.facts.received;
    if (begin == BodyBegin::at_zero || size) state.facts.size = size;
    if (begin == BodyBegin::at_prefix) state.is_distrusted = false;
    // They stand for what was sent with them, and so for the prefix only when it was compared.
    state.new_validators.reset();
    if (state.position < state.facts.received)
      state.new_validators = validators;
    else if (state.position == 0 || !validators.empty())
      state.facts.validators = validators;
    state.meter.begin(RateMeter::Clock::now());
    tail_call = state.consider_tail();
  }
  writing.unlock();
  state.wakes.notify();
  tail_call();
  return {};
}

Result<void> ClipFile::append(std::span<const std::byte> bytes) {
  State& state = *state_;
  std::unique_lock writing(state.writing);
  const std::uint64_t arrived = bytes.size();
  std::uint64_t received = 0;
  {
    const std::lock_guard lock(state.mutex);
    received = state.facts.received;
  }
  if (state.position < received) {
    const Bytes to_compare = bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), received - state.position)));
    const std::size_t equal =
        count_equal(FileBytes(state.file.get(), received), state.position, to_compare);
    state.position += equal;
    bytes = bytes.subspan(equal);
    if (equal < to_compare.size()) {
      if (Result<void> dropped = state.drop_behind(state.position); !dropped) return dropped;
      received = state.position;
    }
  }
  const bool is_compared = state.position == received;

  std::uint64_t max_bytes = 0;
  std::uint64_t end = G_MAXUINT64;
  {
    const std::lock_guard lock(state.mutex);
    ClipFacts& facts = state.facts;
    if (is_compared && state.new_validators) {
      facts.validators = *state.new_validators;
      state.new_validators.reset();
    }
    if (is_compared) state.is_distrusted = false;
    max_bytes = state.max_bytes;
    if (facts.size) end = *facts.size;
    if (facts.tail_begin) end = *facts.tail_begin;
  }
  bytes = bytes.first(static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size(), end > received ? end - received : 0)));
  if (bytes.size() > max_bytes || received > max_bytes - bytes.size()) {
    if (Result<void> dropped = state.drop_behind(0); !dropped) return dropped;
    return prompt::fail(too_large_error(received + bytes.size(), max_bytes));
  }

  std::optional<Kind> kind;
  if (!bytes.empty()) {
    if (const std::uint64_t held = state.size_on_disk(); held < received) {
      // Writing on would leave a hole; what is still here can be resumed from.
      if (Result<void> dropped = state.drop_behind(held); !dropped) return dropped;
      return prompt::fail(
          broken_error(format("'%s' was cut short by another program.", state.part_path.c_str())));
    }
    if (Result<void> written = write_at(state.file, state.part_path, bytes.data(), bytes.size(),
                                        static_cast<off_t>(received));
        !written)
      return written;
    if (state.hashed == received) {
      state.hash.add(bytes);
      state.hashed += bytes.size();
    }
    received += bytes.size();
    state.position = received;
    // Whoever played to the end waits for what is left to hash and to write then.
    constexpr std::uint64_t most_at_once = 4 * 1024 * 1024;
    state.catch_up_hash(received, most_at_once);
    constexpr std::uint64_t worth_writing = 4 * 1024 * 1024;
    if (received - state.written_back >= worth_writing) {
      const std::uint64_t before = std::min(state.written_back, worth_writing);
      write_back(state.file, static_cast<off_t>(state.written_back),
                 static_cast<off_t>(received - state.written_back), static_cast<off_t>(before));
      state.written_back = received;
    }
    Result<std::optional<Kind>> found = state.look_at_beginning(received, false);
    if (!found) {
      if (Result<void> dropped = state.drop_behind(0); !dropped) return dropped;
      return prompt::fail(found.error());
    }
    kind = *found;
    if (kind == Kind::mp4 || kind == Kind::m4a)
      state.walk.advance(FileBytes(state.file.get(), received), received);
  }

  bool is_news = false;
  State::TailCall tail_call;
  {
    const std::lock_guard lock(state.mutex);
    ClipFacts& facts = state.facts;
    is_news = kind && !facts.kind;
    if (kind) facts.kind = kind;
    facts.received = received;
    facts.media_end = state.find_media_end(facts.kind, facts.size);
    state.moov_begin = state.walk.moov_behind_data();
    is_news = state.note_arrival(arrived, RateMeter::Clock::now()) || is_news;
    tail_call = state.consider_tail();
  }
  writing.unlock();
  if (is_news) state.wakes.notify();
  tail_call();
  return {};
}

bool ClipFile::has_all() const {
  const State& state = *state_;
  const std::lock_guard lock(state.mutex);
  const ClipFacts& facts = state.facts;
  if (facts.complete) return true;
  if (state.is_distrusted || facts.received == 0) return false;
  if (facts.tail_begin && facts.received >= *facts.tail_begin) return true;
  return facts.size && facts.received >= *facts.size;
}

void ClipFile::set_no_ranges() {
  const std::lock_guard lock(state_->mutex);
  state_->tail_plan.refuse();
}

void ClipFile::fail(Error error) {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (state.facts.complete) return;
    state.facts.error = std::move(error);
    state.wants.clear();
  }
  state.wakes.notify();
}

void ClipFile::begin_attempt() {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  state.facts.error.reset();
  if (state.facts.validators.empty())
    state.drop_tail();
  else if (!state.tail)
    state.tail_plan.forget();
}

}  // namespace prompt::clip
