// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/structure_json.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/text.h"

namespace prompt::element {
namespace {

// Far deeper than any API wants; guards the stack against a structure that was built by a program.
constexpr int max_depth = 32;

Result<json::Value> value_to_json(const GValue* value, const std::string& path, int depth);

Result<json::Object> fields_to_json(const GstStructure* structure, const std::string& path,
                                    int depth) {
  json::Object object;
  const int count = gst_structure_n_fields(structure);
  for (int i = 0; i < count; ++i) {
    const char* name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    const std::string field = path.empty() ? name : path + "." + name;
    Result<json::Value> member =
        value_to_json(gst_structure_get_value(structure, name), field, depth + 1);
    if (!member) return fail(member.error());
    object.set(name, *std::move(member));
  }
  return object;
}

template <typename Size, typename At>
Result<json::Value> items_to_json(const GValue* value, Size size, At at, const std::string& path,
                                  int depth) {
  json::Array array;
  const guint count = size(value);
  for (guint i = 0; i < count; ++i) {
    Result<json::Value> item =
        value_to_json(at(value, i), format("%s[%u]", path.c_str(), i), depth + 1);
    if (!item) return fail(item.error());
    array.push_back(*std::move(item));
  }
  return json::Value(std::move(array));
}

Result<json::Value> number_to_json(double number, const std::string& path) {
  if (!std::isfinite(number))
    return fail(ErrorKind::settings,
                format("The field '%s' of the property parameters is not a finite number, which "
                       "JSON cannot hold; set a finite one.",
                       path.c_str()));
  return json::Value(number);
}

Result<json::Value> text_to_json(const char* text, const std::string& path) {
  if (text == nullptr) return json::Value();
  if (!is_valid_utf8(text))
    return fail(
        ErrorKind::settings,
        format("The field '%s' of the property parameters is not valid UTF-8.", path.c_str()));
  return json::Value(text);
}

Result<json::Value> value_to_json(const GValue* value, const std::string& path, int depth) {
  if (depth > max_depth)
    return fail(ErrorKind::settings,
                format("The property parameters is nested more than %d levels deep at '%s'.",
                       max_depth, path.c_str()));
  if (G_VALUE_HOLDS_BOOLEAN(value)) return json::Value(g_value_get_boolean(value) != FALSE);
  if (G_VALUE_HOLDS_INT(value)) return json::Value(g_value_get_int(value));
  if (G_VALUE_HOLDS_UINT(value)) return json::Value(std::int64_t{g_value_get_uint(value)});
  if (G_VALUE_HOLDS_INT64(value)) return json::Value(std::int64_t{g_value_get_int64(value)});
  if (G_VALUE_HOLDS_UINT64(value)) {
    const guint64 number = g_value_get_uint64(value);
    if (number <= static_cast<guint64>(std::numeric_limits<std::int64_t>::max()))
      return json::Value(static_cast<std::int64_t>(number));
    return fail(ErrorKind::settings,
                format("The field '%s' of the property parameters is %" G_GUINT64_FORMAT
                       ", which is more than the largest integer that can be sent, "
                       "%" G_GINT64_FORMAT ".",
                       path.c_str(), number, std::numeric_limits<gint64>::max()));
  }
  if (G_VALUE_HOLDS_FLOAT(value))
    return number_to_json(static_cast<double>(g_value_get_float(value)), path);
  if (G_VALUE_HOLDS_DOUBLE(value)) return number_to_json(g_value_get_double(value), path);
  if (G_VALUE_HOLDS_STRING(value)) return text_to_json(g_value_get_string(value), path);
  if (GST_VALUE_HOLDS_ARRAY(value))
    return items_to_json(value, gst_value_array_get_size, gst_value_array_get_value, path, depth);
  if (GST_VALUE_HOLDS_LIST(value))
    return items_to_json(value, gst_value_list_get_size, gst_value_list_get_value, path, depth);
  if (GST_VALUE_HOLDS_STRUCTURE(value)) {
    const GstStructure* inner = gst_value_get_structure(value);
    if (inner == nullptr) return json::Value();
    Result<json::Object> object = fields_to_json(inner, path, depth);
    if (!object) return fail(object.error());
    return json::Value(*std::move(object));
  }
  return fail(ErrorKind::settings,
              format("The field '%s' of the property parameters is a %s, which has no JSON form; "
                     "use a string, boolean, int, int64, double, array or structure.",
                     path.c_str(), G_VALUE_TYPE_NAME(value)));
}

}  // namespace

Result<json::Object> structure_to_json(const GstStructure* structure) {
  if (structure == nullptr) return json::Object();
  return fields_to_json(structure, "", 0);
}

}  // namespace prompt::element
