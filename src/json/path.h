// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where in a reply a value is: a small subset of JSONPath (RFC 9535), namely `$`, `.name`,
// `['name']`,
// `[n]` (n >= 0) and `[*]` (all items of an array, all members' values of an object). Our own
// evaluator: json-glib's aborts on an index out of range under fatal criticals.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace prompt::json {

class Path {
 public:
  /// Parses "$.data.id", "data.id" (the leading "$." may be left out), "$.images[0].url",
  /// "$['a b'][*]". Error: settings, naming the text and the place.
  [[nodiscard]] static Result<Path> parse(std::string_view text);

  /// The first match in document order, or nullptr. A null value is a match: callers decide.
  [[nodiscard]] const Value* first(const Value& root) const;
  /// All matches in document order.
  [[nodiscard]] std::vector<const Value*> all(const Value& root) const;

  /// The text it was parsed from.
  [[nodiscard]] const std::string& text() const { return text_; }

  struct Each {};
  using Step = std::variant<std::string, std::size_t, Each>;
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
  std::string text_;
  std::vector<Step> steps_;
};

/// A list of paths, tried in order; missing, null, empty and wrongly typed values are no hit.
using Paths = std::vector<Path>;

/// The first non-empty string at the paths (an integer counts as its decimal text), or nothing.
[[nodiscard]] std::optional<std::string> find_text(const Value& root, const Paths& paths);
/// The first finite number at the paths, or nothing.
[[nodiscard]] std::optional<double> find_number(const Value& root, const Paths& paths);
/// The first value at the paths that is neither null nor an empty string, or nullptr.
[[nodiscard]] const Value* find_value(const Value& root, const Paths& paths);

}  // namespace prompt::json
