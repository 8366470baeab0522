// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/ownership.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/fork_gate.h"
#include "base/text.h"

namespace prompt::ledger {
namespace {

using FileId = std::pair<dev_t, ino_t>;

struct flock lock_of(std::int64_t row, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(row);
  lock.l_len = 1;
  return lock;
}

// Never destroyed: the descriptors are to live as long as the process.
struct Registry {
  ForkSafeMutex mutex;
  std::map<FileId, std::shared_ptr<Ownership>> open;  // guarded by mutex
  std::vector<FileDescriptor> surplus;                // guarded by mutex; must not be closed either
};

Registry& registry() {
  static auto* const all = new Registry;
  return *all;
}

}  // namespace

std::string this_process() {
  const Result<std::string> boot = read_file("/proc/sys/kernel/random/boot_id", 64);
  return format("pid %d, boot %s", static_cast<int>(::getpid()),
                boot ? boot->substr(0, boot->find('\n')).c_str() : "unknown");
}

struct Ownership::State {
  std::string path;     // constant
  FileDescriptor file;  // constant
  ForkSafeMutex mutex;
  std::set<std::int64_t> owned;  // guarded by mutex
  pid_t pid = ::getpid();        // guarded by mutex

  // A forked child inherits the memory, but not the locks. Call with mutex held.
  void forget_parent() {
    if (pid == ::getpid()) return;
    pid = ::getpid();
    owned.clear();
  }
};

Ownership::Ownership(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ownership::~Ownership() = default;

Result<std::shared_ptr<Ownership>> Ownership::open(const std::string& folder) {
  const std::string path = folder + "/owners.lock";
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    const auto known = all.open.find({facts.st_dev, facts.st_ino});
    if (known != all.open.end()) return known->second;
  }
  Result<FileDescriptor> file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW);
  if (!file) {
    file.error().kind =
        file.error().kind == ErrorKind::no_space ? ErrorKind::no_space : ErrorKind::storage;
    return fail(file.error());
  }
  if (::fstat(file->get(), &facts) != 0) return fail(storage_error(path, "look at", errno));
  const FileId id(facts.st_dev, facts.st_ino);
  const auto known = all.open.find(id);
  if (known != all.open.end()) {  // moved into place between the two looks
    all.surplus.push_back(std::move(*file));
    return known->second;
  }
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = std::move(*file);
  const std::shared_ptr<Ownership> ownership(new Ownership(std::move(state)));
  all.open.emplace(id, ownership);
  return ownership;
}

Result<bool> Ownership::try_own(std::int64_t row) {
  const std::lock_guard guard(state_->mutex);
  state_->forget_parent();
  if (state_->owned.count(row) > 0) return false;
  struct flock lock = lock_of(row, F_WRLCK);
  if (::fcntl(state_->file.get(), F_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    return fail(storage_error(state_->path, "lock", errno));
  }
  state_->owned.insert(row);
  return true;
}

void Ownership::disown(std::int64_t row) {
  const std::lock_guard guard(state_->mutex);
  state_->forget_parent();
  if (state_->owned.erase(row) == 0) return;
  struct flock lock = lock_of(row, F_UNLCK);
  (void)::fcntl(state_->file.get(), F_SETLK, &lock);  // unlocking what is locked cannot fail
}

bool Ownership::owns(std::int64_t row) {
  const std::lock_guard guard(state_->mutex);
  state_->forget_parent();
  return state_->owned.count(row) > 0;
}

int Ownership::owner_pid(std::int64_t row) {
  const std::lock_guard guard(state_->mutex);
  state_->forget_parent();
  if (state_->owned.count(row) > 0) return ::getpid();
  struct flock lock = lock_of(row, F_WRLCK);
  if (::fcntl(state_->file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid > 0 ? lock.l_pid : -1;
}

}  // namespace prompt::ledger
