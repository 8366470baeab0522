// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/model.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "json/write.h"

namespace prompt::provider {
namespace {

bool is_of_type(ValueRule::Type type, const json::Value& value) {
  switch (type) {
    case ValueRule::Type::string:
      return value.as_string() != nullptr;
    case ValueRule::Type::integer:
      return value.as_int() != nullptr;
    case ValueRule::Type::number:
      return value.as_number().has_value();
    case ValueRule::Type::boolean:
      return value.as_bool() != nullptr;
    case ValueRule::Type::array:
      return value.as_array() != nullptr;
    case ValueRule::Type::object:
      return value.as_object() != nullptr;
  }
  return false;
}

// 5 and 5.0 are the same number to a provider.
bool is_same(const json::Value& a, const json::Value& b) {
  const std::optional<double> left = a.as_number();
  return left ? left == b.as_number() : a == b;
}

std::optional<json::Value> request_value(const Request& request, std::string_view name) {
  if (name == "duration" && request.duration_s > 0)
    return json::Value(static_cast<std::int64_t>(request.duration_s));
  if (name == "aspect-ratio" && !request.aspect_ratio.empty())
    return json::Value(request.aspect_ratio);
  if (name == "resolution" && !request.resolution.empty()) return json::Value(request.resolution);
  if (name == "generate-audio" && request.generate_audio)
    return json::Value(*request.generate_audio);
  if (name == "has-images") return json::Value(!request.images.empty());
  if (const json::Value* const value = request.parameters.find(name)) return *value;
  return std::nullopt;
}

}  // namespace

const char* to_string(ValueRule::Type type) {
  switch (type) {
    case ValueRule::Type::string:
      return "string";
    case ValueRule::Type::integer:
      return "integer";
    case ValueRule::Type::number:
      return "number";
    case ValueRule::Type::boolean:
      return "boolean";
    case ValueRule::Type::array:
      return "array";
    case ValueRule::Type::object:
      return "object";
  }
  return "unknown";
}

std::string allowed_text(const ValueRule& rule) {
  if (!rule.values.empty()) {
    std::string out;
    for (std::size_t i = 0; i < rule.values.size(); ++i) {
      if (i > 0) out.append(i + 1 == rule.values.size() ? " or " : ", ");
      out.append(json::write(rule.values[i]));
    }
    return out;
  }
  std::string out;
  switch (rule.type) {
    case ValueRule::Type::string:
      out = "a text";
      break;
    case ValueRule::Type::integer:
      out = "a whole number";
      break;
    case ValueRule::Type::number:
      out = "a number";
      break;
    case ValueRule::Type::boolean:
      return "true or false";
    case ValueRule::Type::array:
      return "a list";
    case ValueRule::Type::object:
      return "a structure";
  }
  if (rule.min && rule.max)
    out.append(format(" from %.15g to %.15g", *rule.min, *rule.max));
  else if (rule.min)
    out.append(format(" from %.15g on", *rule.min));
  else if (rule.max)
    out.append(format(" up to %.15g", *rule.max));
  if (rule.max_length > 0) out.append(format(" of at most %zu characters", rule.max_length));
  return out;
}

bool allows(const ValueRule& rule, const json::Value& value) {
  if (!is_of_type(rule.type, value)) return false;
  if (!rule.values.empty() &&
      std::none_of(rule.values.begin(), rule.values.end(),
                   [&](const json::Value& allowed) { return is_same(allowed, value); }))
    return false;
  if (const std::optional<double> number = value.as_number()) {
    if ((rule.min && *number < *rule.min) || (rule.max && *number > *rule.max)) return false;
  }
  const std::string* const text = value.as_string();
  return text == nullptr || rule.max_length == 0 || count_code_points(*text) <= rule.max_length;
}

const ValueRule* Model::find_rule(std::string_view name) const {
  const auto pick = [](const std::optional<ValueRule>& rule) {
    return rule ? &*rule : nullptr;
  };
  if (name == "duration") return pick(duration);
  if (name == "aspect-ratio") return pick(aspect_ratio);
  if (name == "resolution") return pick(resolution);
  if (name == "generate-audio") return pick(generate_audio);
  if (name == "seed") return pick(seed);
  for (const auto& parameter : parameters)
    if (parameter.first == name) return &parameter.second;
  return nullptr;
}

std::optional<json::Value> effective_value(const Model& model, const Request& request,
                                           const std::string& name) {
  if (std::optional<json::Value> value = request_value(request, name)) return value;
  const ValueRule* const rule = model.find_rule(name);
  return rule != nullptr ? rule->default_value : std::nullopt;
}

bool matches(const Where& where, const Model& model, const Request& request) {
  return std::all_of(where.begin(), where.end(), [&](const Where::value_type& condition) {
    const std::optional<json::Value> value = effective_value(model, request, condition.first);
    return value && std::any_of(condition.second.begin(), condition.second.end(),
                                [&](const json::Value& wanted) { return is_same(wanted, *value); });
  });
}

}  // namespace prompt::provider
