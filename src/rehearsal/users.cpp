// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/users.h"

#include <fcntl.h>
#include <sys/file.h>

#include <utility>

namespace prompt::rehearsal {

Result<Users> Users::open(const std::string& folder) {
  Result<FileDescriptor> file = open_file(folder + "/users", O_RDWR | O_CREAT);
  if (!file) return fail(file.error());
  return Users(std::move(*file));
}

bool Users::are_gone() {
  const auto now = std::chrono::steady_clock::now();
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    last_seen_ = now;
    return false;
  }
  if (now - last_seen_ >= linger) return true;
  (void)::flock(file_.get(), LOCK_UN);
  return false;
}

}  // namespace prompt::rehearsal
