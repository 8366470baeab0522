// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/clip_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "clip/refused_kind.h"

namespace prompt::clip {
namespace {

Error wrong_media_error(const char* looks_like, Media expected) {
  Error error{ErrorKind::wrong_media,
              format("The downloaded file is %s, not %s.", looks_like, name_of_medium(expected))};
  if (std::string_view(looks_like) == json_text) error.code = json_instead_of_media;
  return error;
}

// Remembers that something could not be read, which must not look like a file of another kind.
class CheckedBytes : public ByteSource {
 public:
  CheckedBytes(int fd, std::uint64_t size) : bytes_(fd, size) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
    const std::size_t got = bytes_.read(offset, into);
    const std::uint64_t there = offset < size() ? size() - offset : 0;
    has_failed = has_failed || got < std::min<std::uint64_t>(into.size(), there);
    return got;
  }
  mutable bool has_failed = false;

 private:
  FileBytes bytes_;
};

}  // namespace

std::optional<bool> same_version(const Validators& a, const Validators& b) {
  if (!a.etag.empty() && !b.etag.empty()) return a.etag == b.etag;
  if (!a.last_modified.empty() && !b.last_modified.empty())
    return a.last_modified == b.last_modified;
  return std::nullopt;
}

Error broken_error(std::string message) {
  Error error{ErrorKind::network, std::move(message)};
  error.retriable = true;
  return error;
}

bool ClipFile::State::is_released() const {
  if (facts.complete) return true;
  return facts.kind && facts_of(*facts.kind).can_be(medium);
}

bool ClipFile::State::is_here(std::uint64_t offset) const {
  if (!is_released()) return false;
  return offset < facts.received || (tail && offset >= *facts.tail_begin && offset < *facts.size);
}

ClipFile::State::TailCall ClipFile::State::consider_tail() {
  if (!on_tail || facts.complete || facts.error) return {};
  TailPlan::Situation situation;
  situation.received = facts.received;
  situation.size = facts.size;
  situation.bytes_per_second = meter.rate(RateMeter::Clock::now());
  situation.moov_begin = moov_begin;
  std::optional<std::uint64_t> begin;
  const bool has_index = facts.tail_begin && moov_begin && *facts.tail_begin <= *moov_begin;
  if (moov_begin && !has_index) begin = tail_plan.ask(situation, *moov_begin);
  for (std::size_t i = 0; !begin && i < wants.size(); ++i)
    begin = tail_plan.ask(situation, wants[i]);
  if (!begin) return {};
  return {on_tail, *begin};
}

bool ClipFile::State::note_arrival(std::uint64_t bytes, RateMeter::Clock::time_point now) {
  constexpr std::uint64_t worth_telling = 64 * 1024;
  constexpr std::chrono::milliseconds long_silence{20};
  meter.add(now, bytes);
  untold_bytes += bytes;
  const std::size_t satisfied =
      std::erase_if(wants, [this](std::uint64_t offset) { return is_here(offset); });
  if (satisfied == 0 && untold_bytes < worth_telling && now - told_at < long_silence) return false;
  untold_bytes = 0;
  told_at = now;
  return true;
}

void ClipFile::State::drop_tail() {
  tail.reset();
  facts.tail_begin.reset();
  tail_plan.forget();
}

std::optional<MediaEnd> ClipFile::State::find_media_end(std::optional<Kind> kind,
                                                        std::optional<std::uint64_t> size) const {
  if (!kind) return std::nullopt;
  if (*kind == Kind::mp4 || *kind == Kind::m4a) {
    const std::optional<std::uint64_t> end = walk.data_end(size);
    if (!end || *end == 0) return std::nullopt;
    return MediaEnd{*end - 1, *end};
  }
  // Indices and tags that stand behind the data are small, and may be no part of what is played.
  constexpr std::uint64_t most_behind = 16 * 1024;
  if (!size || *size == 0) return std::nullopt;
  return MediaEnd{*size - std::min(*size, most_behind), *size};
}

void ClipFile::State::catch_up_hash(std::uint64_t received, std::uint64_t most) {
  const std::uint64_t end = std::min(received, hashed + most);
  if (hashed >= end) return;
  if (hash.add_file(FileBytes(file.get(), received), hashed, end)) {
    hashed = end;
    return;
  }
  // What cannot be read now is tried again, and its failure told at the end.
  hash = Sha256();
  hashed = 0;
}

std::uint64_t ClipFile::State::size_on_disk() const {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Result<void> ClipFile::State::drop_behind(std::uint64_t keep) {
  {
    const std::lock_guard lock(mutex);
    // Whoever saw nothing of what goes can stay.
    if (served_end > keep) {
      ++version;
      served_end = 0;
    }
    facts.received = std::min(facts.received, keep);
    facts.kind.reset();
    facts.media_end.reset();
    moov_begin.reset();
    is_distrusted = false;
    drop_tail();
  }
  position = keep;
  hash = Sha256();
  hashed = 0;
  written_back = std::min(written_back, keep);
  walk = Mp4Walk();
  sniff_at = 0;
  wakes.notify();
  if (::ftruncate(file.get(), static_cast<off_t>(keep)) != 0)
    return prompt::fail(storage_error(part_path, "truncate", errno));
  return {};
}

Result<std::optional<Kind>> ClipFile::State::look_at_beginning(std::uint64_t available,
                                                               bool is_all) {
  std::optional<Kind> kind;
  Media expected = Media::automatic;
  {
    const std::lock_guard lock(mutex);
    kind = facts.kind;
    expected = medium;
  }
  if (!kind) {
    if (available < sniff_at && !is_all) return std::optional<Kind>();
    const CheckedBytes bytes(file.get(), available);
    const Sniffed sniffed = sniff(bytes, is_all);
    if (bytes.has_failed)
      return prompt::fail(ErrorKind::storage, format("'%s' could not be read.", part_path.c_str()));
    // Where odd boxes hide the kind for long, not every few bytes are worth a look; behind a tag
    // it shows at its end.
    constexpr std::uint64_t step = 16 * 1024;
    sniff_at = std::max(available < 4096 ? 0 : available + step, sniffed.at_least);
    if (sniffed.needs_more) return std::optional<Kind>();
    if (!sniffed.kind) return prompt::fail(wrong_media_error(sniffed.looks_like, expected));
    kind = sniffed.kind;
  }
  const KindFacts& about = facts_of(*kind);
  if (!about.can_be(expected)) return prompt::fail(wrong_media_error(about.name, expected));
  return kind;
}

}  // namespace prompt::clip
