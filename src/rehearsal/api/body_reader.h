// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Strict reading of a request's members: every accessor remembers the first thing that is wrong, so
// that a route reads all of them in a row and then asks once.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/value.h"
#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

/// The body as a JSON object, if Content-Type says that it is JSON. Error: rejected.
[[nodiscard]] Result<json::Object> read_json_body(const HttpRequest& request);

/// A multipart/form-data body: each field a text; each file an object of "filename", "type" and
/// "size". Error: rejected.
[[nodiscard]] Result<json::Object> read_form_body(const HttpRequest& request);
/// Whether Content-Type says that the body is a form.
[[nodiscard]] bool is_form(const HttpRequest& request);

/// An absolute http or https URL with a host.
[[nodiscard]] bool is_web_url(const std::string& text);

/// Such a URL, or a data URI that holds an image in base64.
[[nodiscard]] bool is_picture_url(const std::string& text);

class BodyReader {
 public:
  explicit BodyReader(const json::Object& object) : object_(object) {}

  /// Every member is one of these.
  void only(std::initializer_list<const char*> names);
  /// Every one of these is there.
  void required(std::initializer_list<const char*> names);

  /// The member, or `otherwise` if it is absent; of another type it is an error, as is null.
  [[nodiscard]] std::string text(const char* name, std::string_view otherwise = {});
  [[nodiscard]] bool flag(const char* name, bool otherwise);
  [[nodiscard]] double number(const char* name, double otherwise);
  /// A text that is one of these.
  [[nodiscard]] std::string one_of(const char* name, std::span<const std::string_view> allowed,
                                   std::string_view otherwise);
  /// A number that is one of these.
  [[nodiscard]] int one_of(const char* name, std::span<const int> allowed, int otherwise);
  /// An integer within bounds.
  [[nodiscard]] int integer(const char* name, int low, int high, int otherwise);
  /// A text of 1 to `limit` code points.
  [[nodiscard]] std::string prompt(const char* name, std::size_t limit);
  [[nodiscard]] std::string web_url(const char* name);
  /// The member, if it is there, is a picture's address or its data URI.
  void picture(const char* name);
  [[nodiscard]] std::vector<std::string> web_urls(const char* name, std::size_t limit);

  /// A whole number, or a text of its digits.
  [[nodiscard]] int integer_or_digits(const char* name, int low, int high, int otherwise);
  /// A text that holds a whole number, as forms have it.
  [[nodiscard]] int digits(const char* name, int low, int high, int otherwise);
  /// The member's items; an array, or none.
  [[nodiscard]] const json::Array& array(const char* name);
  /// The member's members; an object, or none.
  [[nodiscard]] const json::Object& object(const char* name);
  [[nodiscard]] bool has(const char* name) const { return find(name) != nullptr; }

  /// Says that something is wrong, unless something was already.
  void complain(std::string message);
  /// What was wrong first; nothing if all is well.
  [[nodiscard]] const std::optional<std::string>& complaint() const { return complaint_; }

 private:
  [[nodiscard]] const json::Value* find(const char* name) const { return object_.find(name); }
  void wrong_type(const char* name, const char* wanted, const json::Value& got);

  const json::Object& object_;
  std::optional<std::string> complaint_;
};

}  // namespace prompt::rehearsal
