// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where the command writes to: whether a person looks, how wide it is, and how many cells a text
// takes there. Results go to stdout, all that is said about them to stderr.
#pragma once

#include <string>
#include <string_view>

namespace prompt::tool {

/// What one of the two streams is.
struct Terminal {
  int fd = 1;
  bool is_terminal = false;  ///< A person looks at it; TERM=dumb is a terminal without escapes.
  bool has_escapes = false;  ///< The cursor can be moved.
  bool has_colour = false;   ///< And NO_COLOR is not set.
};

[[nodiscard]] Terminal look_at_terminal(int fd);
/// Columns of the terminal: its own size, else COLUMNS, else 80. Asked anew each time, since
/// windows change.
[[nodiscard]] int columns_of(const Terminal& terminal);

/// How many cells a UTF-8 text takes: wide letters (CJK, emoji) are two, combining ones none.
/// Control characters must not be in it.
[[nodiscard]] int count_cells(std::string_view text);
/// The text, at most so many cells wide, with an ellipsis where it was cut.
[[nodiscard]] std::string cut_to_cells(std::string_view text, int cells);
/// Followed by blanks, or cut, so that it takes just so many.
[[nodiscard]] std::string pad_to_cells(std::string_view text, int cells);

/// A line on stderr that is drawn again in place; an empty one takes it away. Nothing where the
/// cursor cannot be moved.
void draw_line(std::string_view line);

/// Writes it whole; what cannot be written is dropped (a reader that has gone ends us by SIGPIPE).
void write_out(int fd, std::string_view text);
/// Whether something was dropped that was meant for stdout.
[[nodiscard]] bool was_output_lost();
/// Without control characters, which would move the cursor: what is said may hold what somebody
/// wrote. Line ends stay.
[[nodiscard]] std::string without_controls(std::string_view text);
/// A line for people, to stderr, without controls; for results, to stdout.
void say(std::string_view line);
void print(std::string_view line);

}  // namespace prompt::tool
