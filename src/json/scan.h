// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reads a JSON text once, strictly by RFC 8259, and builds nothing: what passes is harmless to the
// parser behind it. Iterative, so that nesting costs no stack. Only parse.cpp includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/parse.h"

namespace prompt::json {

/// A piece of the text that json-glib is not given as it is.
struct Change {
  std::size_t begin;
  std::size_t end;
  std::string text;  ///< Instead of it.
};

struct Scanned {
  /// Where the document begins: behind a byte order mark, or 0.
  std::size_t begin = 0;
  /// Ascending. Integers beyond int64, which json-glib would wrap around, are made fractions; what
  /// is no number, and what nobody wants, is null; a long string is a marker.
  std::vector<Change> changes;
  /// The long strings, unescaped: json-glib would hold several copies of each. A string that begins
  /// with U+0001 is a marker; its index into this follows in decimal.
  std::vector<std::string> long_strings;
};

/// Checks the text. Errors: too_large, malformed, with the byte offset.
[[nodiscard]] Result<Scanned> scan(std::string_view text, const ParseLimits& limits);

}  // namespace prompt::json
