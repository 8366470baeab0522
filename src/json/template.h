// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The body of a request as a description writes it: JSON with placeholders, and the few words that
// give structure. Everything else stands for itself.
//
// Placeholders (text_template.h) stand in strings, not in member names:
//   "${duration}"            a string that is one placeholder becomes its value, with its JSON type
//   "a ${style} film"        inside a longer string the value's text is spliced in (string, number,
//                            boolean; anything else is an error)
// A placeholder that is unset drops the member or array element whose string it stands in, the
// whole string with it. An object or array that loses all of its members that way stays, as {} or
// []; only a template whose root is dropped is an error.
//
// Words are members that begin with `$`; a provider's own member of that kind is written `$$name`.
//   {"$value": "${duration}", "$as": "string"}
//       The value as another type. string: a number or boolean as text. integer: a text of decimal
//       digits or a whole number. data-uri, base64: a local image, which the lookup gives as
//       {"data": "<base64>", "content-type": "image/png"}, becomes "data:image/png;base64,..." or
//       the bare base64; a string (a URL) stays as it is. What cannot be converted is an error.
//   {"$map": {"16:9": "1280x720", "9:16": "720x1280"}, "$key": "${aspect-ratio}"}
//   {"$map": {"720p": {"16:9": "1280x720"}, "1080p": {"16:9": "1920x1080"}},
//    "$keys": ["${resolution}", "${aspect-ratio}"]}
//       Looks the key up in a table; the table's values stand for themselves, without placeholders.
//       Dropped if no key is set; an error if one of two is unset or the table has no such key.
//   {"$each": "${images}", "$item": {"url": "${item}", "role": "${role}"},
//    "$roles": ["first_frame", "last_frame"]}
//       An array with `$item` rendered once for each item of a list; `${item}` is the item,
//       `${role}` the role at its position. `$roles` may be left out; more items than roles are an
//       error. As an element of an array the items become elements of that array. Unset or empty:
//       dropped. Not inside another `$item`. Where the roles depend on how many items there are:
//       "$roles": {"1": [null], "2": ["first_frame", "last_frame"], "more": "reference_image"}
//       null is no role: `${role}` is unset.
//   {"model": "${model}", "$merge": "${parameters}"}
//       The members of an object are added to the surrounding one, as they are. A name that is set
//       there already is an error.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/text_template.h"
#include "json/value.h"

namespace prompt::json {

/// A checked template. Immutable, cheap to copy; any thread.
class Template {
 public:
  struct Node;

  /// Checks and takes apart. `where` is the JSON pointer of the template in its file. Error:
  /// settings; the message begins with the JSON pointer of the place, tells what is wrong and what
  /// would be right.
  [[nodiscard]] static Result<Template> parse(const Value& source, std::string_view where = "");

  /// The names it uses, sorted, each once; without `item` and `role` where `$each` gives them.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// The body. Errors: settings, naming the placeholder and what its value should be.
  [[nodiscard]] Result<Value> render(const Lookup& lookup) const;

 private:
  std::shared_ptr<const Node> root_;
  std::vector<std::string> names_;
};

}  // namespace prompt::json
