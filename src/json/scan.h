// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reads a JSON text once, strictly by RFC 8259, and builds nothing: what passes is harmless to the
// parser behind it. Iterative, so that nesting costs no stack. Only parse.cpp includes this.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/parse.h"

namespace prompt::json {

struct Scanned {
  /// Where the document begins: behind a byte order mark, or 0.
  std::size_t begin = 0;
  /// Ends (byte offsets) of integers beyond int64, ascending: json-glib would wrap them around.
  std::vector<std::size_t> wide_integers;
};

/// Checks the text. Errors: too_large, malformed, with the byte offset.
[[nodiscard]] Result<Scanned> scan(std::string_view text, const ParseLimits& limits);

}  // namespace prompt::json
