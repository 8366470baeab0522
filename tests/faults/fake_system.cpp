// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Preloaded into a test: a wall clock that jumps, a disk that fails, names that resolve strangely.
//   FAKE_CLOCK=FILE    the file's first 8 bytes (a native integer) are added to the wall clock, in
//                      seconds; the monotonic clock is left alone
//   FAKE_DISK=CALL:PART:N[-]:ERROR
//                      the N-th CALL (write, sync, rename, open) on a path that contains PART fails
//                      with the errno ERROR; with "-" all later ones fail, too
//   FAKE_FREE=PART:BYTES
//                      so much is free in the file system of a path that contains PART
//   FAKE_DISK_LOG=FILE a line "CALL PATH" for each of them, whatever the path
//   *.test             thrice.test is 127.0.0.1 at the fourth try, metadata.test 169.254.169.254
// Both names of open() and pwrite() are needed; with it, one would stand for the other.
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace {

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int raw_open(const char* path, int flags) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, 0600));
}

std::int64_t clock_offset() {
  static const volatile std::int64_t* offset = [] {
    const char* path = std::getenv("FAKE_CLOCK");
    const int fd = path == nullptr ? -1 : raw_open(path, O_RDONLY | O_CLOEXEC);
    void* place = fd < 0 ? MAP_FAILED : mmap(nullptr, 8, PROT_READ, MAP_SHARED, fd, 0);
    return place == MAP_FAILED ? nullptr : static_cast<const volatile std::int64_t*>(place);
  }();
  return offset == nullptr ? 0 : *offset;
}

struct Plan {
  std::string call;
  std::string part;
  long number = 0;
  bool goes_on = false;
  int error = 0;
};

const Plan& plan() {
  static const Plan made = [] {
    Plan read;
    const char* text = std::getenv("FAKE_DISK");
    if (text == nullptr) return read;
    std::array<std::string, 4> fields;
    std::size_t field = 0;
    for (const char* at = text; *at != '\0'; ++at) {
      if (*at == ':' && field < 3)
        ++field;
      else
        fields[field] += *at;
    }
    read.call = fields[0];
    read.part = fields[1];
    read.number = std::atol(fields[2].c_str());
    read.goes_on = fields[2].ends_with('-');
    read.error = std::atoi(fields[3].c_str());
    return read;
  }();
  return made;
}

int log_file() {
  static const int fd = [] {
    const char* path = std::getenv("FAKE_DISK_LOG");
    return path == nullptr ? -1 : raw_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
  }();
  return fd;
}

// True: the call shall fail, and errno says how.
bool strikes(const char* call, std::string_view path) {
  if (log_file() >= 0) {
    const std::string line = std::string(call) + " " + std::string(path) + "\n";
    (void)syscall(SYS_write, log_file(), line.data(), line.size());
  }
  const Plan& wanted = plan();
  if (wanted.call != call || path.find(wanted.part) == std::string_view::npos) return false;
  static std::atomic<long> count{0};
  const long now = ++count;
  if (now != wanted.number && !(wanted.goes_on && now > wanted.number)) return false;
  errno = wanted.error;
  return true;
}

bool is_watched() { return log_file() >= 0 || !plan().call.empty(); }

bool strikes_file(const char* call, int fd) {
  if (!is_watched()) return false;
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  std::array<char, 4096> path{};
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), path.data(), path.size());
  if (size <= 0 || path[0] != '/') return false;  // a pipe or a socket
  return strikes(call, std::string_view(path.data(), static_cast<std::size_t>(size)));
}

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int clock_gettime(clockid_t id, timespec* now) noexcept {
  const int done = static_cast<int>(syscall(SYS_clock_gettime, id, now));
  if (done == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
    now->tv_sec += clock_offset();
  return done;
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec exact{};
  const int done = clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return done;
}

time_t time(time_t* into) noexcept {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  if (into != nullptr) *into = exact.tv_sec;
  return exact.tv_sec;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (strikes_file("write", fd)) return -1;
  return syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  if (strikes_file("write", fd)) return -1;
  return syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}

int fsync(int fd) {
  if (strikes_file("sync", fd)) return -1;
  return static_cast<int>(syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
  if (strikes_file("sync", fd)) return -1;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

int statvfs64(const char* path, struct statvfs64* into) noexcept {
  static const auto next = real<decltype(statvfs64)>("statvfs64");
  const int done = next(path, into);
  const char* const text = std::getenv("FAKE_FREE");
  if (done != 0 || text == nullptr) return done;
  const std::string_view free = text;
  const std::size_t colon = free.rfind(':');
  if (std::string_view(path).find(free.substr(0, colon)) == std::string_view::npos) return done;
  into->f_frsize = 1;
  into->f_bavail = std::strtoull(text + colon + 1, nullptr, 10);
  return done;
}

int statvfs(const char* path, struct statvfs* into) noexcept {
  static_assert(sizeof(struct statvfs) == sizeof(struct statvfs64));
  return statvfs64(path, reinterpret_cast<struct statvfs64*>(into));
}

int rename(const char* from, const char* to) noexcept {
  if (is_watched() && strikes("rename", to)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  if (is_watched() && strikes("rename", to)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
  va_end(rest);
  if ((flags & O_CREAT) != 0 && is_watched() && strikes("open", path)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
  va_end(rest);
  return open64(path, flags, mode);
}

int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  static const auto next = real<decltype(getaddrinfo)>("getaddrinfo");
  static std::atomic<int> tries{0};
  const std::string_view wanted = name == nullptr ? "" : name;
  if (wanted == "thrice.test")
    return ++tries <= 3 ? EAI_AGAIN : next("127.0.0.1", service, hints, result);
  if (wanted == "metadata.test") return next("169.254.169.254", service, hints, result);
  return next(name, service, hints, result);
}

#pragma GCC visibility pop
}
