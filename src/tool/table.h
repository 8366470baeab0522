// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Rows for people and for pipes: aligned columns with a heading that fit the terminal, or, where
// nobody looks, the whole texts parted by tabs, without a heading.
#pragma once

#include <string>
#include <vector>

#include "tool/terminal.h"

namespace prompt::tool {

struct Column {
  std::string heading;
  bool is_number = false;   ///< To the right.
  bool is_elastic = false;  ///< Is cut if the whole is too wide; at most one is.
  bool is_extra = false;    ///< Is left out where there is no room, the last one first.
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Texts may come from strangers: control characters are shown as blanks.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Writes all rows to stdout.
  void print(const Terminal& terminal) const;

 private:
  /// Of each column, as wide as its widest cell.
  [[nodiscard]] std::vector<int> natural_widths() const;
  /// So that all of it takes `columns`; 0: the column is left out.
  [[nodiscard]] std::vector<int> fitting_widths(int columns) const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace prompt::tool
