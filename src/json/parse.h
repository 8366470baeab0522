// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// JSON text to Value, within bounds. The text is scanned first (size, depth, duplicate members,
// U+0000, UTF-8), because the parser behind it crashes on deep nesting, cuts strings at \u0000 and
// wraps integers (docs/reliability.md); then json-glib parses it.
#pragma once

#include <string_view>

#include "base/error.h"
#include "json/value.h"
#include "json/wanted.h"

namespace prompt::json {

struct ParseLimits {
  std::size_t max_bytes = 256 * 1024;
  int max_depth = 64;      ///< Open arrays and objects; never more than 256, whatever is asked for.
  int max_members = 1024;  ///< Of one object: the parser's hash tables can be flooded.
  /// What the values may take, roughly: small ones cost many times their text.
  std::size_t max_tree_bytes = 8UL * 1024 * 1024;
  /// Only what it wants is built; the rest is checked and reads as null. nullptr: everything.
  const Wanted* wanted = nullptr;
};

/// Parses one JSON document, strictly by RFC 8259 (no comments, no single quotes, no second
/// document, no hexadecimal numbers); a UTF-8 byte order mark is tolerated, and the bare NaN,
/// Infinity and -Infinity that Python writes are null. A number written as an
/// integer beyond int64 becomes a double (as_int() has nothing then), one beyond a finite double is
/// an error. Errors: too_large (bytes, depth, members, values), malformed; the message names the
/// byte offset and never quotes the text. Any thread.
[[nodiscard]] Result<Value> parse(std::string_view text, const ParseLimits& limits = {});

}  // namespace prompt::json
