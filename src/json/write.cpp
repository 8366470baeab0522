// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/write.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::json {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (c == '\n')
      out.append("\\n");
    else if (c == '\r')
      out.append("\\r");
    else if (c == '\t')
      out.append("\\t");
    else if (static_cast<unsigned char>(c) < 0x20)
      out.append(format("\\u%04x", static_cast<unsigned>(c)));
    else
      out.push_back(c);
  }
  out.push_back('"');
}

void append_string(std::string& out, const std::string& text) {
  if (is_valid_utf8(text)) {
    append_escaped(out, text);
    return;
  }
  const OwnedString valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  append_escaped(out, valid.get());
}

// The shortest text that reads back as the same double, and as a double: 5.0, not 5.
void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  if (number == 0) number = 0;  // -0.0 equals 0.0 and must give equal bytes
  char buffer[32];
  const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), number);
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  out.append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");
}

void append(std::string& out, const Value& value, bool sorted);

void append_member(std::string& out, const Member& member, bool sorted) {
  append_string(out, member.name);
  out.push_back(':');
  append(out, member.value, sorted);
  out.push_back(',');
}

void append_object(std::string& out, const Object& object, bool sorted) {
  out.push_back('{');
  if (sorted) {
    std::vector<const Member*> members;
    for (const Member& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->name < b->name; });
    for (const Member* member : members) append_member(out, *member, sorted);
  } else {
    for (const Member& member : object) append_member(out, member, sorted);
  }
  if (!object.empty()) out.pop_back();
  out.push_back('}');
}

void append_array(std::string& out, const Array& array, bool sorted) {
  out.push_back('[');
  for (const Value& item : array) {
    append(out, item, sorted);
    out.push_back(',');
  }
  if (!array.empty()) out.pop_back();
  out.push_back(']');
}

void append(std::string& out, const Value& value, bool sorted) {
  if (const bool* const boolean = value.as_bool())
    out.append(*boolean ? "true" : "false");
  else if (const std::int64_t* const integer = value.as_int())
    out.append(std::to_string(*integer));
  else if (const std::string* const text = value.as_string())
    append_string(out, *text);
  else if (const Array* const array = value.as_array())
    append_array(out, *array, sorted);
  else if (const Object* const object = value.as_object())
    append_object(out, *object, sorted);
  else if (const std::optional<double> number = value.as_number())
    append_double(out, *number);
  else
    out.append("null");
}

}  // namespace

std::string write(const Value& value) {
  std::string out;
  append(out, value, false);
  return out;
}

std::string write_canonical(const Value& value) {
  std::string out;
  append(out, value, true);
  return out;
}

}  // namespace prompt::json
