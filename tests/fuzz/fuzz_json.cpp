// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fuzzes everything that reads strangers' JSON. The input is a path, a text and a document, split
// at the first two zero bytes; the document is read as a reply and as a template. What is accepted
// must hold its promises: writing and reading again gives the same value, and no read string is
// broken.
#include <glib.h>

#include <cstdint>

#include "base/text.h"
#include "json/parse.h"
#include "json/path.h"
#include "json/template.h"
#include "json/text_template.h"
#include "json/write.h"

using prompt::json::Value;

namespace {

std::string_view take_part(std::string_view& input) {
  const std::size_t end = input.find('\0');
  const std::string_view part = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return part;
}

void check_strings(const Value& value) {
  if (const std::string* const text = value.as_string())
    g_assert_true(prompt::is_valid_utf8(*text));
  if (const prompt::json::Array* const array = value.as_array()) {
    for (const Value& item : *array) check_strings(item);
  }
  if (const prompt::json::Object* const object = value.as_object()) {
    for (const prompt::json::Member& member : *object) {
      g_assert_true(prompt::is_valid_utf8(member.name));
      check_strings(member.value);
    }
  }
}

void check_template(const Value& source, const Value& values) {
  const auto parsed = prompt::json::Template::parse(source);
  if (!parsed) {
    g_assert_true(prompt::is_valid_utf8(parsed.error().message));
    return;
  }
  const prompt::json::Lookup lookup = [&values](std::string_view name) {
    // Some names are unset; the others get whatever the document has to offer.
    return name.size() % 3 == 0 ? nullptr : &values;
  };
  const auto rendered = parsed->render(lookup);
  if (!rendered) g_assert_true(prompt::is_valid_utf8(rendered.error().message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto path = prompt::json::Path::parse(take_part(input));
  const std::string_view text = take_part(input);
  const auto value = prompt::json::parse(input);
  if (!value) {
    g_assert_true(prompt::is_valid_utf8(value.error().message));
    return 0;
  }
  check_strings(*value);
  const std::string canonical = prompt::json::write_canonical(*value);
  const auto again = prompt::json::parse(canonical);
  g_assert_true(again.has_value());
  g_assert_true(*again == *value);
  g_assert_true(prompt::json::write_canonical(*again) == canonical);
  if (path) {
    const auto matches = path->all(*value);
    g_assert_true((path->first(*value) == nullptr) == matches.empty());
    const prompt::json::Paths paths{*path};
    (void)prompt::json::find_text(*value, paths);
    (void)prompt::json::find_number(*value, paths);
    (void)prompt::json::find_value(*value, paths);
  }
  check_template(*value, *value);
  for (const auto use :
       {prompt::json::TextUse::path, prompt::json::TextUse::query, prompt::json::TextUse::header}) {
    const auto line = prompt::json::TextTemplate::parse(text, use);
    if (!line) continue;
    const auto rendered =
        line->render([&value](std::string_view name) { return value->find(name); });
    if (rendered && rendered->has_value()) {
      for (const char c : **rendered)
        g_assert_true(g_ascii_isprint(c) && (use == prompt::json::TextUse::header || c != ' '));
    }
  }
  return 0;
}
