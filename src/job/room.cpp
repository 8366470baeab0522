// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is paid for must have a place: the disk is looked at before anything is asked for, and when
// it fills later, the user is told what becomes of the clip.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
/// Of a clip of which nothing is known.
constexpr std::uint64_t usual_size = 64 * mib;
/// However small the clips were: the ledger grows, too, and the next clip is another one.
constexpr std::uint64_t least_size = mib;

double in_mib(std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(mib); }

// What may still be written there.
std::optional<std::uint64_t> free_space(const std::string& folder) {
  struct statvfs facts {};
  // Some that live in a network or in a program have no blocks to count.
  if (::statvfs(folder.c_str(), &facts) != 0 || facts.f_blocks == 0) return std::nullopt;
  return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

// What a file takes on its disk, which is less than its size if it has holes.
std::uint64_t space_taken(const std::string& path) {
  constexpr std::uint64_t block = 512;  // whatever the file system's are
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || facts.st_blocks < 0) return 0;
  return static_cast<std::uint64_t>(facts.st_blocks) * block;
}

// Of a download that is not finished, what has not come yet.
std::uint64_t still_needed(const std::string& clips_folder, const ledger::Awaited& awaited) {
  const std::uint64_t size = awaited.size ? static_cast<std::uint64_t>(*awaited.size) : usual_size;
  const std::uint64_t here =
      space_taken(clips_folder + "/" + clip_name(awaited.job, awaited.position) + ".part");
  return size - std::min(size, here);
}

}  // namespace

std::optional<Error> Job::reason_of_no_room() {
  const std::optional<std::uint64_t> free = free_space(ledger_->folder());
  if (!free) return std::nullopt;
  // What the ledger cannot say refuses nothing here: whoever writes to it next says why.
  std::uint64_t expected = usual_size;
  if (const Result<std::optional<std::int64_t>> size = ledger_->size_history(make_row());
      size && *size)
    expected = std::max(static_cast<std::uint64_t>(**size), least_size);
  expected = std::min(expected, context_.settings.max_clip_bytes);
  std::uint64_t others = 0;
  if (const Result<std::vector<ledger::Awaited>> awaited = ledger_->awaited(row_.row); awaited)
    for (const ledger::Awaited& one : *awaited) {
      const std::uint64_t needed = still_needed(ledger_->clips_folder(), one);
      others += std::min(needed, context_.settings.max_clip_bytes);
    }
  if (*free >= expected + others) return std::nullopt;
  return Error{
      ErrorKind::no_space,
      format("The library's folder '%s' has %.1f MiB free, and %.1f MiB are needed (%.1f for this "
             "clip, %.1f for unfinished jobs), so nothing was asked for: make room, or set another "
             "library.",
             ledger_->folder().c_str(), in_mib(*free), in_mib(expected + others), in_mib(expected),
             in_mib(others))};
}

bool Job::ends_for_want_of_room(bool resumable) {
  std::optional<Error> reason = reason_of_no_room();
  if (!reason) return false;
  end(JobState::failed, std::move(reason), resumable);
  return true;
}

Error Job::with_way_back(Error error) const {
  if (error.kind != ErrorKind::no_space) return error;
  std::string until = "for a time that it does not say";
  if (const auto retention = spec_.description->retention) {
    const ledger::UnixMs since =
        row_.completed_at.value_or(row_.accepted_at.value_or(row_.created_at));
    const ledger::UnixMs end = since / 1000 + std::chrono::seconds(*retention).count();
    if (const Ref<GDateTime> date = Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(end)))
      until = std::string("until ") +
              OwnedString(g_date_time_format(date.get(), "%Y-%m-%d %H:%M")).get();
  }
  error.message += format(
      " The clip is %s, %s keeps it %s, and asking for the same again when there is room fetches "
      "it without paying.",
      spec_.is_stood_in_for ? "made" : "paid for", provider_name().c_str(), until.c_str());
  return error;
}

}  // namespace prompt::job
