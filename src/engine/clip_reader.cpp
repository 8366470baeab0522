// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/clip_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "clip/clip_file.h"
#include "clip/proof_image.h"
#include "engine/inside/hold.h"

namespace prompt::engine {
namespace {

/// A wake that was missed (there is none) would cost no more than this.
constexpr std::chrono::milliseconds look_again{1000};
/// In push mode a small piece is passed on after this long rather than held back for more.
constexpr std::chrono::milliseconds gather_time{20};
/// The library is waited for so long when nothing more arrives.
constexpr std::chrono::milliseconds patience_with_library{5000};

/// Whether a read of [offset, end) is the last one of whoever plays through: of the last bytes of
/// the media data, with all before it here. (A demuxer that looks for an index reads at the end of
/// the file, too, but from a window that was fetched ahead.)
bool is_last_of_media(const clip::ClipFacts& facts, std::uint64_t offset, std::uint64_t end) {
  if (!facts.media_end) return false;
  std::uint64_t here = facts.received;
  if (facts.tail_begin && here >= *facts.tail_begin) here = facts.size.value_or(here);
  return offset < facts.media_end->end && end > facts.media_end->held_from && here >= end;
}

// Of a finished clip.
bool moves(clip::Kind kind, const std::string& path) {
  const Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (!file || ::fstat(file->get(), &status) != 0) return false;
  return is_moving(kind, clip::FileBytes(file->get(), static_cast<std::uint64_t>(status.st_size)));
}

}  // namespace

class ClipReader::Playing {
 public:
  Playing(std::shared_ptr<JobHandle> job, unsigned result, StartPolicy policy,
          std::chrono::milliseconds duration, std::shared_ptr<Wake> wake)
      : job_(std::move(job)),
        result_(result),
        policy_(policy),
        duration_(duration),
        wake_(std::move(wake)) {
    job_->watch(wake_);
  }

  [[nodiscard]] Result<bool> may_start();
  [[nodiscard]] ReadableClip facts() const;
  [[nodiscard]] ReadOutcome read(std::uint64_t offset, std::span<std::byte> into,
                                 std::size_t min_bytes, ReadMode mode, Wake::Ticket& ticket);

 private:
  enum class Kept { yes, no, interrupted, failed };
  /// Waits until the library knows the clip.
  [[nodiscard]] Kept wait_until_kept(Wake::Ticket& ticket);
  /// `outcome`, once the clip is kept or was waited for in vain.
  [[nodiscard]] ReadOutcome when_kept(ReadOutcome outcome, Wake::Ticket& ticket);

  const std::shared_ptr<JobHandle> job_;
  const unsigned result_;
  const StartPolicy policy_;
  const std::chrono::milliseconds duration_;
  const std::shared_ptr<Wake> wake_;
  std::shared_ptr<clip::ClipFile> clip_;
  clip::Reading reading_;
  bool started_ = false;
  bool has_read_last_byte_ = false;
  bool has_warned_ = false;
  std::optional<std::uint64_t> waited_in_vain_at_;  // bytes received then
};

ClipReader::ClipReader(std::shared_ptr<JobHandle> job, unsigned result, StartPolicy policy,
                       std::chrono::milliseconds duration, std::shared_ptr<Wake> wake)
    : playing_(
          std::make_unique<Playing>(std::move(job), result, policy, duration, std::move(wake))) {}

ClipReader::~ClipReader() = default;

Result<bool> ClipReader::may_start() { return playing_->may_start(); }

ReadableClip ClipReader::facts() const { return playing_->facts(); }

ReadOutcome ClipReader::read(std::uint64_t offset, std::span<std::byte> into, std::size_t min_bytes,
                             ReadMode mode, Wake::Ticket& ticket) {
  return playing_->read(offset, into, min_bytes, mode, ticket);
}

Result<bool> ClipReader::Playing::may_start() {
  if (job_->hold().is_parents()) return fail(parents_own_error());
  if (started_) return true;
  if (clip_ == nullptr) clip_ = job_->hold().job->clip(*job_->hold().opener, result_);
  // What is here plays, whatever became of the job's other results.
  started_ = clip_ != nullptr && clip_->facts().complete;
  if (started_) return true;
  const Snapshot now = job_->snapshot();
  if (now.error) return fail(*now.error);
  if (now.results > 0 && result_ >= now.results)
    return fail(ErrorKind::settings,
                format("The task has %u result%s; result=%u does not exist (the first is 0).",
                       now.results, now.results == 1 ? "" : "s", result_));
  if (clip_ == nullptr) return false;
  const clip::ClipFacts facts = clip_->facts();
  if (facts.error) return fail(*facts.error);
  started_ = clip::may_start(facts, policy_, duration_);
  return started_;
}

ReadableClip ClipReader::Playing::facts() const {
  ReadableClip readable;
  if (clip_ == nullptr) return readable;
  const clip::ClipFacts facts = clip_->facts();
  readable.size = facts.size;
  readable.path = facts.path;
  readable.complete = facts.complete;
  if (facts.kind) {
    const clip::KindFacts& kind = clip::facts_of(*facts.kind);
    readable.caps = kind.caps;
    readable.extension = kind.extension;
    readable.medium = kind.media[0];
    if (kind.media[0] == Media::image && kind.can_be(Media::video)) {
      readable.is_medium_known = facts.complete;
      if (facts.complete && moves(*facts.kind, facts.path)) readable.medium = Media::video;
    }
  }
  return readable;
}

ClipReader::Playing::Kept ClipReader::Playing::wait_until_kept(Wake::Ticket& ticket) {
  using Clock = std::chrono::steady_clock;
  std::uint64_t received = 0;
  Clock::time_point until = Clock::now();
  for (bool is_first = true;; is_first = false) {
    const clip::ClipFacts facts = clip_->facts();
    if (facts.kept) return Kept::yes;
    if (facts.error) return Kept::failed;
    const Clock::time_point now = Clock::now();
    // What is here and not proved yet may turn out to be cut short: that is worth any wait.
    const bool is_unproved = !facts.complete && facts.received >= facts.size.value_or(UINT64_MAX);
    if (is_first || is_unproved || facts.received != received) {
      if (!is_unproved && waited_in_vain_at_ == facts.received) return Kept::no;
      received = facts.received;
      until = now + patience_with_library;
    }
    if (now >= until) {
      waited_in_vain_at_ = received;
      return Kept::no;
    }
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
    if (wake_->wait(ticket, std::min(look_again, rest + std::chrono::milliseconds(1))) ==
        Woken::interrupted)
      return Kept::interrupted;
  }
}

ReadOutcome ClipReader::Playing::when_kept(ReadOutcome outcome, Wake::Ticket& ticket) {
  switch (wait_until_kept(ticket)) {
    case Kept::interrupted:
      return {ReadStatus::interrupted, 0, std::nullopt};
    case Kept::failed:
      // A clip that was cut short must not end like a whole one.
      return {ReadStatus::failed, 0, clip_->facts().error};
    case Kept::no:
      outcome.is_not_kept = !std::exchange(has_warned_, true);
      break;
    case Kept::yes:
      break;
  }
  return outcome;
}

ReadOutcome ClipReader::Playing::read(std::uint64_t offset, std::span<std::byte> into,
                                      std::size_t min_bytes, ReadMode mode, Wake::Ticket& ticket) {
  if (job_->hold().is_parents()) return {ReadStatus::failed, 0, parents_own_error()};
  const std::size_t enough = std::min(std::max<std::size_t>(min_bytes, 1), into.size());
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    if (wake_->is_interrupted(ticket)) return {ReadStatus::interrupted, 0, std::nullopt};
    const clip::ReadResult got = clip_->read(offset, into, reading_);
    if (got.error) return {ReadStatus::failed, 0, got.error};
    if (got.at_end && got.bytes == 0) {
      const clip::ClipFacts facts = clip_->facts();
      if (facts.error) return {ReadStatus::failed, 0, facts.error};
      const bool is_awaited =
          mode == ReadMode::push || has_read_last_byte_ || facts.received >= facts.size.value_or(0);
      const ReadOutcome end{ReadStatus::at_end, 0, std::nullopt};
      if (!is_awaited) return end;
      // All bytes are here, or come: what is not proved whole yet is waited for as they are.
      if (facts.complete || facts.received >= facts.size.value_or(0)) return when_kept(end, ticket);
      if (wake_->wait(ticket, look_again) == Woken::interrupted)
        return {ReadStatus::interrupted, 0, std::nullopt};
      continue;
    }
    const clip::ClipFacts facts = clip_->facts();
    const bool is_last = facts.size.value_or(UINT64_MAX) <= offset + got.bytes;
    // Not by the window at the end, while the middle is still on its way.
    if (is_last && got.bytes > 0 && facts.received >= *facts.size) has_read_last_byte_ = true;
    const auto waited = std::chrono::steady_clock::now() - began;
    if (got.bytes >= enough || (got.bytes > 0 && (is_last || waited >= gather_time))) {
      const ReadOutcome read{ReadStatus::bytes, got.bytes, std::nullopt};
      if (is_last_of_media(facts, offset, offset + got.bytes)) return when_kept(read, ticket);
      return read;
    }
    clip_->want(offset + got.bytes);
    const Woken woken = wake_->wait(ticket, got.bytes > 0 ? gather_time : look_again);
    if (woken == Woken::interrupted) return {ReadStatus::interrupted, 0, std::nullopt};
  }
}

}  // namespace prompt::engine
