// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/terminal.h"

#include <glib.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace prompt::tool {
namespace {

constexpr int usual_columns = 80;
constexpr int fewest_columns = 20;
constexpr const char* ellipsis = "…";
constexpr gunichar emoji_variation = 0xFE0F;
constexpr gunichar joiner = 0x200D;

bool is_set(const char* name) {
  const char* const value = g_getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_output_lost = false;  // the main thread

// One letter with all that combines with it, as terminals that know emoji draw it.
struct Letter {
  const char* end;
  int cells;
};

bool is_flag_half(gunichar letter) { return letter >= 0x1F1E6 && letter <= 0x1F1FF; }
bool is_skin_tone(gunichar letter) { return letter >= 0x1F3FB && letter <= 0x1F3FF; }

int cells_of(gunichar letter) {
  if (g_unichar_iszerowidth(letter) != FALSE) return 0;
  return g_unichar_iswide(letter) != FALSE || is_flag_half(letter) ? 2 : 1;
}

Letter next_letter(const char* at, const char* end) {
  const gunichar first = g_utf8_get_char(at);
  int cells = cells_of(first);
  const char* next = g_utf8_next_char(at);
  bool is_second_flag_half = is_flag_half(first);
  while (next < end) {
    const gunichar letter = g_utf8_get_char(next);
    if (letter == emoji_variation) {
      cells = 2;
    } else if (letter == joiner && g_utf8_next_char(next) < end) {
      // Joined to the next one: one picture of both.
      next = g_utf8_next_char(next);
    } else if (is_flag_half(letter) && is_second_flag_half) {
      is_second_flag_half = false;
    } else if (!is_skin_tone(letter) && g_unichar_iszerowidth(letter) == FALSE) {
      break;
    }
    next = g_utf8_next_char(next);
  }
  return {next, cells};
}

}  // namespace

Terminal look_at_terminal(int fd) {
  Terminal terminal;
  terminal.fd = fd;
  terminal.is_terminal = isatty(fd) == 1;
  const char* const kind = g_getenv("TERM");
  terminal.has_escapes = terminal.is_terminal && kind != nullptr && *kind != '\0' &&
                         g_str_equal(kind, "dumb") == FALSE;
  terminal.has_colour = terminal.has_escapes && !is_set("NO_COLOR");
  return terminal;
}

int columns_of(const Terminal& terminal) {
  winsize size{};
  if (terminal.is_terminal && ioctl(terminal.fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::max<int>(size.ws_col, fewest_columns);
  const char* const told = g_getenv("COLUMNS");
  int columns = 0;
  if (told != nullptr) {
    const std::string_view text = told;
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  return columns > 0 ? std::max(columns, fewest_columns) : usual_columns;
}

int count_cells(std::string_view text) {
  int cells = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const Letter letter = next_letter(at, end);
    cells += letter.cells;
    at = letter.end;
  }
  return cells;
}

std::string cut_to_cells(std::string_view text, int cells) {
  if (count_cells(text) <= cells) return std::string(text);
  if (cells <= 0) return {};
  int used = 0;
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  while (at < end) {
    const Letter letter = next_letter(at, end);
    if (used + letter.cells > cells - 1) break;
    used += letter.cells;
    at = letter.end;
  }
  return std::string(text.data(), at) + ellipsis;
}

std::string pad_to_cells(std::string_view text, int cells) {
  std::string padded = cut_to_cells(text, cells);
  const int missing = cells - count_cells(padded);
  if (missing > 0) padded.append(static_cast<std::size_t>(missing), ' ');
  return padded;
}

void draw_line(std::string_view line) {
  const Terminal err = look_at_terminal(STDERR_FILENO);
  if (err.has_escapes) write_out(err.fd, "\r\033[K" + cut_to_cells(line, columns_of(err) - 1));
}

void write_out(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    // GIO has SIGPIPE ignored, for its sockets: whoever read us has gone, and so do we.
    if (written < 0 && errno == EPIPE) {
      signal(SIGPIPE, SIG_DFL);
      raise(SIGPIPE);
    }
    if (written < 0 && errno == EAGAIN) {
      // Somebody who shares the stream has it so that it does not wait.
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (written < 0) {
      is_output_lost = is_output_lost || fd == STDOUT_FILENO;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool was_output_lost() { return is_output_lost; }

std::string without_controls(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // The second set of controls is two bytes in UTF-8: U+009B does what ESC [ does.
    const bool is_second_set = byte == 0xC2 && i + 1 < text.size() &&
                               static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                               static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_second_set) ++i;
    const bool is_control = is_second_set || (byte < 0x20 && byte != '\n') || byte == 0x7f;
    clean += is_control ? ' ' : text[i];
  }
  return clean;
}

void say(std::string_view line) { write_out(STDERR_FILENO, without_controls(line) + "\n"); }
void print(std::string_view line) { write_out(STDOUT_FILENO, std::string(line) + "\n"); }

}  // namespace prompt::tool
