// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The member `models` of a description.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "provider/loader_parts.h"

namespace prompt::provider {
namespace {

using Type = ValueRule::Type;

constexpr double max_duration_s = 3600;  // of the property "duration"
constexpr double max_whole = 9'007'199'254'740'992.0;

bool has_range(Type type) { return type == Type::integer || type == Type::number; }

// The members that a rule of this type may have beside those of all types.
ValueRule load_rule_members(ObjectReader& reader, Type type) {
  ValueRule rule;
  rule.type = type;
  rule.required = reader.truth("required").value_or(false);
  if (has_range(type)) {
    rule.min = reader.number("min", -max_whole, max_whole);
    rule.max = reader.number("max", -max_whole, max_whole);
    if (rule.min && rule.max && *rule.min > *rule.max)
      reader.report("max", "at least the minimum", format("%.15g", *rule.max));
  }
  if (type == Type::string)
    rule.max_length =
        static_cast<std::size_t>(reader.integer("max-length", 1, 1'000'000).value_or(0));
  if (type != Type::array && type != Type::object && type != Type::boolean) {
    const ValueRule limits = rule;
    std::vector<json::Value> values = reader.scalars("values");
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!allows(limits, values[i]))
        reader.problems().report(pointer_to(pointer_to(reader.pointer(), "values"), i),
                                 allowed_text(limits), describe(values[i]));
    rule.values = std::move(values);
  }
  if (const Node value = reader.member("default")) {
    if (!allows(rule, *value.value))
      reader.report("default", allowed_text(rule), describe(*value.value));
    rule.default_value = *value.value;
  }
  return rule;
}

// A further parameter's rule may also say what is sent in its place.
void load_sent_value(ObjectReader& reader, ValueRule& rule) {
  const Node value = reader.member("send");
  if (!value) return;
  if (!allows(rule, *value.value))
    reader.report("send", allowed_text(rule), describe(*value.value));
  rule.sent_value = *value.value;
}

ValueRule load_rule(Problems& problems, const Node& node, Type type) {
  ObjectReader reader(problems, node);
  ValueRule rule = load_rule_members(reader, type);
  reader.finish();
  return rule;
}

ValueRule load_duration(Problems& problems, const Node& node) {
  ValueRule rule = load_rule(problems, node, Type::integer);
  const auto check = [&](double seconds, const std::string& pointer) {
    if (seconds < 1 || seconds > max_duration_s)
      problems.report(pointer, "seconds from 1 to 3600", format("%.15g", seconds));
  };
  if (rule.min) check(*rule.min, pointer_to(node.pointer, "min"));
  if (rule.max) check(*rule.max, pointer_to(node.pointer, "max"));
  for (const json::Value& value : rule.values)
    check(value.as_number().value_or(0), pointer_to(node.pointer, "values"));
  if (rule.default_value)
    check(rule.default_value->as_number().value_or(0), pointer_to(node.pointer, "default"));
  return rule;
}

ValueRule load_prompt(Problems& problems, const Node& node) {
  ObjectReader reader(problems, node);
  ValueRule rule;
  rule.required = reader.truth("required").value_or(true);
  rule.max_length =
      static_cast<std::size_t>(reader.integer("max-length", 1, 1'000'000).value_or(0));
  reader.finish();
  return rule;
}

void load_inlining(Problems& problems, const Node& node, ImagesRule& out) {
  ObjectReader reader(problems, node);
  out.inline_types = reader.texts("types");
  if (!reader.has("types")) reader.report("types", "a list of content types", "nothing");
  for (std::size_t i = 0; i < out.inline_types.size(); ++i)
    if (out.inline_types[i].rfind("image/", 0) != 0)
      problems.report(pointer_to(pointer_to(node.pointer, "types"), i), "a type such as image/png",
                      "\"" + out.inline_types[i] + "\"");
  constexpr std::int64_t largest = 64 * 1024 * 1024;
  if (!reader.has("max-bytes")) reader.report("max-bytes", "a size in bytes", "nothing");
  out.inline_max_bytes =
      static_cast<std::size_t>(reader.integer("max-bytes", 1, largest).value_or(0));
  reader.finish();
}

ImagesRule load_images(Problems& problems, const Node& node) {
  static const std::array<std::string, 2> schemes = {"https", "http"};
  ImagesRule out;
  ObjectReader reader(problems, node);
  out.min_count = static_cast<unsigned>(reader.integer("min-count", 0, 100).value_or(0));
  out.max_count = static_cast<unsigned>(reader.integer("max-count", 1, 100).value_or(0));
  if (out.max_count > 0 && out.min_count > out.max_count)
    reader.report("min-count", "at most the maximum", format("%u", out.min_count));
  out.schemes = reader.texts("schemes");
  for (std::size_t i = 0; i < out.schemes.size(); ++i)
    if (std::find(schemes.begin(), schemes.end(), out.schemes[i]) == schemes.end())
      problems.report(pointer_to(pointer_to(node.pointer, "schemes"), i), one_of(schemes),
                      "\"" + out.schemes[i] + "\"");
  if (const Node inlining = reader.member("inline")) load_inlining(problems, inlining, out);
  if (out.schemes.empty() && out.inline_types.empty())
    reader.report("schemes", one_of(schemes) + ", or a member \"inline\"", "nothing");
  reader.finish();
  return out;
}

void load_settings(Problems& problems, const Node& node, Model& out) {
  ObjectReader reader(problems, node);
  out.prompt.required = true;
  if (const Node prompt = reader.member("prompt")) out.prompt = load_prompt(problems, prompt);
  const auto rule = [&](const char* name, Type type, std::optional<ValueRule>& into) {
    if (const Node member = reader.member(name)) into = load_rule(problems, member, type);
  };
  if (const Node duration = reader.member("duration"))
    out.duration = load_duration(problems, duration);
  rule("aspect-ratio", Type::string, out.aspect_ratio);
  rule("resolution", Type::string, out.resolution);
  rule("generate-audio", Type::boolean, out.generate_audio);
  rule("seed", Type::integer, out.seed);
  if (const Node images = reader.member("images")) out.images = load_images(problems, images);
  reader.finish();
}

void load_parameters(ObjectReader& model, Model& out) {
  static const std::array<std::string, 6> names = {"string",  "integer", "number",
                                                   "boolean", "array",   "object"};
  for (const auto& [name, node] : model.members("parameters")) {
    ObjectReader reader(model.problems(), node);
    if (!reader.has("type")) reader.report("type", one_of(names), "nothing");
    const std::string type = reader.choice("type", names);
    const auto at = std::find(names.begin(), names.end(), type);
    const Type parsed =
        at == names.end() ? Type::string : static_cast<Type>(std::distance(names.begin(), at));
    ValueRule rule = load_rule_members(reader, parsed);
    load_sent_value(reader, rule);
    out.parameters.emplace_back(name, std::move(rule));
    reader.finish();
  }
}

// The settings that a row is for; each has to be one that the model has, with a value that it
// takes.
Where load_where(ObjectReader& row, const Model& model) {
  Where out;
  for (const auto& [name, node] : row.members("where")) {
    const ValueRule* const rule = name == "seed" ? nullptr : model.find_rule(name);
    if (rule == nullptr && !(name == "has-images" && model.images))
      row.problems().report(node.pointer, "a setting that the model has", "\"" + name + "\"");
    std::vector<json::Value> values = read_scalars(row.problems(), node);
    for (const json::Value& value : values) {
      ValueRule truth;
      truth.type = Type::boolean;
      const ValueRule& limits = rule != nullptr ? *rule : truth;
      if (!allows(limits, value))
        row.problems().report(node.pointer, allowed_text(limits), describe(value));
    }
    out.emplace_back(name, std::move(values));
  }
  return out;
}

// A row with no condition fits every request: those behind it are never reached.
void check_order(Problems& problems, const Node& node, const Where& where, bool& is_closed) {
  if (is_closed)
    problems.report(node.pointer, "rows that are reached", "one behind a row without \"where\"");
  is_closed = is_closed || where.empty();
}

void load_prices(ObjectReader& model, Model& out) {
  constexpr double largest = 1e9;
  bool is_closed = false;
  for (const Node& node : model.items("prices")) {
    ObjectReader reader(model.problems(), node);
    PriceRow row;
    row.where = load_where(reader, out);
    row.credits = reader.number("credits", 0, largest);
    row.credits_per_second = reader.number("credits-per-second", 0, largest);
    if (reader.has("credits") == reader.has("credits-per-second"))
      reader.report("credits", "one of \"credits\" and \"credits-per-second\"",
                    row.credits ? "both" : "nothing");
    if (row.credits_per_second && !out.duration)
      reader.report("credits-per-second", "a model with the setting \"duration\"", "none");
    reader.finish();
    check_order(model.problems(), node, row.where, is_closed);
    out.prices.push_back(std::move(row));
  }
}

}  // namespace

TypicalTime load_typical(ObjectReader& reader) {
  TypicalTime out;
  for (const char* const name : {"p50", "p90"})
    if (!reader.has(name)) reader.report(name, "a number of seconds", "nothing");
  out.p50_s = reader.number("p50", 0.1, 86'400).value_or(out.p50_s);
  out.p90_s = reader.number("p90", 0.1, 86'400).value_or(out.p90_s);
  if (out.p90_s < out.p50_s) reader.report("p90", "at least p50", format("%g", out.p90_s));
  return out;
}

Model load_model(Problems& problems, const Node& node) {
  static const std::array<std::string, 3> media = {"video", "image", "audio"};
  Model out;
  ObjectReader reader(problems, node);
  out.id = reader.required_text("id");
  if (!reader.has("media")) reader.report("media", one_of(media), "nothing");
  out.media = media_from_string(reader.choice("media", media)).value_or(Media::video);
  out.is_default = reader.truth("default").value_or(false);
  static_cast<void>(reader.text("note"));
  out.prompt.required = true;
  if (const Node settings = reader.member("settings")) load_settings(problems, settings, out);
  load_parameters(reader, out);
  load_prices(reader, out);
  bool is_closed = false;
  for (const Node& item : reader.items("typical-seconds")) {
    ObjectReader row(problems, item);
    TypicalRow typical;
    typical.where = load_where(row, out);
    typical.time = load_typical(row);
    row.finish();
    check_order(problems, item, typical.where, is_closed);
    out.typical.push_back(std::move(typical));
  }
  reader.finish();
  return out;
}

}  // namespace prompt::provider
