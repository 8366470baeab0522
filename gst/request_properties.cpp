// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "request_properties.h"

#include <limits>
#include <utility>
#include <vector>

#include "base/ref.h"
#include "base/text.h"
#include "enums.h"
#include "ranges.h"
#include "still_image.h"
#include "structure_json.h"
#include "uri.h"

namespace prompt::element {
namespace {

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text != nullptr ? text : "";
}

template <typename T>
T enum_of(const GValue* value) {
  return static_cast<T>(g_value_get_enum(value));
}

// An unset text reads as NULL, as with every other element.
void give_text(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

std::vector<std::string> texts_of(const GValue* array) {
  std::vector<std::string> texts;
  const guint count = gst_value_array_get_size(array);
  for (guint i = 0; i < count; ++i) {
    const GValue* item = gst_value_array_get_value(array, i);
    if (G_VALUE_HOLDS_STRING(item) && g_value_get_string(item) != nullptr)
      texts.push_back(text_of(item));
  }
  return texts;
}

void give_texts(GValue* array, const std::vector<std::string>& texts) {
  g_value_reset(array);
  for (const std::string& text : texts) {
    GValue item = G_VALUE_INIT;
    g_value_init(&item, G_TYPE_STRING);
    g_value_set_string(&item, text.c_str());
    gst_value_array_append_and_take_value(array, &item);
  }
}

std::string& text_member(engine::Settings& settings, Property id) {
  switch (id) {
    case Property::provider:
      return settings.provider;
    case Property::model:
      return settings.model;
    case Property::prompt:
      return settings.prompt;
    case Property::aspect_ratio:
      return settings.aspect_ratio;
    case Property::resolution:
      return settings.resolution;
    case Property::callback_url:
      return settings.callback_url;
    case Property::base_url:
      return settings.base_url;
    case Property::task_id:
      return settings.task_id;
    default:
      return settings.library;
  }
}

// What is played when nothing is set; the engine itself looks at the variable when a job is opened.
std::string default_provider() {
  const char* name = g_getenv("GST_PROMPT_PROVIDER");
  return name != nullptr && *name != '\0' ? name : "vibegen";
}

}  // namespace

// Whoever sets one of these asks for a clip himself, or decides that it may be paid for.
bool RequestProperties::is_of_the_order(Property id) {
  switch (id) {
    case Property::api_key:
    case Property::base_url:
    case Property::callback_url:
    case Property::library:
    case Property::max_credits:
    case Property::poll_interval:
    case Property::generation_timeout:
    case Property::on_stop:
    case Property::start_policy:
      return false;
    default:
      return true;
  }
}

bool RequestProperties::set_value(Values& values, Property id, const GValue* value) {
  engine::Settings& settings = values.settings;
  switch (id) {
    case Property::provider:
    case Property::model:
    case Property::prompt:
    case Property::aspect_ratio:
    case Property::resolution:
    case Property::callback_url:
    case Property::base_url:
    case Property::task_id:
    case Property::library:
      text_member(settings, id) = text_of(value);
      break;
    case Property::media:
      settings.media = enum_of<Media>(value);
      break;
    case Property::duration:
      settings.duration_s = g_value_get_uint(value);
      break;
    case Property::generate_audio:
      settings.generate_audio = g_value_get_boolean(value) != FALSE;
      break;
    case Property::images:
      settings.images = texts_of(value);
      break;
    case Property::image: {
      const std::string image = text_of(value);
      settings.images.clear();
      if (!image.empty()) settings.images.push_back(image);
      break;
    }
    case Property::result:
      values.result = g_value_get_uint(value);
      break;
    case Property::seed: {
      const gint64 seed = g_value_get_int64(value);
      settings.seed = seed < 0 ? std::nullopt : std::optional<std::int64_t>(seed);
      break;
    }
    case Property::take:
      settings.take = g_value_get_uint(value);
      break;
    case Property::parameters: {
      const GstStructure* structure = gst_value_get_structure(value);
      values.parameters.reset();
      if (structure != nullptr)
        values.parameters = std::shared_ptr<const GstStructure>(
            gst_structure_copy(structure), [](const GstStructure* owned) {
              gst_structure_free(const_cast<GstStructure*>(owned));
            });
      break;
    }
    case Property::api_key: {
      const char* key = g_value_get_string(value);
      settings.api_key = Secret(key != nullptr ? key : "");
      break;
    }
    case Property::cache:
      settings.cache = enum_of<engine::CachePolicy>(value);
      break;
    case Property::max_credits:
      settings.max_credits = g_value_get_double(value);
      break;
    case Property::poll_interval:
      settings.poll_interval = std::chrono::milliseconds(g_value_get_uint(value));
      break;
    case Property::generation_timeout:
      settings.generation_timeout = std::chrono::seconds(g_value_get_uint(value));
      break;
    case Property::on_stop:
      settings.on_stop = enum_of<engine::OnStop>(value);
      break;
    case Property::start_policy:
      values.start_policy = enum_of<StartPolicy>(value);
      break;
    default:
      return false;
  }
  values.refreshed = false;
  return true;
}

bool RequestProperties::set(guint id, const GValue* value, GParamSpec* spec) {
  const auto property = static_cast<Property>(id);
  std::string wrong = what_is_wrong(spec, value);
  const auto values = values_.lock();
  if (is_of_the_order(property)) values->is_from_uri = false;
  if (!wrong.empty()) {
    values->wrong[property] = std::move(wrong);
    return true;
  }
  values->wrong.erase(property);
  if (property == Property::image) values->wrong.erase(Property::images);
  return set_value(*values, property, value);
}

bool RequestProperties::get(guint id, GValue* value) const {
  Values now = values();
  engine::Settings& settings = now.settings;
  switch (static_cast<Property>(id)) {
    case Property::provider:
      give_text(value, provider());
      break;
    case Property::model:
    case Property::prompt:
    case Property::aspect_ratio:
    case Property::resolution:
    case Property::callback_url:
    case Property::base_url:
    case Property::task_id:
    case Property::library:
      give_text(value, text_member(settings, static_cast<Property>(id)));
      break;
    case Property::media:
      g_value_set_enum(value, static_cast<int>(settings.media));
      break;
    case Property::duration:
      g_value_set_uint(value, settings.duration_s);
      break;
    case Property::generate_audio:
      g_value_set_boolean(value, settings.generate_audio.value_or(false));
      break;
    case Property::images:
      give_texts(value, settings.images);
      break;
    case Property::result:
      g_value_set_uint(value, now.result);
      break;
    case Property::seed:
      g_value_set_int64(value, settings.seed.value_or(-1));
      break;
    case Property::take:
      g_value_set_uint(value, settings.take);
      break;
    case Property::parameters:
      gst_value_set_structure(value, now.parameters.get());
      break;
    case Property::cache:
      g_value_set_enum(value, static_cast<int>(settings.cache));
      break;
    case Property::max_credits:
      g_value_set_double(value, settings.max_credits);
      break;
    case Property::poll_interval:
      g_value_set_uint(value, static_cast<guint>(settings.poll_interval.count()));
      break;
    case Property::generation_timeout:
      g_value_set_uint(value, static_cast<guint>(settings.generation_timeout.count()));
      break;
    case Property::on_stop:
      g_value_set_enum(value, static_cast<int>(settings.on_stop));
      break;
    case Property::start_policy:
      g_value_set_enum(value, static_cast<int>(now.start_policy));
      break;
    default:
      return false;
  }
  return true;
}

RequestProperties::Values RequestProperties::values() const { return *values_.lock(); }

Result<ElementRequest> RequestProperties::request() const {
  Values now = values();
  if (!now.wrong.empty()) return fail(ErrorKind::settings, now.wrong.begin()->second);
  Result<json::Object> parameters = structure_to_json(now.parameters.get());
  if (!parameters) return fail(parameters.error());
  ElementRequest request{std::move(now.settings), now.result, now.start_policy, now.is_from_uri};
  request.settings.parameters = *std::move(parameters);
  if (now.refreshed && request.settings.cache == engine::CachePolicy::refresh)
    request.settings.cache = engine::CachePolicy::use;
  return request;
}

void RequestProperties::mark_refreshed() { values_.lock()->refreshed = true; }

std::string RequestProperties::provider() const {
  const std::string set = values().settings.provider;
  return set.empty() ? default_provider() : set;
}

std::string RequestProperties::describe(const Values& values) {
  const engine::Settings& s = values.settings;
  // The unit separator cannot stand in any of the values that matter, so no two requests are
  // written alike.
  std::string text;
  for (const std::string* part :
       {&s.provider, &s.base_url, &s.model, &s.prompt, &s.aspect_ratio, &s.resolution, &s.task_id})
    text += *part + '\x1f';
  for (const std::string& image : s.images) text += image + '\x1f';
  text +=
      format("%d\x1f%u\x1f%d\x1f%u\x1f%" G_GINT64_FORMAT "\x1f%u\x1f", static_cast<int>(s.media),
             s.duration_s, s.generate_audio ? int{*s.generate_audio} : -1, values.result,
             static_cast<gint64>(s.seed.value_or(-1)), s.take);
  if (values.parameters != nullptr) {
    const OwnedString shown(gst_structure_to_string(values.parameters.get()));
    text += shown.get();
  }
  return text;
}

std::string RequestProperties::fingerprint() const {
  return sha256_hex(describe(values())).substr(0, 16);
}

std::optional<std::chrono::seconds> RequestProperties::still_of_uri() const {
  const auto values = values_.lock();
  if (!values->is_from_uri || values->settings.media != Media::image) return std::nullopt;
  return still_duration(values->settings.duration_s);
}

const char* RequestProperties::likely_extension() const {
  switch (values_.lock()->settings.media) {
    case Media::image:
      return "png";
    case Media::audio:
      return "mp3";
    case Media::automatic:
    case Media::video:
      break;
  }
  return "mp4";
}

}  // namespace prompt::element
