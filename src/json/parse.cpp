// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/parse.h"

#include <json-glib/json-glib.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/text.h"
#include "json/scan.h"

namespace prompt::json {
namespace {

// The scanner vouches for the text; these checks vouch for what json-glib made of it. No recursion
// guard is needed: the scanner has bounded the depth.
using LongStrings = std::vector<std::string>;
std::optional<Value> convert(JsonNode* node, LongStrings& long_strings);

std::optional<Value> convert_scalar(JsonNode* node, LongStrings& long_strings) {
  switch (json_node_get_value_type(node)) {
    case G_TYPE_BOOLEAN:
      return Value(json_node_get_boolean(node) != 0);
    case G_TYPE_INT64:
      return Value(std::int64_t{json_node_get_int(node)});
    case G_TYPE_DOUBLE: {
      const double number = json_node_get_double(node);
      if (!std::isfinite(number)) return std::nullopt;
      return Value(number);
    }
    case G_TYPE_STRING: {
      const char* const text = json_node_get_string(node);
      if (text == nullptr || !is_valid_utf8(text)) return std::nullopt;
      if (text[0] != '\1') return Value(text);
      const guint64 index = g_ascii_strtoull(text + 1, nullptr, 10);
      if (index >= long_strings.size()) return std::nullopt;
      return Value(std::move(long_strings[index]));
    }
    default:
      return std::nullopt;
  }
}

std::optional<Value> convert_array(JsonArray* array, LongStrings& long_strings) {
  Array out;
  const guint size = json_array_get_length(array);
  out.reserve(size);
  for (guint i = 0; i < size; ++i) {
    std::optional<Value> item = convert(json_array_get_element(array, i), long_strings);
    if (!item) return std::nullopt;
    out.push_back(std::move(*item));
  }
  return Value(std::move(out));
}

std::optional<Value> convert_object(JsonObject* object, LongStrings& long_strings) {
  Object out;
  JsonObjectIter iter;
  const char* name = nullptr;
  JsonNode* member = nullptr;
  json_object_iter_init_ordered(&iter, object);
  while (json_object_iter_next_ordered(&iter, &name, &member) != 0) {
    if (!is_valid_utf8(name)) return std::nullopt;
    std::optional<Value> value = convert(member, long_strings);
    if (!value) return std::nullopt;
    out.append(name, std::move(*value));
  }
  return Value(std::move(out));
}

std::optional<Value> convert(JsonNode* node, LongStrings& long_strings) {
  if (node == nullptr) return std::nullopt;
  switch (json_node_get_node_type(node)) {
    case JSON_NODE_NULL:
      return Value();
    case JSON_NODE_VALUE:
      return convert_scalar(node, long_strings);
    case JSON_NODE_ARRAY:
      return convert_array(json_node_get_array(node), long_strings);
    case JSON_NODE_OBJECT:
      return convert_object(json_node_get_object(node), long_strings);
  }
  return std::nullopt;
}

std::string with_changes(std::string_view text, const Scanned& scanned) {
  std::string out;
  std::size_t size = text.size() - scanned.begin;
  for (const Change& change : scanned.changes)
    size += change.text.size() - (change.end - change.begin);
  out.reserve(size);
  std::size_t at = scanned.begin;
  for (const Change& change : scanned.changes) {
    out.append(text.substr(at, change.begin - at)).append(change.text);
    at = change.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace

Result<Value> parse(std::string_view text, const ParseLimits& limits) {
  Result<Scanned> scanned = scan(text, limits);
  if (!scanned) return fail(scanned.error());
  const std::string safe = with_changes(text, *scanned);
  const auto parser = Ref<JsonParser>::adopt(json_parser_new_immutable());
  GErrorPtr error;
  if (json_parser_load_from_data(parser.get(), safe.c_str(), static_cast<gssize>(safe.size()),
                                 error.out()) == 0)
    // json-glib's message may quote the text.
    return fail(ErrorKind::malformed,
                format("The JSON text is refused by the JSON parser (code %d).", error->code));
  std::optional<Value> value = convert(json_parser_get_root(parser.get()), scanned->long_strings);
  if (!value)
    return fail(ErrorKind::malformed, "The JSON text holds a string or number that is not valid.");
  return std::move(*value);
}

}  // namespace prompt::json
