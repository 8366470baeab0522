// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The one table of what can be asked for: name, type, range, text form and help of each member of
// Settings that a user sets. The elements' properties, the URI, the options of programs and the
// pages of the documentation are made from it. A new setting is a member of Settings, a row here,
// and the place that uses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "engine/settings.h"

namespace prompt::engine {

/// One of the words that a setting takes.
struct Choice {
  int value;  ///< The enumeration's.
  const char* name;
  const char* help;
};

/// Where the value lies; its type says how it is written: a text, several texts, a secret, a whole
/// number (times in their unit), a whole number or none (-1), true or false or neither, a number,
/// fields as JSON, or one of several words.
using SettingMember =
    std::variant<std::string Settings::*, std::vector<std::string> Settings::*, Secret Settings::*,
                 unsigned Settings::*, std::chrono::milliseconds Settings::*,
                 std::chrono::seconds Settings::*, std::optional<std::int64_t> Settings::*,
                 std::optional<bool> Settings::*, double Settings::*, json::Object Settings::*,
                 Media Settings::*, CachePolicy Settings::*, OnStop Settings::*,
                 StartPolicy Settings::*>;

struct Setting {
  const char* name;   ///< "aspect-ratio"
  const char* title;  ///< "Aspect ratio"
  std::string help;
  SettingMember member;
  std::int64_t minimum = 0;  ///< Of whole numbers.
  std::int64_t maximum = 0;
  std::span<const Choice> choices = {};  ///< Of words.
  /// Whoever sets it asks for a clip, or decides that it may be paid for; false: how it is done.
  bool is_of_the_order = true;
  /// A prompt: URI, which may come from a stranger, may set it.
  bool is_in_uri = false;
  /// Sets the only one of several texts, and is not read.
  bool is_only_one = false;
  /// What is used when it is not set, where the text form of the default does not say that.
  const char* shown_default = nullptr;
};

/// All of them; never changes and never ends. Any thread.
[[nodiscard, gnu::visibility("default")]] std::span<const Setting> settings_table();
/// nullptr if there is none of this name.
[[nodiscard, gnu::visibility("default")]] const Setting* find_setting(std::string_view name);

/// What it takes, as in "a whole number from 0 to 3600" or "'use', 'refresh' or 'only'".
[[nodiscard, gnu::visibility("default")]] std::string what_it_takes(const Setting& setting);

/// Sets it from its text form; a setting of several texts gets one more. Error: settings, as one
/// sentence that begins with `subject` ("The property 'take'"), and nothing is changed. Texts are
/// taken as they are: what a provider does not know is refused when the request is opened. Pure.
[[nodiscard, gnu::visibility("default")]] Result<void> set_from_text(Settings& settings,
                                                                     const Setting& setting,
                                                                     std::string_view text,
                                                                     const std::string& subject);

/// Sets a further field of the request, as the provider names it. A text that is JSON (a number,
/// true, a list) keeps its type. Error: settings, for a name that is one of the table's or empty,
/// as one sentence that begins with `subject`. Pure.
[[nodiscard, gnu::visibility("default")]] Result<void> set_parameter(Settings& settings,
                                                                     const std::string& name,
                                                                     std::string_view text,
                                                                     const std::string& subject);

/// The text forms that set it to what it is: none where it is the default, one, or one for each of
/// several texts. Never a secret. Pure.
[[nodiscard, gnu::visibility("default")]] std::vector<std::string> texts_of(
    const Settings& settings, const Setting& setting);

/// Back to its default.
[[gnu::visibility("default")]] void reset(Settings& settings, const Setting& setting);

}  // namespace prompt::engine
