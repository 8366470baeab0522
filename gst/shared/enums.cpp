// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/enums.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/job_handle.h"

namespace prompt::element {
namespace {

template <typename T>
constexpr GEnumValue entry(T value, const char* name, const char* nick) {
  return GEnumValue{static_cast<int>(value), name, nick};
}

GType register_enum(const char* name, const GEnumValue* values) {
  const GType type = g_enum_register_static(name, values);
  gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
  return type;
}

// "on-stop" to "GstPromptOnStop".
std::string type_name(std::string_view setting) {
  std::string name = "GstPrompt";
  bool begins = true;
  for (const char c : setting) {
    if (c != '-') name.push_back(begins ? g_ascii_toupper(c) : c);
    begins = c == '-';
  }
  return name;
}

std::map<std::string, GType> register_choices() {
  std::map<std::string, GType> types;
  for (const engine::Setting& setting : engine::settings_table()) {
    if (setting.choices.empty()) continue;
    // Of the type, which is never gone.
    auto* const values = new std::vector<GEnumValue>;
    for (const engine::Choice& choice : setting.choices)
      values->push_back({choice.value, choice.help, choice.name});
    values->push_back({0, nullptr, nullptr});
    types[setting.name] = register_enum(type_name(setting.name).c_str(), values->data());
  }
  return types;
}

}  // namespace

GType choice_type(const engine::Setting& setting) {
  static const std::map<std::string, GType> types = register_choices();
  return types.at(setting.name);
}

GType job_state_type() {
  using engine::ViewState;
  static const GEnumValue values[] = {
      entry(ViewState::idle, "Nothing was asked for yet", "idle"),
      entry(ViewState::submitting, "The request is on its way", "submitting"),
      entry(ViewState::queued, "Waiting for its turn at the provider", "queued"),
      entry(ViewState::running, "The provider works on it", "running"),
      entry(ViewState::fetching, "The clip is being downloaded", "fetching"),
      entry(ViewState::ready, "The clip is here", "ready"),
      entry(ViewState::failed, "The task failed", "failed"),
      entry(ViewState::cancelled, "The job was cancelled", "cancelled"),
      entry(ViewState::uncertain, "It cannot be known whether a paid task exists", "uncertain"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptJobState", values);
  return type;
}

const char* nick_of(GType type, int value) {
  auto* enums = static_cast<GEnumClass*>(g_type_class_ref(type));
  const GEnumValue* found = g_enum_get_value(enums, value);
  // The nick is in static storage, so it outlives the class reference.
  const char* nick = found != nullptr ? found->value_nick : "";
  g_type_class_unref(enums);
  return nick;
}

}  // namespace prompt::element
