// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/options.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>

#include "base/ref.h"
#include "base/text.h"
#include "engine/settings_text.h"

namespace prompt::tool {
namespace {

// Not for a command: the prompt is its own word, a key does not belong on a line that `ps` shows,
// and what is left is about playing.
constexpr std::array not_options = {"prompt",  "api-key",    "images",       "parameters",
                                    "task-id", "result",     "start-policy", "on-stop",
                                    "library", "max-credits"};

struct Reading {
  const Options* options;
  Line line;
};

// GOption says by which name it was called: "-o" or "--output".
gboolean on_option(const gchar* called, const gchar* value, gpointer data, GError**) {
  auto& reading = *static_cast<Reading*>(data);
  for (const Option& option : *reading.options)
    if (called == "--" + option.name || (option.letter != 0 && called[1] == option.letter))
      reading.line.add(option.name, value != nullptr ? value : "");
  return TRUE;
}

bool names_a_file(const Option& option) {
  return option.argument == "FILE" || option.argument == "DIR";
}

Result<void> set_further(engine::Settings& settings, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(ErrorKind::settings,
                "The option '--set' takes NAME=VALUE, and not '" + text + "'.");
  return engine::set_parameter(settings, text.substr(0, equals), text.substr(equals + 1),
                               "The option '--set " + text + "'");
}

}  // namespace

const std::string* Line::last(std::string_view name) const {
  const auto found = std::find_if(values_.rbegin(), values_.rend(),
                                  [&](const auto& value) { return value.first == name; });
  return found != values_.rend() ? &found->second : nullptr;
}

std::string Line::text(std::string_view name) const {
  const std::string* const found = last(name);
  return found != nullptr ? *found : std::string();
}

Result<unsigned> Line::number(std::string_view name, unsigned fallback, unsigned minimum,
                              unsigned maximum) const {
  const std::string* const text = last(name);
  if (text == nullptr) return fallback;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size() && value >= minimum &&
      value <= maximum)
    return value;
  return fail(ErrorKind::settings,
              format("The option '--%.*s' takes a whole number from %u to %u, and not '%s'.",
                     static_cast<int>(name.size()), name.data(), minimum, maximum, text->c_str()));
}

Result<double> parse_amount(const std::string& text, const std::string& subject) {
  char* end = nullptr;
  const double value = g_ascii_strtod(text.c_str(), &end);
  if (!text.empty() && *end == '\0' && std::isfinite(value) && value >= 0) return value;
  return fail(ErrorKind::settings,
              subject + " takes a number that is 0 or more, and not '" + text + "'.");
}

Result<std::optional<double>> Line::amount(std::string_view name) const {
  const std::string* const text = last(name);
  if (text == nullptr) return std::optional<double>();
  const Result<double> value = parse_amount(*text, "The option '--" + std::string(name) + "'");
  if (!value) return fail(value.error());
  return std::optional<double>(*value);
}

Result<Line> parse_line(const Options& options, std::vector<std::string> arguments) {
  Reading reading{&options, {}};
  std::vector<GOptionEntry> entries;
  for (const Option& option : options) {
    GOptionEntry entry{};
    entry.long_name = option.name.c_str();
    entry.short_name = option.letter;
    // Bytes as they came: the locale of a service or of cron is often plain C.
    entry.flags = option.argument.empty() ? G_OPTION_FLAG_NO_ARG : G_OPTION_FLAG_FILENAME;
    entry.arg = G_OPTION_ARG_CALLBACK;
    // The only way into GOption's table.
    entry.arg_data = reinterpret_cast<gpointer>(&on_option);
    entries.push_back(entry);
  }
  entries.push_back(GOptionEntry{});
  const std::unique_ptr<GOptionContext, decltype(&g_option_context_free)> context(
      g_option_context_new(nullptr), g_option_context_free);
  GOptionGroup* const group = g_option_group_new("all", "", "", &reading, nullptr);
  g_option_group_add_entries(group, entries.data());
  g_option_context_set_main_group(context.get(), group);
  g_option_context_set_help_enabled(context.get(), FALSE);

  std::vector<char*> argv;
  std::string program = "gst-prompt";
  argv.push_back(program.data());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int argc = static_cast<int>(argv.size()) - 1;
  char** words = argv.data();
  GError* error = nullptr;
  if (g_option_context_parse(context.get(), &argc, &words, &error) == FALSE) {
    const std::string message = error->message;
    g_error_free(error);
    return fail(ErrorKind::settings, message + ".");
  }
  for (int i = 1; i < argc; ++i) {
    // What ends the options is none of the words.
    if (i == 1 && std::string_view(words[i]) == "--") continue;
    reading.line.words.emplace_back(words[i]);
  }
  for (const std::string& word : reading.line.words)
    if (!is_valid_utf8(word))
      return fail(ErrorKind::settings, "'" + show_safely(word) + "' is not UTF-8 text.");
  for (const auto& given : reading.line.values()) {
    const std::string& name = given.first;
    const std::string& value = given.second;
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&](const Option& one) { return one.name == name; });
    if (!names_a_file(*option) && !is_valid_utf8(value))
      return fail(ErrorKind::settings,
                  "The value of the option '--" + name + "' is not UTF-8 text.");
  }
  return std::move(reading.line);
}

Options request_options() {
  Options options;
  for (const engine::Setting& setting : engine::settings_table()) {
    const auto is_this = [&](const char* name) {
      return std::string_view(name) == setting.name;
    };
    if (std::any_of(not_options.begin(), not_options.end(), is_this)) continue;
    Option option{setting.name, 0, setting.choices.empty() ? "VALUE" : "", setting.help};
    for (const engine::Choice& choice : setting.choices)
      option.argument += (&choice == setting.choices.data() ? "" : "|") + std::string(choice.name);
    if (setting.is_only_one) {
      option.argument = "FILE";
      option.help =
          "A reference image; may be given several times: an http or https URL, or a "
          "local file where the provider takes one";
    }
    options.push_back(std::move(option));
  }
  options.push_back({"set", 0, "NAME=VALUE",
                     "A further field of the request, as the provider names it; a VALUE that is "
                     "JSON keeps its type, as in --set instrumental=true"});
  return options;
}

Result<void> apply_request(const Line& line, engine::Settings& settings) {
  for (const auto& [name, value] : line.values()) {
    if (name == "set") {
      if (Result<void> set = set_further(settings, value); !set) return set;
      continue;
    }
    if (name == "library") {
      settings.library = value;
      continue;
    }
    // One more each time.
    const engine::Setting* const setting =
        engine::find_setting(name == "image" ? std::string("images") : name);
    if (setting == nullptr ||
        std::find(not_options.begin(), not_options.end(), name) != not_options.end())
      continue;
    Result<void> set =
        engine::set_from_text(settings, *setting, value, "The option '--" + name + "'");
    if (!set) return set;
  }
  return {};
}

Option library_option() {
  return {"library", 0, "DIR",
          "Folder of the ledger and the clips (else GST_PROMPT_HOME, else gst-prompt in the user's "
          "data folder)"};
}

Result<std::int64_t> parse_since(const std::string& text) {
  using DateTime = Ref<GDateTime>;
  const DateTime now = DateTime::adopt(g_date_time_new_now_local());
  DateTime moment;
  unsigned count = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  if (text == "today") {
    moment = DateTime::adopt(
        g_date_time_new_local(g_date_time_get_year(now.get()), g_date_time_get_month(now.get()),
                              g_date_time_get_day_of_month(now.get()), 0, 0, 0));
  } else if (error == std::errc() && unit + 1 == end && count <= 36500) {
    const int number = static_cast<int>(count);
    if (*unit == 'd') moment = DateTime::adopt(g_date_time_add_days(now.get(), -number));
    if (*unit == 'h') moment = DateTime::adopt(g_date_time_add_hours(now.get(), -number));
    if (*unit == 'w') moment = DateTime::adopt(g_date_time_add_weeks(now.get(), -number));
  } else {
    const std::string full = text.find('T') == std::string::npos ? text + "T00:00:00" : text;
    const std::unique_ptr<GTimeZone, decltype(&g_time_zone_unref)> local(g_time_zone_new_local(),
                                                                         g_time_zone_unref);
    moment = DateTime::adopt(g_date_time_new_from_iso8601(full.c_str(), local.get()));
  }
  if (!moment)
    return fail(ErrorKind::settings,
                "'" + text +
                    "' is no time: it takes 'today', '12h', '7d', '2w', '2026-12-01' or "
                    "'2026-12-01T18:00:00Z'.");
  return g_date_time_to_unix(moment.get()) * 1000;
}

}  // namespace prompt::tool
