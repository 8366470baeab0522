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

struct Choices {
  std::vector<GEnumValue> values;  ///< The type points into them.
  GType type = G_TYPE_INVALID;
};

std::map<std::string, Choices> register_choices() {
  std::map<std::string, Choices> all;
  for (const engine::Setting& setting : engine::settings_table()) {
    if (setting.choices.empty()) continue;
    Choices& one = all[setting.name];
    for (const engine::Choice& choice : setting.choices)
      one.values.push_back({choice.value, choice.help, choice.name});
    one.values.push_back({0, nullptr, nullptr});
    one.type = register_enum(type_name(setting.name).c_str(), one.values.data());
  }
  return all;
}

}  // namespace

GType choice_type(const engine::Setting& setting) {
  // Never freed, as types are never gone.
  static const auto& all = *new std::map<std::string, Choices>(register_choices());
  return all.at(setting.name).type;
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
