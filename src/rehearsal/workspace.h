// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The folder that a server works in: a given one, which outlives it, or a temporary one, which does
// not. Inside: tasks/, media/, secret (what URLs are signed with), lock (held by the one server
// that uses the folder), server.json (the line that it printed).
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace prompt::rehearsal {

class Workspace {
 public:
  /// Opens `folder`, or a temporary one if that is empty. `media_cache`, if not empty, is used for
  /// the media instead. Errors: settings, busy (another server uses the folder), storage.
  [[nodiscard]] static Result<Workspace> open(const std::string& folder,
                                              const std::string& media_cache);
  Workspace(Workspace&& other) noexcept = default;
  Workspace& operator=(Workspace&&) = delete;
  /// Removes a temporary folder with all that is in it.
  ~Workspace();

  [[nodiscard]] std::string tasks_folder() const { return folder_ + "/tasks"; }
  [[nodiscard]] const std::string& media_folder() const { return media_; }
  [[nodiscard]] const std::string& secret() const { return secret_; }
  /// Leaves the printed line for those who come to share the server.
  [[nodiscard]] Result<void> publish(const std::string& line) const;
  /// What the server before this one has printed; empty if there was none.
  [[nodiscard]] std::string last_line() const;

 private:
  Workspace() = default;
  void put_line_away() const;

  std::string folder_;
  std::string media_;
  std::string secret_;
  FileDescriptor lock_;
  bool is_temporary_ = false;
};

/// The line of the server that uses the folder now; waits a while for one that is just starting.
/// Error: not_found.
[[nodiscard]] Result<std::string> read_shared_line(const std::string& folder);

}  // namespace prompt::rehearsal
