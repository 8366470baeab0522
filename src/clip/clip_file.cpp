// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/clip_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "clip/clip_state.h"

namespace prompt::clip {
namespace {

// More readers than this that wait at once share the news of the others.
constexpr std::size_t most_wants = 64;

Result<std::uint64_t> size_of(const FileDescriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(storage_error(path, "look at", errno));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorKind::storage, format("'%s' is not a regular file.", path.c_str()));
  return static_cast<std::uint64_t>(status.st_size);
}

Error changed_error() {
  return broken_error("The provider changed the file while it was played; start it again.");
}

}  // namespace

void ClipFile::State::take(FileDescriptor opened, std::string in_folder, std::string as,
                           std::uint64_t held, bool is_all) {
  file = std::move(opened);
  folder = std::move(in_folder);
  name = std::move(as);
  part_path = folder + "/" + name + ".part";
  position = held;
  facts.path = part_path;
  if (held == 0) return;
  const FileBytes bytes(file.get(), held);
  facts.received = held;
  facts.kind = sniff(bytes, is_all).kind;
  walk.advance(bytes, held);
  moov_begin = walk.moov_behind_data();
}

ClipFile::ClipFile() : state_(std::make_unique<State>()) {}
ClipFile::~ClipFile() = default;

Result<std::shared_ptr<ClipFile>> ClipFile::open_complete(const std::string& path) {
  Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file) return prompt::fail(file.error());
  const Result<std::uint64_t> size = size_of(*file, path);
  if (!size) return prompt::fail(size.error());
  const Sniffed sniffed = sniff(FileBytes(file->get(), *size), true);
  if (!sniffed.kind)
    return prompt::fail(ErrorKind::storage, format("The stored clip '%s' is damaged: it is %s.",
                                                   path.c_str(), sniffed.looks_like));
  std::shared_ptr<ClipFile> clip(new ClipFile);
  clip->state_->file = std::move(*file);
  ClipFacts& facts = clip->state_->facts;
  facts.kind = sniffed.kind;
  facts.size = *size;
  facts.received = *size;
  facts.complete = true;
  facts.kept = true;
  facts.path = path;
  return clip;
}

Result<std::shared_ptr<ClipFile>> ClipFile::begin(const std::string& folder,
                                                  const std::string& name,
                                                  const Validators& validators,
                                                  std::optional<std::uint64_t> size) {
  if (Result<void> made = make_private_folder(folder); !made) return prompt::fail(made.error());
  const std::string path = folder + "/" + name + ".part";
  Result<FileDescriptor> file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
  if (!file) {
    // The folder is there, so this is not about a clip that does not exist.
    Error error = file.error();
    if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::storage;
    return prompt::fail(std::move(error));
  }
  const Result<std::uint64_t> held = size_of(*file, path);
  if (!held) return prompt::fail(held.error());
  const bool resumes = !validators.empty() && size.has_value();
  const std::uint64_t kept = resumes ? std::min(*held, *size) : 0;
  if (*held > kept && ::ftruncate(file->get(), static_cast<off_t>(kept)) != 0)
    return prompt::fail(storage_error(path, "truncate", errno));

  std::shared_ptr<ClipFile> clip(new ClipFile);
  clip->state_->take(std::move(*file), folder, name, kept, size == kept);
  if (kept > 0) {
    clip->state_->facts.size = size;
    clip->state_->facts.validators = validators;
    clip->state_->facts.media_end = clip->state_->find_media_end(clip->state_->facts.kind, size);
  }
  return clip;
}

Result<std::shared_ptr<ClipFile>> ClipFile::reopen(const std::string& folder,
                                                   const std::string& name,
                                                   const Validators& validators,
                                                   std::optional<std::uint64_t> size) {
  const std::string path = folder + "/" + name + ".part";
  Result<FileDescriptor> file = open_file(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  if (!file) return prompt::fail(file.error());
  const Result<std::uint64_t> held = size_of(*file, path);
  if (!held) return prompt::fail(held.error());
  const Error not_whole{ErrorKind::not_found, format("'%s' is not whole.", path.c_str())};
  if (*held == 0 || (size && *held > *size)) return prompt::fail(not_whole);
  std::shared_ptr<ClipFile> clip(new ClipFile);
  State& state = *clip->state_;
  state.take(std::move(*file), folder, name, *held, true);
  state.facts.size = size;
  state.facts.validators = validators;
  if (!size) return clip;  // its structure will tell
  clip->recall_tail();
  if (!clip->has_all()) return prompt::fail(not_whole);
  return clip;
}

ClipFacts ClipFile::facts() const {
  const std::lock_guard lock(state_->mutex);
  ClipFacts facts = state_->facts;
  if (!facts.complete) {
    facts.bytes_per_second = state_->meter.rate(RateMeter::Clock::now());
    facts.is_measuring = facts.bytes_per_second <= 0 && !facts.error;
  }
  return facts;
}

ReadResult ClipFile::read(std::uint64_t offset, std::span<std::byte> into, Reading& reading) const {
  const State& state = *state_;
  std::uint64_t version = 0;
  std::size_t count = 0;
  std::shared_ptr<const std::string> tail;
  std::uint64_t tail_begin = 0;
  {
    const std::lock_guard lock(state.mutex);
    const ClipFacts& facts = state.facts;
    if (reading.version != 0 && reading.version != state.version)
      return {0, false, changed_error()};
    if (facts.size && offset >= *facts.size && state.is_released()) return {0, true, {}};
    if (into.empty()) return {};
    if (!state.is_here(offset)) return {0, false, facts.error};
    std::uint64_t end = facts.received;
    if (offset >= facts.received) {
      tail = state.tail;
      tail_begin = *facts.tail_begin;
      end = *facts.size;
    }
    count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset));
    version = state.version;
    reading.version = version;
    state.served_end = std::max(state.served_end, offset + count);
  }
  if (tail) {
    std::memcpy(into.data(), tail->data() + (offset - tail_begin), count);
    return {count, false, {}};
  }
  const std::size_t got =
      FileBytes(state.file.get(), offset + count).read(offset, into.first(count));
  {
    // While the file was read, its content may have been replaced.
    const std::lock_guard lock(state.mutex);
    if (version != state.version) return {0, false, changed_error()};
    if (got == 0)
      return {0, false,
              Error{ErrorKind::storage, format("'%s' could not be read at byte %" G_GUINT64_FORMAT
                                               "; was it cut short?",
                                               state.facts.path.c_str(), offset)}};
  }
  return {got, false, {}};
}

ReadResult ClipFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  Reading reading;
  {
    const std::lock_guard lock(state_->mutex);
    reading = state_->common_reading;
  }
  ReadResult result = read(offset, into, reading);
  const std::lock_guard lock(state_->mutex);
  if (state_->common_reading.version == 0) state_->common_reading = reading;
  return result;
}

void ClipFile::want(std::uint64_t offset) {
  State& state = *state_;
  bool is_news = false;
  State::TailCall tail_call;
  {
    const std::lock_guard lock(state.mutex);
    const ClipFacts& facts = state.facts;
    // It may have come between the reader's look and this call.
    is_news = facts.error || (state.is_released() && facts.size && offset >= *facts.size) ||
              state.is_here(offset);
    if (!is_news) {
      const bool is_known =
          std::find(state.wants.begin(), state.wants.end(), offset) != state.wants.end();
      if (!is_known && state.wants.size() < most_wants) state.wants.push_back(offset);
      tail_call = state.consider_tail();
    }
  }
  if (is_news) state.wakes.notify();
  tail_call();
}

void ClipFile::watch(const std::shared_ptr<Wake>& wake) { state_->wakes.add(wake); }

void ClipFile::on_tail_wanted(std::function<void(std::uint64_t begin)> call) {
  const std::lock_guard lock(state_->mutex);
  state_->on_tail = std::move(call);
}

std::optional<Finished> ClipFile::finished() const {
  const std::lock_guard lock(state_->mutex);
  return state_->finished;
}

std::string ClipFile::sha256() const {
  const std::lock_guard lock(state_->mutex);
  return state_->finished ? state_->finished->sha256 : std::string();
}

void ClipFile::expect(Media medium) {
  const std::lock_guard lock(state_->mutex);
  state_->medium = medium;
}

void ClipFile::limit_size(std::uint64_t max_bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->max_bytes = max_bytes;
}

}  // namespace prompt::clip
