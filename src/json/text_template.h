// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Texts with placeholders: the paths, query values and headers of a provider's description. A
// placeholder is `${name}`, or `${name[0]}` for one item of a list (from 0), or in a path
// `${name:path}`, which keeps the slashes of the value (as does a path of nothing but a captured
// text, `/${captured.name}`). Names are made of ASCII letters, digits, `-`, `_` and `.`; `$${`
// stands for the two characters `${`. There are no expressions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace prompt::json {

/// The value of a name, or nullptr if it is unset. It is called by render() and must stay valid
/// until that returns.
using Lookup = std::function<const Value*(std::string_view name)>;

/// `${name}`, `${name[index]}`, `${name:path}`.
struct Placeholder {
  std::string name;
  std::optional<std::size_t> index = {};
  bool keeps_slashes = false;
};

/// A text taken apart: plain text (already without `$${`) and placeholders.
using Piece = std::variant<std::string, Placeholder>;
/// Error: settings; says what is wrong in the text, as a part of a sentence's end.
[[nodiscard]] Result<std::vector<Piece>> split_text(std::string_view text);

/// What a placeholder stands for; nullptr if it is unset or its index is beyond the list. Error:
/// settings for an index into something that is no list.
[[nodiscard]] Result<const Value*> look_up(const Placeholder& placeholder, const Lookup& lookup);

/// A string itself, a number or boolean as JSON writes it, nothing for the rest.
[[nodiscard]] std::optional<std::string> plain_text(const Value& value);

/// Where a text goes, which decides how the values are made safe.
enum class TextUse {
  path,    ///< A URL's path, or a whole URL: values are percent-encoded but for RFC 3986's
           ///< unreserved.
  query,   ///< A query's value: everything, the plain text too, is percent-encoded.
  header,  ///< A header's value: as it is; refused unless printable ASCII.
};

/// A checked text with placeholders. Immutable; any thread.
class TextTemplate {
 public:
  /// Error: settings, naming the text and the place.
  [[nodiscard]] static Result<TextTemplate> parse(std::string_view text, TextUse use);

  /// The names it uses, sorted, each once.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// The text, ready to be sent; nothing if one of its placeholders is unset. Errors: settings for
  /// a value that is no text, number or boolean; in a path also for an empty value and for one that
  /// makes a segment `.` or `..` (it would lead to another operation); in a header for characters
  /// that do not belong there. The message names the placeholder, never its value.
  [[nodiscard]] Result<std::optional<std::string>> render(const Lookup& lookup) const;

 private:
  TextUse use_ = TextUse::path;
  std::vector<Piece> pieces_;
  std::vector<std::string> names_;
};

}  // namespace prompt::json
