// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/whole_check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace prompt::ledger {
namespace {

constexpr off_t quick_bytes = 1024 * 1024;
constexpr std::size_t max_marker_bytes = 4096;

off_t size_of(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_size : 0;
}

// What the verdict is about: this file, since this start of the computer. Another one in its place
// has another number, or was born later. Empty: it cannot be told, and nothing is written down.
std::string subject_of(const std::string& path) {
  const Result<std::string> boot = read_file("/proc/sys/kernel/random/boot_id", 64);
  struct statx facts {};
  if (!boot || ::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &facts) != 0) return "";
  const bool has_birth = (facts.stx_mask & STATX_BTIME) != 0;
  return format("whole since boot %s, file %u:%u:%llu, born %lld.%09u\n",
                boot->substr(0, boot->find('\n')).c_str(), facts.stx_dev_major, facts.stx_dev_minor,
                static_cast<unsigned long long>(facts.stx_ino),
                static_cast<long long>(has_birth ? facts.stx_btime.tv_sec : 0),
                has_birth ? facts.stx_btime.tv_nsec : 0);
}

bool is_marked(const std::string& marker, const std::string& subject) {
  return !subject.empty() && read_file(marker, max_marker_bytes).value_or("") == subject;
}

// Begins again when the process forks meanwhile: that must not wait.
Result<void> check_file(const std::string& path) {
  for (;;) {
    const ForkPass pass;  // outlives the connection
    Result<Database> database = Database::open(path);
    if (!database) return fail(database.error());
    std::atomic<bool> is_disturbed = false;
    const ForkPass disturbed([&] {
      is_disturbed = true;
      database->interrupt();
    });
    const Result<void> whole = check_all_pages(*database);
    if (!is_disturbed) return whole;
  }
}

}  // namespace

tl::unexpected<Error> refuse_ledger(const std::string& path, const std::string& why) {
  return fail(
      ErrorKind::storage,
      format("The ledger '%s' %s; it is left as it is: restore it from a backup, or move it "
             "away together with its -wal and -shm files to begin a new one.",
             path.c_str(), why.c_str()));
}

Result<void> check_all_pages(Database& database) {
  const Result<std::string> verdict = database.query_text("PRAGMA quick_check(1)");
  if (!verdict) return fail(verdict.error());
  if (*verdict == "ok") return {};
  return refuse_ledger(database.path(),
                       format("is damaged (%s)", show_safely(*verdict, {}, 120).c_str()));
}

bool is_quickly_checked(const std::string& path) {
  return size_of(path) + size_of(path + "-wal") <= quick_bytes;
}

WholeCheck::WholeCheck(const std::string& folder, bool is_done)
    : path_(folder + "/ledger.db"),
      marker_(folder + "/ledger.checked"),
      is_done_(is_done || is_marked(marker_, subject_of(path_))) {}

void WholeCheck::run() {
  const std::lock_guard one_at_a_time(run_mutex_);
  if (is_done_) return;
  const std::string subject = subject_of(path_);
  // Of several processes one looks, and the others read what it found. Without the marker (a full
  // disk) each looks for itself.
  const Result<FileDescriptor> marker = open_file(marker_, O_RDWR | O_CREAT | O_NOFOLLOW);
  std::optional<ParentsDescriptor> no_childs;
  if (marker) no_childs.emplace(marker->get());
  if (marker) (void)::flock(marker->get(), LOCK_EX);
  if (is_marked(marker_, subject)) return conclude(std::nullopt);
  log({LogCategory::ledger, LogLevel::info}, "ledger '%s': looking at all of it", path_.c_str());
  const Result<void> whole = check_file(path_);
  if (!whole) {
    log({LogCategory::ledger, LogLevel::error}, "%s", whole.error().message.c_str());
    // Held by somebody for a second: the next one who needs to know looks again.
    if (whole.error().retriable) return;
    return conclude(whole.error());
  }
  if (marker && !subject.empty() && ::ftruncate(marker->get(), 0) == 0)
    (void)write_at(*marker, marker_, subject.data(), subject.size(), 0);
  conclude(std::nullopt);
}

void WholeCheck::conclude(std::optional<Error> damage) {
  const std::lock_guard lock(mutex_);
  damage_ = std::move(damage);
  is_done_ = true;
}

std::optional<Error> WholeCheck::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

void WholeCheck::forget() {
  ::unlink(marker_.c_str());
  const std::lock_guard lock(mutex_);
  // A verdict of damage stays: it was about this file, too.
  if (!damage_) is_done_ = false;
}

}  // namespace prompt::ledger
