// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/enums.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/job_state.h"

namespace prompt::element {
namespace {

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

std::vector<GEnumValue> shown_job_states() {
  std::vector<GEnumValue> values;
  for (const JobStateName& one : job_states)
    if (shown_state(one.state) == one.state)
      values.push_back({static_cast<int>(one.state), one.help, one.name});
  values.push_back({0, nullptr, nullptr});
  return values;
}

}  // namespace

GType choice_type(const engine::Setting& setting) {
  // Never freed, as types are never gone.
  static const auto& all = *new std::map<std::string, Choices>(register_choices());
  return all.at(setting.name).type;
}

GType job_state_type() {
  // Never freed, as types are never gone.
  static const auto& values = *new std::vector<GEnumValue>(shown_job_states());
  static const GType type = register_enum("GstPromptJobState", values.data());
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
