// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/verify.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "clip/sha256.h"

namespace prompt::clip {
namespace {

struct OpenedFile {
  FileDescriptor file;
  bool is_regular = false;
  std::uint64_t size = 0;
  FileIdentity identity;
};

Result<OpenedFile> look_at(const std::string& path) {
  // Not to hang on a FIFO that somebody put there.
  Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file) return fail(file.error());
  struct stat status {};
  if (::fstat(file->get(), &status) != 0) return fail(storage_error(path, "look at", errno));
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  OpenedFile opened;
  opened.file = std::move(*file);
  opened.is_regular = S_ISREG(status.st_mode);
  opened.size = static_cast<std::uint64_t>(status.st_size);
  opened.identity = {status.st_ino, status.st_mtim.tv_sec * ns_per_s + status.st_mtim.tv_nsec};
  return opened;
}

}  // namespace

Result<Verified> verify(const std::string& path, const StoredClip& stored,
                        std::uint64_t always_hash, const std::function<bool()>& stop) {
  const Result<OpenedFile> found = look_at(path);
  if (!found) {
    if (found.error().kind == ErrorKind::not_found) return Verified{};
    return fail(found.error());
  }
  Verified verified{StoredState::damaged, found->identity};
  if (!found->is_regular || found->size != stored.size) return verified;
  const bool is_untouched = stored.identity && *stored.identity == found->identity;
  if (!stored.sha256.empty() && (!is_untouched || found->size <= always_hash)) {
    Sha256 hash;
    if (!hash.add_file(FileBytes(found->file.get(), found->size), 0, found->size, stop)) {
      if (stop && stop())
        return fail(ErrorKind::interrupted, "The look at the stored clip was interrupted.");
      return fail(storage_error(path, "read", EIO));
    }
    if (hash.hex() != stored.sha256) return verified;
  }
  verified.state = StoredState::intact;
  return verified;
}

Result<FileIdentity> identify(const std::string& path) {
  const Result<OpenedFile> found = look_at(path);
  if (!found) return fail(found.error());
  return found->identity;
}

}  // namespace prompt::clip
