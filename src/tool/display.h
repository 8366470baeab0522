// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a person sees while clips are made: on a terminal a line for each of those that are under
// way, which are drawn again in place, below what is settled; elsewhere a line for each change.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.h"
#include "tool/terminal.h"

namespace prompt::tool {

/// "running, 43 %, about 12 s left"
[[nodiscard]] std::string progress_text(const Snapshot& job);

/// One that is under way.
struct LiveLine {
  std::string label;
  Snapshot job;
};

class Display {
 public:
  /// Draws on stderr.
  Display() : terminal_(look_at_terminal(2)) {}

  [[nodiscard]] bool is_live() const { return terminal_.has_escapes; }
  /// A line that stays, above the live ones; `fd`: 1 for results, 2 for what is said of them.
  void settle(int fd, std::string_view line);
  /// Draws the lines that are under way, and `rest` below them ("3 of 20 done"); as many as fit.
  void draw(const std::vector<LiveLine>& lines, const std::string& rest);
  /// Takes the live lines away.
  void clear();

 private:
  [[nodiscard]] std::string line(const LiveLine& live, int label_cells, int columns) const;

  Terminal terminal_;
  std::size_t drawn_ = 0;  ///< Live lines on the screen.
  std::string last_;       ///< What was drawn.
};

}  // namespace prompt::tool
