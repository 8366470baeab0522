// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The processes that use a server: each holds a shared lock (flock(2)) on the file `users` of its
// folder, which the kernel takes away when the process dies, however it dies. Who wants a server
// takes the lock first and looks for one afterwards, so a server that has got the lock for itself
// has no user, and while it holds it none can come: it ends without taking anybody's request along.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace prompt::rehearsal {

class Users {
 public:
  /// How long a server stays without any, for the next of many short processes.
  static constexpr std::chrono::seconds linger{1};

  [[nodiscard]] static Result<Users> open(const std::string& folder);
  /// True when there was none for some time; none can come then until this is destroyed. To be
  /// called several times a second.
  [[nodiscard]] bool are_gone();

 private:
  explicit Users(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
  std::chrono::steady_clock::time_point last_seen_ = std::chrono::steady_clock::now();
};

}  // namespace prompt::rehearsal
