// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/request_properties.h"

#include <type_traits>
#include <utility>
#include <vector>

#include "base/ref.h"
#include "base/text.h"
#include "shared/ranges.h"
#include "shared/still_image.h"
#include "shared/structure_json.h"
#include "shared/uri.h"

namespace prompt::element {
namespace {

using engine::Setting;

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text != nullptr ? text : "";
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

// A property's value and the member it stands for: one pair for each type of member.

void take(std::string& member, const GValue* value, const Setting&) { member = text_of(value); }

void take(std::vector<std::string>& member, const GValue* value, const Setting& setting) {
  if (!setting.is_only_one) {
    member = texts_of(value);
    return;
  }
  member.clear();
  if (std::string one = text_of(value); !one.empty()) member.push_back(std::move(one));
}

void take(Secret& member, const GValue* value, const Setting&) { member = Secret(text_of(value)); }

void take(unsigned& member, const GValue* value, const Setting&) {
  member = g_value_get_uint(value);
}

template <typename Ratio>
void take(std::chrono::duration<std::int64_t, Ratio>& member, const GValue* value, const Setting&) {
  member = std::chrono::duration<std::int64_t, Ratio>(g_value_get_uint(value));
}

void take(std::optional<std::int64_t>& member, const GValue* value, const Setting&) {
  const gint64 number = g_value_get_int64(value);
  member = number < 0 ? std::nullopt : std::optional<std::int64_t>(number);
}

void take(std::optional<bool>& member, const GValue* value, const Setting&) {
  member = g_value_get_boolean(value) != FALSE;
}

void take(double& member, const GValue* value, const Setting&) {
  member = g_value_get_double(value);
}

template <typename Enum>
requires std::is_enum_v<Enum>
void take(Enum& member, const GValue* value, const Setting&) {
  member = static_cast<Enum>(g_value_get_enum(value));
}

// An unset text reads as NULL, as with every other element.
void give(GValue* value, const std::string& member) {
  g_value_set_string(value, member.empty() ? nullptr : member.c_str());
}

void give(GValue* array, const std::vector<std::string>& member) {
  g_value_reset(array);
  for (const std::string& text : member) {
    GValue item = G_VALUE_INIT;
    g_value_init(&item, G_TYPE_STRING);
    g_value_set_string(&item, text.c_str());
    gst_value_array_append_and_take_value(array, &item);
  }
}

// Installed as write-only: GObject does not ask.
void give(GValue*, const Secret&) {}

void give(GValue* value, unsigned member) { g_value_set_uint(value, member); }

template <typename Ratio>
void give(GValue* value, std::chrono::duration<std::int64_t, Ratio> member) {
  g_value_set_uint(value, static_cast<guint>(member.count()));
}

void give(GValue* value, std::optional<std::int64_t> member) {
  g_value_set_int64(value, member.value_or(-1));
}

void give(GValue* value, std::optional<bool> member) {
  g_value_set_boolean(value, member.value_or(false));
}

void give(GValue* value, double member) { g_value_set_double(value, member); }

template <typename Enum>
requires std::is_enum_v<Enum>
void give(GValue* value, Enum member) { g_value_set_enum(value, static_cast<int>(member)); }

bool is_fields(const Setting& setting) {
  return std::holds_alternative<json::Object engine::Settings::*>(setting.member);
}

std::shared_ptr<const GstStructure> copy_of(const GstStructure* structure) {
  if (structure == nullptr) return nullptr;
  return {gst_structure_copy(structure), [](const GstStructure* owned) {
            gst_structure_free(const_cast<GstStructure*>(owned));
          }};
}

const Setting* setting_of(guint id) {
  const auto table = engine::settings_table();
  return id >= 1 && id <= table.size() ? &table[id - 1] : nullptr;
}

// What is played when nothing is set; the engine itself looks at the variable when a job is opened.
std::string default_provider() {
  const char* name = g_getenv("GST_PROMPT_PROVIDER");
  return name != nullptr && *name != '\0' ? name : "vibegen";
}

}  // namespace

void RequestProperties::set_value(Values& values, const Setting& setting, const GValue* value) {
  values.refreshed = false;
  if (is_fields(setting)) {
    values.parameters = copy_of(gst_value_get_structure(value));
    return;
  }
  std::visit(
      [&](auto member) {
        if constexpr (!std::is_same_v<decltype(member), json::Object engine::Settings::*>)
          take(values.settings.*member, value, setting);
      },
      setting.member);
}

bool RequestProperties::set(guint id, const GValue* value, GParamSpec* spec) {
  const Setting* const setting = setting_of(id);
  if (setting == nullptr) return false;
  std::string wrong = what_is_wrong(spec, value);
  const auto values = values_.lock();
  if (setting->is_of_the_order) values->is_from_uri = false;
  // Two properties may stand for one member: the last one counts.
  std::erase_if(values->wrong,
                [&](const auto& entry) { return entry.first->member == setting->member; });
  if (wrong.empty())
    set_value(*values, *setting, value);
  else
    values->wrong[setting] = std::move(wrong);
  return true;
}

bool RequestProperties::get(guint id, GValue* value) const {
  const Setting* const setting = setting_of(id);
  if (setting == nullptr) return false;
  const Values now = values();
  if (is_fields(*setting)) {
    gst_value_set_structure(value, now.parameters.get());
  } else if (setting->shown_default != nullptr) {
    give(value, provider());
  } else {
    std::visit(
        [&](auto member) {
          if constexpr (!std::is_same_v<decltype(member), json::Object engine::Settings::*>)
            give(value, now.settings.*member);
        },
        setting->member);
  }
  return true;
}

RequestProperties::Values RequestProperties::values() const { return *values_.lock(); }

Result<ElementRequest> RequestProperties::request() const {
  Values now = values();
  if (!now.wrong.empty()) return fail(ErrorKind::settings, now.wrong.begin()->second);
  Result<json::Object> parameters = structure_to_json(now.parameters.get());
  if (!parameters) return fail(parameters.error());
  ElementRequest request{std::move(now.settings), now.is_from_uri};
  request.settings.parameters = *std::move(parameters);
  if (now.refreshed && request.settings.cache == engine::CachePolicy::refresh) {
    request.settings.cache = engine::CachePolicy::use;
    request.settings.follows_refresh = true;
  }
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
             s.duration_s, s.generate_audio ? int{*s.generate_audio} : -1, s.result,
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
