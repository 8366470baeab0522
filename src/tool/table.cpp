// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/table.h"

#include <algorithm>

namespace prompt::tool {
namespace {

constexpr int gap = 2;
constexpr int least_elastic = 10;

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = without_controls(cell);
    std::replace(cell.begin(), cell.end(), '\n', ' ');
  }
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::natural_widths() const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = count_cells(columns_[i].heading);
    for (const std::vector<std::string>& row : rows_) width = std::max(width, count_cells(row[i]));
    widths.push_back(std::max(width, 1));
  }
  return widths;
}

std::vector<int> Table::fitting_widths(int columns) const {
  std::vector<int> widths = natural_widths();
  const auto too_much = [&] {
    int whole = -gap;
    for (const int width : widths) whole += width > 0 ? width + gap : 0;
    return std::max(whole - columns, 0);
  };
  const auto shrink = [&] {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].is_elastic)
        widths[i] = std::max(widths[i] - too_much(), std::min(widths[i], least_elastic));
  };
  const std::vector<int> natural = widths;
  shrink();
  for (std::size_t i = columns_.size(); i-- > 0 && too_much() > 0;) {
    if (!columns_[i].is_extra) continue;
    widths[i] = 0;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      if (columns_[k].is_elastic) widths[k] = natural[k];
    shrink();
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<int>& widths) const {
  std::string text;
  std::string blanks;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;
    text += blanks;
    const std::string cell = cut_to_cells(cells[i], widths[i]);
    const std::string pad(static_cast<std::size_t>(std::max(widths[i] - count_cells(cell), 0)),
                          ' ');
    text += columns_[i].is_number ? pad + cell : cell;
    // Nothing stands behind the last cell.
    blanks = (columns_[i].is_number ? "" : pad) + std::string(gap, ' ');
  }
  return text;
}

void Table::print(const Terminal& terminal) const {
  std::string text;
  if (!terminal.is_terminal) {
    for (const std::vector<std::string>& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i)
        text += row[i] + (i + 1 < row.size() ? '\t' : '\n');
    return write_out(terminal.fd, text);
  }
  if (rows_.empty()) return;
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  const std::vector<int> widths = fitting_widths(columns_of(terminal));
  const bool is_bold = terminal.has_colour;
  text += (is_bold ? "\033[1m" : "") + line(headings, widths) + (is_bold ? "\033[0m" : "") + "\n";
  for (const std::vector<std::string>& row : rows_) text += line(row, widths) + "\n";
  write_out(terminal.fd, text);
}

}  // namespace prompt::tool
