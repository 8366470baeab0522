// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A spreadsheet's text as rows of cells (RFC 4180, and what Excel, Numbers and LibreOffice make of
// it): UTF-8 with or without a mark, UTF-16 with one; commas, semicolons or tabs, by the header or
// by Excel's "sep="; quotes, line ends in cells, CRLF; lines that begin with '#' are comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace prompt::edit {

/// Where something stands in the file, as editors count: from 1, a column is a character.
struct TextPosition {
  unsigned line = 1;
  unsigned column = 1;
};

struct TableCell {
  std::string text;  ///< Without white space around it, unless it was in quotes.
  TextPosition position;
};

struct TextTable {
  std::vector<TableCell> header;
  std::vector<std::vector<TableCell>>
      rows;  ///< Blank ones are left out; they may be short or long.
};

/// "line 3, column 7"
[[nodiscard]] std::string to_string(TextPosition position);

/// Any bytes as UTF-8 without a mark. Error: settings, with the position of what is none.
[[nodiscard]] Result<std::string> decode_text(std::string_view bytes);

/// Reads a decoded text. Error: settings, for a quote that does not end or has something behind it,
/// and for a text without a header.
[[nodiscard]] Result<TextTable> parse_table(std::string_view text);

}  // namespace prompt::edit
