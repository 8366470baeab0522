// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The few things we do with files by hand: owned descriptors, private folders, bounded reading,
// durable renaming. Every descriptor is close-on-exec.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

#include "base/error.h"

namespace prompt {

/// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// The error for a failed system call on a path: no_space for a full disk, quota or size limit,
/// else storage; the message names the path and what was tried ("write", "open").
[[nodiscard]] Error storage_error(const std::string& path, const char* what, int error_number);

/// Opens a file with mode 0600 if it is created. `flags` as for open(2); O_CLOEXEC is added.
[[nodiscard]] Result<FileDescriptor> open_file(const std::string& path, int flags);

/// The whole of a regular file of at most `limit` bytes; too_large beyond. Errors: not_found,
/// storage (also for pipes and devices, which could make the reader wait for ever).
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit);

/// What is left of an open file or pipe, likewise; `path` is for messages.
[[nodiscard]] Result<std::string> read_all(const FileDescriptor& file, const std::string& path,
                                           std::size_t limit);

/// SHA-256 of what is left of an open file, 64 lower-case hexadecimal digits; `path` is for
/// messages. Error: storage.
[[nodiscard]] Result<std::string> sha256_of(const FileDescriptor& file, const std::string& path);

/// Makes a folder and its parents, the last with mode 0700. An existing folder is left as it is.
[[nodiscard]] Result<void> make_private_folder(const std::string& path);

/// Writes all bytes at an offset, over short writes and interruptions.
[[nodiscard]] Result<void> write_at(const FileDescriptor& file, const std::string& path,
                                    const void* bytes, std::size_t size, off_t offset);

/// Begins to bring written bytes to the disk, and waits until the `waited_for` bytes in front of
/// them, begun earlier, are there: so sync_file() has little left to do. Only a hint: nothing is
/// promised.
void write_back(const FileDescriptor& file, off_t offset, off_t size, off_t waited_for);

/// Makes the content of a file durable; `path` is for messages.
[[nodiscard]] Result<void> sync_file(const FileDescriptor& file, const std::string& path);

/// Renames and makes the rename durable (fsync of the folder). The content is the caller's: see
/// sync_file().
[[nodiscard]] Result<void> publish_file(const std::string& from, const std::string& to);

}  // namespace prompt
