// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/ref.h"
#include "base/text.h"

namespace prompt {
namespace {

std::string folder_of(const std::string& path) {
  const OwnedString folder(g_path_get_dirname(path.c_str()));
  return folder.get();
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error storage_error(const std::string& path, const char* what, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Error{full ? ErrorKind::no_space : ErrorKind::storage,
               format("Could not %s '%s': %s.", what, path.c_str(), g_strerror(error_number))};
}

Result<FileDescriptor> open_file(const std::string& path, int flags) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    Error error = storage_error(path, "open", errno);
    if (errno == ENOENT) error.kind = ErrorKind::not_found;
    return fail(std::move(error));
  }
  return FileDescriptor(fd);
}

Result<std::string> read_all(const FileDescriptor& file, const std::string& path,
                             std::size_t limit) {
  std::string bytes;
  char chunk[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(storage_error(path, "read", errno));
    if (got == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    if (bytes.size() > limit)
      return fail(ErrorKind::too_large,
                  format("'%s' is larger than the %zu bytes allowed.", path.c_str(), limit));
  }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  // Opening a pipe would wait for a writer, and reading one for its end.
  Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file) return fail(file.error());
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) return fail(storage_error(path, "read", errno));
  if (!S_ISREG(facts.st_mode))
    return fail(ErrorKind::storage, format("'%s' is not a regular file.", path.c_str()));
  return read_all(*file, path, limit);
}

Result<std::string> sha256_of(const FileDescriptor& file, const std::string& path) {
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum(
      g_checksum_new(G_CHECKSUM_SHA256), &g_checksum_free);
  std::vector<unsigned char> bytes(std::size_t{1} << 18);
  for (;;) {
    const ssize_t count = ::read(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(storage_error(path, "read", errno));
    if (count == 0) return std::string(g_checksum_get_string(sum.get()));
    g_checksum_update(sum.get(), bytes.data(), count);
  }
}

Result<void> make_private_folder(const std::string& path) {
  if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR)) return {};
  if (g_mkdir_with_parents(folder_of(path).c_str(), 0755) != 0 ||
      (g_mkdir(path.c_str(), 0700) != 0 && errno != EEXIST))
    return fail(storage_error(path, "create the folder", errno));
  if (!g_file_test(path.c_str(), G_FILE_TEST_IS_DIR))
    return fail(storage_error(path, "create the folder", ENOTDIR));
  return {};
}

Result<void> write_at(const FileDescriptor& file, const std::string& path, const void* bytes,
                      std::size_t size, off_t offset) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t put = ::pwrite(file.get(), from, size, offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(storage_error(path, "write", errno));
    from += put;
    offset += put;
    size -= static_cast<std::size_t>(put);
  }
  return {};
}

void write_back(const FileDescriptor& file, off_t offset, off_t size, off_t waited_for) {
#ifdef SYNC_FILE_RANGE_WRITE
  (void)::sync_file_range(file.get(), offset, size, SYNC_FILE_RANGE_WRITE);
  if (waited_for > 0)
    (void)::sync_file_range(
        file.get(), offset - waited_for, waited_for,
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#else
  (void)file;
  (void)offset;
  (void)size;
  (void)waited_for;
#endif
}

Result<void> sync_file(const FileDescriptor& file, const std::string& path) {
  if (::fsync(file.get()) != 0) return fail(storage_error(path, "write", errno));
  return {};
}

Result<void> publish_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(storage_error(to, "rename", errno));
  const std::string folder = folder_of(to);
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0)
    return fail(storage_error(folder, "write", errno));
  return {};
}

}  // namespace prompt
