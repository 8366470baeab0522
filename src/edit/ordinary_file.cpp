// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/ordinary_file.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::edit {

Temporary::Temporary(const std::string& folder)
    : path_(folder + "/.gst-prompt-" + make_uuid() + ".tmp") {}

Temporary::~Temporary() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<FileDescriptor> create_ordinary_file(const std::string& path) {
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return fail(storage_error(path, "write", errno));
  return file;
}

Result<void> write_new_file(const std::string& path, const std::string& text,
                            const std::string& called) {
  const Result<FileDescriptor> file = create_ordinary_file(path);
  if (!file) return fail(file.error());
  Result<void> written = write_at(*file, called, text.data(), text.size(), 0);
  return written ? sync_file(*file, called) : written;
}

// Fails where the name is taken: no look beforehand can promise that it is still free.
Result<void> rename_to_free(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS) {
    // A file system without that: a link is refused likewise, where there are any.
    if (link(from.c_str(), to.c_str()) == 0) {
      unlink(from.c_str());
      return {};
    }
    if (errno != EEXIST && access(to.c_str(), F_OK) != 0 && rename(from.c_str(), to.c_str()) == 0)
      return {};
  }
  if (errno == EEXIST)
    return fail(ErrorKind::settings, "'" + to +
                                         "' is there already and is another file: choose "
                                         "another name, take or folder.");
  return fail(storage_error(to, "rename", errno));
}

Result<void> replace_file(const std::string& path, const std::string& text) {
  const OwnedString absolute(g_canonicalize_filename(path.c_str(), nullptr));
  const OwnedString folder(g_path_get_dirname(absolute.get()));
  Temporary temporary(folder.get());
  Result<void> done = write_new_file(temporary.path(), text, path);
  if (done) done = publish_file(temporary.path(), absolute.get());
  if (done) temporary.keep();
  return done;
}

std::optional<std::string> sha256_of_file(const std::string& path) {
  const Result<FileDescriptor> file = open_file(path, O_RDONLY);
  Result<std::string> sum = file ? sha256_of(*file, path) : fail(file.error());
  if (!sum) return std::nullopt;
  return std::move(*sum);
}

}  // namespace prompt::edit
