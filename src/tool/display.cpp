// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "tool/show.h"

namespace prompt::tool {
namespace {

constexpr int bar_cells = 20;
constexpr int columns_with_bar = 70;
constexpr int usual_rows = 24;

int count_rows(const Terminal& terminal) {
  winsize size{};
  if (ioctl(terminal.fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return usual_rows;
  return size.ws_row;
}

// In the middle: what tells takes apart stands at the end.
std::string cut_label(const std::string& label, int cells) {
  const std::size_t take = label.rfind("_take_");
  if (count_cells(label) <= cells || take == std::string::npos) return label;
  const std::string end = label.substr(take);
  return cut_to_cells(label.substr(0, take), std::max(cells - count_cells(end), 1)) + end;
}

std::string bar_of(double progress) {
  const auto full = static_cast<std::size_t>(std::lround(progress * bar_cells));
  return "[" + std::string(full, '#') + std::string(bar_cells - full, '-') + "]";
}

}  // namespace

std::string progress_text(const Snapshot& job) {
  std::string text = job.status_text.empty() ? to_string(job.state) : job.status_text;
  if (job.progress) text += format(", %d %%", static_cast<int>(*job.progress * 100));
  if (job.is_late)
    text += ", later than usual";
  else if (job.eta && job.eta->count() > 0)
    text += ", about " + seconds_text(std::ceil(static_cast<double>(job.eta->count()) / 1000)) +
            " left";
  return text;
}

void Display::settle(int fd, std::string_view line) {
  clear();
  // A path is printed as it is, for whoever reads it from a pipe.
  write_out(fd, (fd == STDOUT_FILENO ? std::string(line) : without_controls(line)) + "\n");
}

void Display::clear() {
  if (drawn_ > 0) write_out(terminal_.fd, format("\033[%zuA\r\033[J", drawn_));
  drawn_ = 0;
  last_.clear();
}

std::string Display::line(const LiveLine& live, int label_cells, int columns) const {
  std::string text = pad_to_cells(cut_label(live.label, label_cells), label_cells) + "  ";
  if (columns >= columns_with_bar) text += bar_of(live.job.progress.value_or(0)) + "  ";
  text += progress_text(live.job);
  if (live.job.credits && !live.job.is_stood_in_for && !live.job.from_library)
    text += "  (" + price_text(live.job.credits, live.job.unit) + ")";
  // The last column stays free: a full line would wrap, and take two.
  return cut_to_cells(text, columns - 1) + "\n";
}

void Display::draw(const std::vector<LiveLine>& lines, const std::string& rest) {
  const int columns = columns_of(terminal_);
  int label_cells = 0;
  for (const LiveLine& live : lines) label_cells = std::max(label_cells, count_cells(live.label));
  label_cells = std::min(label_cells, columns / 3);
  const auto room = static_cast<std::size_t>(std::max(count_rows(terminal_) - 2, 1));
  std::string text;
  std::size_t count = 0;
  for (const LiveLine& live : lines) {
    if (count == room) break;
    text += line(live, label_cells, columns);
    ++count;
  }
  if (!rest.empty()) {
    text += cut_to_cells(rest, columns - 1) + "\n";
    ++count;
  }
  if (text == last_) return;
  // In one go, so that nothing flickers.
  const std::string up = drawn_ > 0 ? format("\033[%zuA\r\033[J", drawn_) : std::string();
  write_out(terminal_.fd, up + text);
  drawn_ = count;
  last_ = text;
}

}  // namespace prompt::tool
