// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/request.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "provider/description.h"

namespace prompt::provider {
namespace {

json::Value write_image(const Image& image) {
  json::Object out;
  if (image.sha256.empty()) {
    out.set("url", json::Value(image.url));
  } else {
    out.set("sha256", json::Value(image.sha256));
    out.set("content-type", json::Value(image.content_type));
  }
  return json::Value(std::move(out));
}

// What every request has, in both of its forms.
json::Object common_members(const Request& request) {
  json::Object out;
  out.set("provider", json::Value(request.provider));
  out.set("base-url", json::Value(request.base_url));
  out.set("model", json::Value(request.model));
  out.set("media", json::Value(to_string(request.media)));
  out.set("prompt", json::Value(request.prompt));
  out.set("take", json::Value(static_cast<std::int64_t>(request.take)));
  if (request.seed) out.set("seed", json::Value(*request.seed));
  if (!request.images.empty()) {
    json::Array images;
    for (const Image& image : request.images) images.push_back(write_image(image));
    out.set("images", json::Value(std::move(images)));
  }
  return out;
}

// Reads the members of a stored request; a wrong type anywhere spoils the whole.
class StoredReader {
 public:
  explicit StoredReader(const json::Value& value) : value_(value) {}

  std::string text(const char* name) {
    const json::Value* const member = value_.find(name);
    if (member == nullptr) return {};
    if (const std::string* const text = member->as_string()) return *text;
    is_good_ = false;
    return {};
  }
  std::optional<std::int64_t> integer(const char* name) {
    const json::Value* const member = value_.find(name);
    if (member == nullptr) return std::nullopt;
    if (const std::int64_t* const number = member->as_int()) return *number;
    is_good_ = false;
    return std::nullopt;
  }
  unsigned count(const char* name, unsigned usual) {
    const std::optional<std::int64_t> number = integer(name);
    if (number && (*number < 0 || *number > G_MAXUINT32)) is_good_ = false;
    return number && is_good_ ? static_cast<unsigned>(*number) : usual;
  }
  std::optional<bool> truth(const char* name) {
    const json::Value* const member = value_.find(name);
    if (member == nullptr) return std::nullopt;
    if (const bool* const truth = member->as_bool()) return *truth;
    is_good_ = false;
    return std::nullopt;
  }
  std::vector<Image> images() {
    std::vector<Image> out;
    const json::Value* const member = value_.find("images");
    if (member == nullptr) return out;
    if (member->as_array() == nullptr) {
      is_good_ = false;
      return out;
    }
    for (const json::Value& item : *member->as_array()) {
      StoredReader reader(item);
      Image image;
      image.url = reader.text("url");
      image.sha256 = reader.text("sha256");
      image.content_type = reader.text("content-type");
      if (!reader.is_good_ || image.url.empty() == image.sha256.empty()) is_good_ = false;
      out.push_back(std::move(image));
    }
    return out;
  }
  json::Object parameters() {
    const json::Value* const member = value_.find("parameters");
    if (member == nullptr) return {};
    if (member->as_object() != nullptr) return *member->as_object();
    is_good_ = false;
    return {};
  }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  const json::Value& value_;
  bool is_good_ = true;
};

}  // namespace

std::string canonical_json(const Description& description, const Request& request) {
  json::Object out = common_members(request);
  const Model* const model = description.model_of(request);
  if (model != nullptr) {
    // A setting that the model has no place for is not sent (an image's duration is how long it is
    // shown), so it makes no other clip.
    for (const char* const name : {"duration", "aspect-ratio", "resolution", "generate-audio"}) {
      if (model->find_rule(name) == nullptr) continue;
      if (std::optional<json::Value> value = effective_value(*model, request, name))
        out.set(name, std::move(*value));
    }
  }
  json::Object parameters = request.parameters;
  if (model != nullptr) {
    for (const auto& [name, rule] : model->parameters)
      if (rule.default_value && parameters.find(name) == nullptr)
        parameters.set(name, *rule.default_value);
  }
  if (!parameters.empty()) out.set("parameters", json::Value(std::move(parameters)));
  return json::write_canonical(json::Value(std::move(out)));
}

std::string asked_json(const Request& request) {
  json::Object out = common_members(request);
  if (request.duration_s > 0)
    out.set("duration", json::Value(static_cast<std::int64_t>(request.duration_s)));
  if (!request.aspect_ratio.empty()) out.set("aspect-ratio", json::Value(request.aspect_ratio));
  if (!request.resolution.empty()) out.set("resolution", json::Value(request.resolution));
  if (request.generate_audio) out.set("generate-audio", json::Value(*request.generate_audio));
  if (!request.parameters.empty()) out.set("parameters", json::Value(request.parameters));
  return json::write_canonical(json::Value(std::move(out)));
}

std::string request_hash(const std::string& canonical) { return sha256_hex(canonical); }

Result<Request> request_from_canonical(std::string_view canonical) {
  const Result<json::Value> value = json::parse(canonical, stored_request_limits);
  if (!value)
    return fail(ErrorKind::malformed,
                "The stored request cannot be read: " + value.error().message);
  StoredReader reader(*value);
  Request out;
  out.provider = reader.text("provider");
  out.base_url = reader.text("base-url");
  out.model = reader.text("model");
  const std::optional<Media> media = media_from_string(reader.text("media"));
  out.media = media.value_or(Media::automatic);
  out.prompt = reader.text("prompt");
  out.take = reader.count("take", 1);
  out.duration_s = reader.count("duration", 0);
  out.aspect_ratio = reader.text("aspect-ratio");
  out.resolution = reader.text("resolution");
  out.generate_audio = reader.truth("generate-audio");
  out.seed = reader.integer("seed");
  out.images = reader.images();
  out.parameters = reader.parameters();
  if (!reader.is_good() || value->as_object() == nullptr || out.provider.empty() || !media)
    return fail(ErrorKind::malformed,
                "The stored request is not one of ours: the ledger's row was changed by something "
                "else.");
  return out;
}

std::optional<double> expected_credits(const Description& description, const Request& request) {
  const Model* const model = description.model_of(request);
  if (model == nullptr) return std::nullopt;
  for (const PriceRow& row : model->prices) {
    if (!matches(row.where, *model, request)) continue;
    // A further parameter that no row speaks of may well change the price.
    const bool is_covered = std::all_of(
        request.parameters.begin(), request.parameters.end(), [&](const json::Member& parameter) {
          return std::any_of(row.where.begin(), row.where.end(), [&](const auto& condition) {
            return condition.first == parameter.name;
          });
        });
    if (!is_covered) return std::nullopt;
    if (row.credits) return row.credits;
    const std::optional<json::Value> duration = effective_value(*model, request, "duration");
    const std::optional<double> seconds = duration ? duration->as_number() : std::nullopt;
    if (!seconds) return std::nullopt;
    return *row.credits_per_second * *seconds;
  }
  return std::nullopt;
}

}  // namespace prompt::provider
