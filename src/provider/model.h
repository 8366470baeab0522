// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a provider's model makes, which settings it takes, what it costs and how long it takes, as
// its description says. docs/provider-reference.md explains each member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/value.h"
#include "provider/request.h"

namespace prompt::provider {

/// Typical seconds from acceptance to completion, as a lognormal distribution.
struct TypicalTime {
  double p50_s = 60;
  double p90_s = 110;
};

/// What values a setting or a further parameter may have. What is not given is not limited.
struct ValueRule {
  enum class Type { string, integer, number, boolean, array, object };
  Type type = Type::string;
  bool required = false;
  std::vector<json::Value> values;
  std::optional<double> min;
  std::optional<double> max;
  std::size_t max_length = 0;                ///< In Unicode code points; 0: unlimited.
  std::optional<json::Value> default_value;  ///< What the provider takes when nothing is sent.
  /// Of a further parameter: what is sent where the request has none. It is no part of the request.
  std::optional<json::Value> sent_value;
};

/// What the rule allows, for messages: `5 or 10`, `a whole number from 1 to 15`.
[[nodiscard]] std::string allowed_text(const ValueRule& rule);
/// Whether the value is of the rule's type and within its limits.
[[nodiscard]] bool allows(const ValueRule& rule, const json::Value& value);
/// "string", "integer", ...
[[nodiscard]] const char* to_string(ValueRule::Type type);

/// Which reference images a model takes.
struct ImagesRule {
  unsigned min_count = 0;
  unsigned max_count = 0;            ///< 0: unlimited.
  std::vector<std::string> schemes;  ///< Of URLs that the provider fetches: "https", "http".
  /// Content types of local files that may be put into the request; empty: URLs only.
  std::vector<std::string> inline_types;
  std::size_t inline_max_bytes = 0;  ///< Of one file, before base64; 0: unlimited.
};

/// Settings of a request by their property names, and the values that a row is for.
using Where = std::vector<std::pair<std::string, std::vector<json::Value>>>;

struct PriceRow {
  Where where;
  std::optional<double> credits;
  std::optional<double> credits_per_second;  ///< Times the duration.
};

struct TypicalRow {
  Where where;
  TypicalTime time;
};

struct Model {
  std::string id;  ///< As the provider spells it; "*": any other name.
  Media media = Media::video;
  bool is_default = false;  ///< Of its medium.
  ValueRule prompt;
  // A setting without a rule is one that the model has no place for.
  std::optional<ValueRule> duration;  ///< Seconds.
  std::optional<ValueRule> aspect_ratio;
  std::optional<ValueRule> resolution;
  std::optional<ValueRule> generate_audio;
  std::optional<ValueRule> seed;
  std::optional<ImagesRule> images;
  /// Known further parameters, by the provider's names; others pass unchecked where the submit
  /// operation has a place for them.
  std::vector<std::pair<std::string, ValueRule>> parameters;
  std::vector<PriceRow> prices;
  std::vector<TypicalRow> typical;

  [[nodiscard]] bool is_any() const { return id == "*"; }
  /// The rule of "duration", "aspect-ratio", "resolution", "generate-audio", "seed" or a further
  /// parameter, or nullptr.
  [[nodiscard]] const ValueRule* find_rule(std::string_view name) const;
};

/// The value that counts for a row: the request's, else the provider's default; nothing where there
/// is neither. Names: "duration", "aspect-ratio", "resolution", "generate-audio", "has-images", or
/// a further parameter's.
[[nodiscard]] std::optional<json::Value> effective_value(const Model& model, const Request& request,
                                                         const std::string& name);
/// True if each setting of the row has one of its values.
[[nodiscard]] bool matches(const Where& where, const Model& model, const Request& request);

}  // namespace prompt::provider
