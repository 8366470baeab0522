// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Files that are a person's, not the library's: as the umask says, written under another name
// first, and never over what is there.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace prompt::edit {

/// A file that goes again unless it was kept. Its name is hidden, and like no other.
class Temporary {
 public:
  explicit Temporary(const std::string& folder);
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary();
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

/// Opens a new file for writing, readable for whom the umask lets. Errors: storage, no_space.
[[nodiscard]] Result<FileDescriptor> create_ordinary_file(const std::string& path);

/// Makes a new file of this text, on the disk; `called` is its name in messages. Errors: storage,
/// no_space.
[[nodiscard]] Result<void> write_new_file(const std::string& path, const std::string& text,
                                          const std::string& called);

/// Gives a file a name that is free. Errors: settings, if it is not; storage.
[[nodiscard]] Result<void> rename_to_free(const std::string& from, const std::string& to);

/// Writes a file that is made anew as often as one likes: what was there goes when the new one is
/// whole. Errors: storage, no_space.
[[nodiscard]] Result<void> replace_file(const std::string& path, const std::string& text);

/// Of a file's content, 64 hexadecimal digits; nothing if it cannot be read.
[[nodiscard]] std::optional<std::string> sha256_of_file(const std::string& path);

}  // namespace prompt::edit
