// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The GParamSpecs of the elements: of what is asked for made from the engine's table, and those
// that show the job. Names, types and defaults are the interface: they never change.
#include <type_traits>

#include "shared/enums.h"
#include "shared/job_properties.h"
#include "shared/ranges.h"
#include "shared/request_properties.h"

namespace prompt::element {
namespace {

using engine::Setting;

constexpr auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
constexpr auto read_write =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
// An unreadable value stays out of dot dumps, deep-notify and gst-inspect.
constexpr auto write_only =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

// One overload for each type of member. A default that the engine's Settings have is theirs.

GParamSpec* spec_of(const Setting& s, const std::string&) {
  const bool has_default = s.shown_default != nullptr;
  return g_param_spec_string(
      s.name, s.title, s.help.c_str(), s.shown_default,
      has_default ? static_cast<GParamFlags>(read_write | GST_PARAM_DOC_SHOW_DEFAULT) : read_write);
}

GParamSpec* spec_of(const Setting& s, const std::vector<std::string>&) {
  if (s.is_only_one)
    return g_param_spec_string(s.name, s.title, s.help.c_str(), nullptr, write_only);
  return texts_spec(s.name, s.title, s.help.c_str(), read_write);
}

GParamSpec* spec_of(const Setting& s, const Secret&) {
  return g_param_spec_string(s.name, s.title, s.help.c_str(), nullptr, write_only);
}

GParamSpec* spec_of(const Setting& s, unsigned initial) {
  return unsigned_spec(s.name, s.title, s.help.c_str(), static_cast<guint>(s.minimum),
                       static_cast<guint>(s.maximum), initial, read_write);
}

template <typename Ratio>
GParamSpec* spec_of(const Setting& s, std::chrono::duration<std::int64_t, Ratio> initial) {
  return spec_of(s, static_cast<unsigned>(initial.count()));
}

GParamSpec* spec_of(const Setting& s, std::optional<std::int64_t> initial) {
  return integer_spec(s.name, s.title, s.help.c_str(), s.minimum, s.maximum, initial.value_or(-1),
                      read_write);
}

GParamSpec* spec_of(const Setting& s, std::optional<bool> initial) {
  return g_param_spec_boolean(s.name, s.title, s.help.c_str(), initial.value_or(false), read_write);
}

GParamSpec* spec_of(const Setting& s, double initial) {
  return number_spec(s.name, s.title, s.help.c_str(), static_cast<double>(s.minimum), G_MAXDOUBLE,
                     initial, read_write);
}

GParamSpec* spec_of(const Setting& s, const json::Object&) {
  return g_param_spec_boxed(s.name, s.title, s.help.c_str(), GST_TYPE_STRUCTURE, read_write);
}

template <typename Enum>
requires std::is_enum_v<Enum> GParamSpec* spec_of(const Setting& s, Enum initial) {
  return choice_spec(s.name, s.title, s.help.c_str(), choice_type(s), static_cast<int>(initial),
                     read_write);
}

}  // namespace

void RequestProperties::install(GObjectClass* klass) {
  const engine::Settings defaults;
  guint id = 0;
  for (const Setting& setting : engine::settings_table())
    g_object_class_install_property(
        klass, ++id,
        std::visit([&](auto member) { return spec_of(setting, defaults.*member); },
                   setting.member));
}

void JobProperties::install(GObjectClass* klass) {
  const auto add = [klass](Property id, GParamSpec* spec) {
    g_object_class_install_property(klass, static_cast<guint>(id), spec);
  };
  const auto add_text = [&](Property id, const char* name, const char* nick, const char* blurb) {
    add(id, g_param_spec_string(name, nick, blurb, nullptr, read_only));
  };
  add(Property::job_state,
      choice_spec("job-state", "Job state", "How far the job is", job_state_type(),
                  static_cast<int>(engine::JobState::idle), read_only));
  add(Property::progress,
      g_param_spec_double("progress", "Progress", "How much is done, 0 to 1, as far as known", 0, 1,
                          0, read_only));
  add(Property::credits,
      g_param_spec_double("credits", "Credits",
                          "What the clip costs in the provider's credits: charged where known, "
                          "else expected (-1: not known)",
                          -1, G_MAXDOUBLE, -1, read_only));
  add_text(Property::clip_location, "clip-location", "Clip location",
           "The file of the clip, once it is being downloaded");
  add_text(Property::current_task_id, "current-task-id", "Current task id",
           "The provider's id of the task");
  add_text(Property::job_id, "job-id", "Job id", "The id of the job in the library");
}

}  // namespace prompt::element
