// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// complete_and_check(): everything that a provider's document lets us see before money is spent.
#include <glib.h>

#include <algorithm>

#include "base/ref.h"
#include "base/text.h"
#include "http/url.h"
#include "json/write.h"
#include "provider/build.h"
#include "provider/description.h"
#include "provider/reader.h"
#include "provider/request.h"

namespace prompt::provider {
namespace {

tl::unexpected<Error> refuse(const std::string& message) {
  return fail(ErrorKind::settings, message);
}

std::string shown(std::string_view text) { return show_safely(text, {}, 120); }

std::vector<std::string> model_names(const Description& description, Media media) {
  std::vector<std::string> out;
  for (const Model& model : description.models)
    if (!model.is_any() && (media == Media::automatic || media == model.media))
      out.push_back(model.id);
  return out;
}

std::vector<std::string> names_of_media(const Description& description) {
  std::vector<std::string> out;
  for (const Model& model : description.models) {
    const std::string name = to_string(model.media);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

bool has_valid_texts(const json::Value& value) {
  if (const std::string* const text = value.as_string()) return is_valid_utf8(*text);
  if (const json::Array* const array = value.as_array())
    return std::all_of(array->begin(), array->end(), has_valid_texts);
  if (const json::Object* const object = value.as_object())
    return std::all_of(object->begin(), object->end(), [](const json::Member& member) {
      return is_valid_utf8(member.name) && has_valid_texts(member.value);
    });
  return true;
}

std::size_t decoded_size(std::string_view base64) {
  const std::size_t whole = base64.size() / 4 * 3;
  const std::size_t last = base64.find_last_not_of('=');
  const std::size_t padding = last == std::string_view::npos ? whole : base64.size() - last - 1;
  return whole - std::min(padding, whole);
}

class Checker {
 public:
  Checker(const Description& description, Request& request)
      : description_(description), request_(request) {}

  Result<void> run() {
    if (const Result<void> fine = check_encoding(); !fine) return fine;
    if (const Result<void> fine = complete_model(); !fine) return fine;
    if (const Result<void> fine = check_prompt(); !fine) return fine;
    if (const Result<void> fine = check_settings(); !fine) return fine;
    if (const Result<void> fine = check_images(); !fine) return fine;
    if (const Result<void> fine = check_parameters(); !fine) return fine;
    return check_rendering();
  }

 private:
  Result<void> check_encoding() const {
    const auto check = [](const char* name, std::string_view text) -> Result<void> {
      if (is_valid_utf8(text)) return {};
      return refuse(format("The property \"%s\" is not valid UTF-8: set text in UTF-8.", name));
    };
    if (const Result<void> fine = check("prompt", request_.prompt); !fine) return fine;
    if (const Result<void> fine = check("model", request_.model); !fine) return fine;
    if (const Result<void> fine = check("aspect-ratio", request_.aspect_ratio); !fine) return fine;
    if (const Result<void> fine = check("resolution", request_.resolution); !fine) return fine;
    for (const Image& image : request_.images)
      if (const Result<void> fine = check("images", image.url); !fine) return fine;
    if (!has_valid_texts(json::Value(request_.parameters)))
      return refuse(
          "The property \"parameters\" holds a text that is not valid UTF-8: set text in UTF-8.");
    return {};
  }

  Result<void> complete_model() {
    const std::string& name = description_.name;
    model_ = description_.model_of(request_);
    if (request_.model.empty()) {
      if (model_ == nullptr)
        return refuse(format("The property \"media\" is \"%s\", which %s does not make: set %s.",
                             to_string(request_.media), name.c_str(),
                             one_of(names_of_media(description_)).c_str()));
      if (model_->is_any() && !model_->is_default)
        return refuse(
            format("The property \"model\" is empty, but %s needs one: set it to the name "
                   "of a model (see %s).",
                   name.c_str(), description_.docs_url.c_str()));
      if (!model_->is_any()) request_.model = model_->id;
    }
    if (model_ == nullptr) {
      return refuse(format("The property \"model\" is \"%s\", which %s does not have: set %s.",
                           shown(request_.model).c_str(), name.c_str(),
                           one_of(model_names(description_, Media::automatic)).c_str()));
    }
    if (request_.media != Media::automatic && request_.media != model_->media)
      return refuse(
          format("The property \"media\" is \"%s\", but %s makes \"%s\": leave it unset or "
                 "set another model.",
                 to_string(request_.media), who().c_str(), to_string(model_->media)));
    request_.media = model_->media;
    return {};
  }

  // VibeGen's "seedance 2.0"
  [[nodiscard]] std::string who() const {
    if (request_.model.empty()) return description_.name;
    return description_.name + "'s \"" + shown(request_.model) + "\"";
  }

  Result<void> check_prompt() const {
    if (is_blank(request_.prompt)) {
      if (!model_->prompt.required && request_.prompt.empty()) return {};
      return refuse(
          "The property \"prompt\" is empty: set it to a description of what is to be made.");
    }
    // With a picture it may be enough; alone it is what a shell left of a line.
    if (is_wordless(request_.prompt) && request_.images.empty())
      return refuse(
          format("The property \"prompt\" is \"%s\", which has no word in it: set it to a "
                 "description of what is to be made (was a variable empty?).",
                 shown(request_.prompt).c_str()));
    const std::size_t length = count_code_points(request_.prompt);
    if (model_->prompt.max_length > 0 && length > model_->prompt.max_length)
      return refuse(
          format("The property \"prompt\" has %zu characters, but %s takes at most %zu: "
                 "shorten it.",
                 length, who().c_str(), model_->prompt.max_length));
    return {};
  }

  // `value` is what the property is set to, or nothing.
  Result<void> check_setting(const char* name, const std::optional<json::Value>& value) const {
    const ValueRule* const rule = model_->find_rule(name);
    if (!value) {
      if (rule != nullptr && rule->required)
        return refuse(format("The property \"%s\" is not set, but %s needs it: set %s.", name,
                             who().c_str(), allowed_text(*rule).c_str()));
      return {};
    }
    const std::string text = shown(json::write(*value));
    if (rule == nullptr) return refuse_setting(name, text);
    if (!allows(*rule, *value))
      return refuse(format("The property \"%s\" is %s, which %s does not take: set %s.", name,
                           text.c_str(), who().c_str(), allowed_text(*rule).c_str()));
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> refuse_setting(const char* name,
                                                     const std::string& value) const {
    const Operation* const submit = description_.operations.find(OperationKind::submit, request_);
    const bool has_way_out = submit != nullptr && submit->uses("parameters");
    return refuse(format("The property \"%s\" is %s, but %s has no place for it: leave it unset%s.",
                         name, value.c_str(), who().c_str(),
                         has_way_out ? ", or set the provider's own field in \"parameters\"" : ""));
  }

  Result<void> check_settings() const {
    const auto text = [](const std::string& value) {
      return value.empty() ? std::nullopt : std::optional<json::Value>(json::Value(value));
    };
    // How long an image is shown is not the provider's matter.
    const bool is_shown_time = model_->media == Media::image && !model_->duration;
    if (!is_shown_time) {
      std::optional<json::Value> duration;
      if (request_.duration_s > 0)
        duration = json::Value(static_cast<std::int64_t>(request_.duration_s));
      if (const Result<void> fine = check_setting("duration", duration); !fine) return fine;
    }
    if (const Result<void> fine = check_setting("aspect-ratio", text(request_.aspect_ratio)); !fine)
      return fine;
    if (const Result<void> fine = check_setting("resolution", text(request_.resolution)); !fine)
      return fine;
    std::optional<json::Value> audio;
    if (request_.generate_audio) audio = json::Value(*request_.generate_audio);
    if (const Result<void> fine = check_setting("generate-audio", audio); !fine) return fine;
    std::optional<json::Value> seed;
    if (request_.seed) seed = json::Value(*request_.seed);
    return check_setting("seed", seed);
  }

  Result<void> check_images() const {
    const std::size_t count = request_.images.size();
    if (!model_->images) {
      if (count == 0) return {};
      return refuse(
          format("The property \"images\" is set, but %s has no place for it: leave it "
                 "unset.",
                 who().c_str()));
    }
    const ImagesRule& rule = *model_->images;
    if (count < rule.min_count)
      return refuse(
          format("The property \"images\" has %zu images, but %s needs at least %u: add "
                 "some.",
                 count, who().c_str(), rule.min_count));
    if (rule.max_count > 0 && count > rule.max_count)
      return refuse(
          format("The property \"images\" has %zu images, but %s takes at most %u: remove "
                 "some.",
                 count, who().c_str(), rule.max_count));
    for (const Image& image : request_.images)
      if (const Result<void> fine = check_image(rule, image); !fine) return fine;
    return {};
  }

  Result<void> check_image(const ImagesRule& rule, const Image& image) const {
    const std::string name = shown(url_without_query(image.url));
    const std::size_t scheme_end = image.url.find("://");
    const OwnedString scheme(g_ascii_strdown(image.url.substr(0, scheme_end).c_str(), -1));
    const bool is_file = !image.data.empty() || scheme_end == std::string::npos ||
                         scheme.get() == std::string("file");
    const std::string urls =
        rule.schemes.empty() ? std::string() : join(rule.schemes, ":// or ") + "://";
    if (!is_file) {
      if (rule.schemes.empty())
        return refuse(
            format("The image \"%s\" is a URL, but %s takes only local files: set a path.",
                   name.c_str(), who().c_str()));
      if (std::find(rule.schemes.begin(), rule.schemes.end(), scheme.get()) != rule.schemes.end()) {
        const Result<http::Url> url = http::Url::parse(image.url, "The image's URL");
        if (!url) return fail(url.error());
        return {};
      }
      return refuse(format("The image \"%s\" is no URL that %s takes: set one that begins with %s.",
                           name.c_str(), who().c_str(), urls.c_str()));
    }
    if (rule.inline_types.empty())
      return refuse(
          format("The image \"%s\" is a local file, but %s takes only URLs: put it where "
                 "it can be fetched and set its URL, which begins with %s.",
                 name.c_str(), who().c_str(), urls.c_str()));
    if (image.data.empty())
      return refuse(format(
          "The image \"%s\" was not read: set the path of a file that can be read.", name.c_str()));
    if (std::find(rule.inline_types.begin(), rule.inline_types.end(), image.content_type) ==
        rule.inline_types.end())
      return refuse(format("The image \"%s\" is of type %s, but %s takes %s: convert it.",
                           name.c_str(),
                           image.content_type.empty() ? "unknown" : image.content_type.c_str(),
                           who().c_str(), join(rule.inline_types).c_str()));
    const std::size_t bytes = decoded_size(image.data);
    if (rule.inline_max_bytes > 0 && bytes > rule.inline_max_bytes)
      return refuse(
          format("The image \"%s\" has %zu bytes, but %s takes at most %zu: make it "
                 "smaller.",
                 name.c_str(), bytes, who().c_str(), rule.inline_max_bytes));
    return {};
  }

  Result<void> check_parameters() const {
    for (const auto& [name, rule] : model_->parameters) {
      const json::Value* const value = request_.parameters.find(name);
      if (value == nullptr) {
        if (rule.required)
          return refuse(
              format("The property \"parameters\" has no \"%s\", but %s needs it: add %s.",
                     name.c_str(), who().c_str(), allowed_text(rule).c_str()));
        continue;
      }
      if (!allows(rule, *value))
        return refuse(
            format("The field \"%s\" of \"parameters\" is %s, which %s does not take: set "
                   "%s.",
                   name.c_str(), shown(json::write(*value)).c_str(), who().c_str(),
                   allowed_text(rule).c_str()));
    }
    if (request_.parameters.empty()) return {};
    const Operation* const submit = description_.operations.find(OperationKind::submit, request_);
    if (submit == nullptr || !submit->uses("parameters"))
      return refuse(
          format("The property \"parameters\" sets \"%s\", but %s has no place for it: "
                 "leave it unset.",
                 shown(request_.parameters.begin()->name).c_str(), who().c_str()));
    return {};
  }

  // What only shows when the request is written: tables of values, roles of images, a further
  // parameter that is set already.
  Result<void> check_rendering() const {
    const Operation* const submit = description_.operations.find(OperationKind::submit, request_);
    if (submit == nullptr)
      return refuse(
          format("The settings fit no request that %s takes: change \"model\" or \"images\".",
                 who().c_str()));
    const Result<http::Request> rendered = build_request(
        *submit, "https://example.invalid", submit_variables(description_, request_, ""), {});
    if (!rendered) return fail(rendered.error());
    return {};
  }

  const Description& description_;
  Request& request_;
  const Model* model_ = nullptr;
};

}  // namespace

Result<void> complete_and_check(const Description& description, Request& request) {
  return Checker(description, request).run();
}

}  // namespace prompt::provider
