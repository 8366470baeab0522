// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/settings_text.h"

#include <glib.h>

#include <cmath>
#include <type_traits>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::engine {
namespace {

// Whether the text is the value's, which is then taken over. One overload for each type of member.

bool read(std::string& value, std::string_view text, const Setting&) {
  value = text;
  return true;
}

bool read(std::vector<std::string>& value, std::string_view text, const Setting& setting) {
  if (setting.is_only_one) value.clear();
  if (!setting.is_only_one || !text.empty()) value.emplace_back(text);
  return true;
}

bool read(Secret& value, std::string_view text, const Setting&) {
  value = Secret(std::string(text));
  return true;
}

std::optional<std::int64_t> whole_number(std::string_view text, const Setting& setting) {
  gint64 number = 0;
  if (g_ascii_string_to_signed(std::string(text).c_str(), 10, setting.minimum, setting.maximum,
                               &number, nullptr) == 0)
    return std::nullopt;
  return number;
}

bool read(unsigned& value, std::string_view text, const Setting& setting) {
  const std::optional<std::int64_t> number = whole_number(text, setting);
  if (number) value = static_cast<unsigned>(*number);
  return number.has_value();
}

template <typename Ratio>
bool read(std::chrono::duration<std::int64_t, Ratio>& value, std::string_view text,
          const Setting& setting) {
  const std::optional<std::int64_t> number = whole_number(text, setting);
  if (number) value = std::chrono::duration<std::int64_t, Ratio>(*number);
  return number.has_value();
}

bool read(std::optional<std::int64_t>& value, std::string_view text, const Setting& setting) {
  const std::optional<std::int64_t> number = whole_number(text, setting);
  if (number) value = *number < 0 ? std::nullopt : number;
  return number.has_value();
}

bool read(std::optional<bool>& value, std::string_view text, const Setting&) {
  if (text != "true" && text != "false") return false;
  value = text == "true";
  return true;
}

bool read(double& value, std::string_view text, const Setting& setting) {
  const std::string whole(text);
  char* end = nullptr;
  const double number = g_ascii_strtod(whole.c_str(), &end);
  if (whole.empty() || g_ascii_isspace(whole.front()) || *end != '\0' || !std::isfinite(number) ||
      number < static_cast<double>(setting.minimum))
    return false;
  value = number;
  return true;
}

bool read(json::Object& value, std::string_view text, const Setting&) {
  Result<json::Value> parsed = json::parse(text);
  if (!parsed || parsed->as_object() == nullptr) return false;
  value = std::move(*parsed->as_object());
  return true;
}

template <typename Enum>
requires std::is_enum_v<Enum>
bool read(Enum& value, std::string_view text, const Setting& setting) {
  for (const Choice& choice : setting.choices)
    if (text == choice.name) {
      value = static_cast<Enum>(choice.value);
      return true;
    }
  return false;
}

// The text form; of what is no default. One overload for each type of member.

std::string write(const std::string& value, const Setting&) { return value; }

template <typename Number>
requires std::is_integral_v<Number> std::string write(Number value, const Setting&) {
  return std::to_string(value);
}

std::string write(bool value, const Setting&) { return value ? "true" : "false"; }

std::string write(double value, const Setting&) {
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
  return g_ascii_dtostr(text.data(), static_cast<int>(text.size()), value);
}

template <typename Ratio>
std::string write(std::chrono::duration<std::int64_t, Ratio> value, const Setting&) {
  return std::to_string(value.count());
}

template <typename T>
std::string write(const std::optional<T>& value, const Setting& setting) {
  return value ? write(*value, setting) : std::string();
}

std::string write(const json::Object& value, const Setting&) {
  return json::write(json::Value(value));
}

template <typename Enum>
requires std::is_enum_v<Enum> std::string write(Enum value, const Setting& setting) {
  for (const Choice& choice : setting.choices)
    if (choice.value == static_cast<int>(value)) return choice.name;
  return {};
}

template <typename T>
bool is_default(const T& value, const T& initial) {
  return value == initial;
}

bool is_default(const json::Object& value, const json::Object&) { return value.empty(); }

std::string words(std::span<const Choice> choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += format("'%s'", choices[i].name);
  }
  return text;
}

}  // namespace

std::string what_it_takes(const Setting& setting) {
  if (!setting.choices.empty()) return words(setting.choices);
  if (std::holds_alternative<std::optional<bool> Settings::*>(setting.member))
    return "'true' or 'false'";
  if (std::holds_alternative<std::optional<std::int64_t> Settings::*>(setting.member))
    return "a whole number from 0 on, or -1 for none";
  if (std::holds_alternative<double Settings::*>(setting.member)) return "a number from 0 on";
  if (std::holds_alternative<json::Object Settings::*>(setting.member)) return "a JSON object";
  if (setting.maximum > 0)
    return format("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                  static_cast<gint64>(setting.minimum), static_cast<gint64>(setting.maximum));
  return "a text";
}

Result<void> set_from_text(Settings& settings, const Setting& setting, std::string_view text,
                           const std::string& subject) {
  const bool is_right = std::visit(
      [&](auto member) { return read(settings.*member, text, setting); }, setting.member);
  if (is_right) return {};
  return fail(ErrorKind::settings,
              format("%s is '%s'; it takes %s.", subject.c_str(), show_safely(text, {}, 64).c_str(),
                     what_it_takes(setting).c_str()));
}

Result<void> set_parameter(Settings& settings, const std::string& name, std::string_view text,
                           const std::string& subject) {
  if (name.empty())
    return fail(ErrorKind::settings, subject + " has no name: it takes that of a field.");
  if (find_setting(name) != nullptr)
    return fail(ErrorKind::settings, subject + " is no further field of the request: '" + name +
                                         "' is a property of its own.");
  Result<json::Value> parsed = json::parse(text);
  settings.parameters.set(name, parsed ? std::move(*parsed) : json::Value(text));
  return {};
}

std::vector<std::string> texts_of(const Settings& settings, const Setting& setting) {
  if (setting.is_only_one) return {};
  return std::visit(
      [&](auto member) -> std::vector<std::string> {
        using T = std::remove_cvref_t<decltype(settings.*member)>;
        if constexpr (std::is_same_v<T, Secret>) {
          return {};
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          return settings.*member;
        } else {
          if (is_default(settings.*member, Settings().*member)) return {};
          return {write(settings.*member, setting)};
        }
      },
      setting.member);
}

void reset(Settings& settings, const Setting& setting) {
  std::visit([&](auto member) { settings.*member = Settings().*member; }, setting.member);
}

}  // namespace prompt::engine
