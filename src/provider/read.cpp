// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/read.h"

#include <glib.h>

#include <algorithm>
#include <cmath>

#include "base/ref.h"
#include "base/text.h"
#include "json/text_template.h"
#include "provider/build.h"

namespace prompt::provider {
namespace {

constexpr double latest_time_s = 9e9;  // the year 2255: what system_clock can hold

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// A whole text that is a decimal number, as some providers write numbers.
std::optional<double> parse_number(const std::string& text) {
  if (text.empty() || text.size() > 32 ||
      text.find_first_not_of("0123456789.+-") != std::string::npos)
    return std::nullopt;
  char* end = nullptr;
  const double number = g_ascii_strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<std::chrono::system_clock::time_point> from_seconds(double seconds) {
  if (!(seconds >= 0) || seconds > latest_time_s) return std::nullopt;
  const auto micros = static_cast<std::int64_t>(seconds * 1e6);
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::microseconds(micros)));
}

std::optional<double> parse_rfc3339(const std::string& text) {
  if (text.size() > 64) return std::nullopt;
  // Some leave the zone out and mean UTC.
  GTimeZone* const utc = g_time_zone_new_utc();
  const auto time = Ref<GDateTime>::adopt(g_date_time_new_from_iso8601(text.c_str(), utc));
  g_time_zone_unref(utc);
  if (!time) return std::nullopt;
  return static_cast<double>(g_date_time_to_unix(time.get())) +
         static_cast<double>(g_date_time_get_microsecond(time.get())) / 1e6;
}

// A step of a path that leads to the step itself or back is none, and neither is nothing.
bool is_id_step(std::string_view text) {
  return text.find_first_not_of('.') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return g_ascii_isalnum(c) ||
                  std::string_view("._:-=+~@").find(c) != std::string_view::npos;
         });
}

// Some name a task by a path: "models/veo-3/operations/abc".
bool is_task_id(std::string_view text) {
  constexpr std::size_t longest = 512;  // some put a whole address into it, in base64
  if (text.size() > longest) return false;
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_id_step(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

// Behind the host, which says nothing.
bool leads_by_secret(std::string_view url, std::span<const Secret> secrets) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return holds_secret(url, secrets);
  const std::size_t path = url.find_first_of("/?#", scheme + 3);
  return path != std::string_view::npos && holds_secret(url.substr(path), secrets);
}

bool is_content_type(std::string_view text) {
  return text.size() <= 128 && text.find('/') != std::string_view::npos &&
         std::none_of(text.begin(), text.end(), is_control) &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// The items of a rule: what is at its path, lists taken apart; without a path the reply itself.
std::vector<const json::Value*> items_of(const json::Value& root, const ResultRule& rule) {
  if (!rule.items) return {&root};
  std::vector<const json::Value*> out;
  for (const json::Value* found : rule.items->all(root)) {
    if (const json::Array* const list = found->as_array()) {
      for (const json::Value& item : *list) out.push_back(&item);
    } else {
      out.push_back(found);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> read_string(const json::Value& root, const json::Paths& paths) {
  for (const json::Path& path : paths) {
    for (const json::Value* value : path.all(root)) {
      const std::string* const text = value->as_string();
      if (text != nullptr && !text->empty()) return *text;
    }
  }
  return std::nullopt;
}

std::string read_shown(const json::Value& root, const json::Paths& paths,
                       std::span<const Secret> secrets, std::size_t limit) {
  return show_safely(json::find_text(root, paths).value_or(std::string()), secrets, limit);
}

std::optional<std::string> read_id(const json::Value& root, const json::Paths& paths,
                                   std::span<const Secret> secrets) {
  for (const json::Path& path : paths) {
    for (const json::Value* value : path.all(root)) {
      const std::string* const text = value->as_string();
      const std::int64_t* const number = value->as_int();
      const std::string id = text != nullptr     ? *text
                             : number != nullptr ? std::to_string(*number)
                                                 : std::string();
      if (is_task_id(id) && !holds_secret(id, secrets)) return id;
    }
  }
  return std::nullopt;
}

std::optional<double> read_credits(const json::Value& root, const json::Paths& paths) {
  constexpr double largest = 1e12;
  const std::optional<double> credits = json::find_number(root, paths);
  if (!credits || *credits < 0 || *credits > largest) return std::nullopt;
  return credits;
}

std::optional<double> read_progress(const json::Value& root, const NumberReading& reading) {
  std::optional<double> number = json::find_number(root, reading.at);
  if (!number) {
    std::string text = json::find_text(root, reading.at).value_or(std::string());
    if (!text.empty() && text.back() == '%') text.pop_back();
    number = parse_number(text);
  }
  if (!number) return std::nullopt;
  return std::clamp(*number / reading.scale, 0.0, 1.0);
}

std::optional<std::chrono::system_clock::time_point> read_time(const json::Value& root,
                                                               const TimeReading& reading) {
  if (reading.format == TimeReading::Format::rfc3339) {
    const std::optional<std::string> text = read_string(root, reading.at);
    const std::optional<double> seconds = text ? parse_rfc3339(*text) : std::nullopt;
    return seconds ? from_seconds(*seconds) : std::nullopt;
  }
  std::optional<double> number = json::find_number(root, reading.at);
  if (!number) number = parse_number(read_string(root, reading.at).value_or(std::string()));
  if (!number) return std::nullopt;
  return from_seconds(reading.format == TimeReading::Format::unix_milliseconds ? *number / 1000
                                                                               : *number);
}

json::Object read_captured(const json::Value& root,
                           const std::vector<std::pair<std::string, json::Paths>>& capture,
                           std::span<const Secret> secrets) {
  constexpr std::size_t longest = 2048;
  json::Object out;
  for (const auto& [name, paths] : capture) {
    const std::optional<std::string> text = json::find_text(root, paths);
    if (text && text->size() <= longest && std::none_of(text->begin(), text->end(), is_control) &&
        !leads_by_secret(*text, secrets))
      out.set(name, json::Value(*text));
  }
  return out;
}

bool is_same_word(const json::Value& a, const json::Value& b) {
  if (const bool* const truth = a.as_bool())
    return b.as_bool() != nullptr && *b.as_bool() == *truth;
  const std::optional<std::string> left = json::plain_text(a);
  const std::optional<std::string> right = json::plain_text(b);
  return left && right && b.as_bool() == nullptr && left->size() == right->size() &&
         g_ascii_strncasecmp(left->data(), right->data(), left->size()) == 0;
}

bool is_one_of(const json::Value& value, const std::vector<json::Value>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const json::Value& word) { return is_same_word(value, word); });
}

bool matches(const std::vector<ReplyWhere>& where, const json::Value& root) {
  return std::all_of(where.begin(), where.end(), [&](const ReplyWhere& condition) {
    const json::Value* const value = json::find_value(root, condition.at);
    return value != nullptr && is_one_of(*value, condition.values);
  });
}

std::optional<StateFound> read_state(const json::Value& root, const json::Paths& paths,
                                     const std::vector<StateWord>& states, int http_status,
                                     std::span<const Secret> secrets) {
  constexpr std::size_t longest_word = 64;
  const json::Value* word = nullptr;
  for (const json::Path& path : paths) {
    for (const json::Value* value : path.all(root)) {
      const std::string* const text = value->as_string();
      if (word == nullptr && json::plain_text(*value) && (text == nullptr || !text->empty()))
        word = value;
    }
  }
  if (word != nullptr) {
    StateFound found;
    found.word =
        show_safely(json::plain_text(*word).value_or(std::string()), secrets, longest_word);
    for (const StateWord& state : states) {
      if (state.http_status != 0 || !is_same_word(*word, state.word)) continue;
      found.state = state.state;
      return found;
    }
    found.is_known = false;
    return found;
  }
  for (const StateWord& state : states)
    if (state.http_status != 0 && state.http_status == http_status)
      return StateFound{state.state, format("HTTP %d", http_status), true, true};
  return std::nullopt;
}

std::vector<MediaResult> read_results(const json::Value& root, const std::vector<ResultRule>& rules,
                                      Media media, const std::string& base_url,
                                      std::span<const Secret> secrets, bool fallback) {
  constexpr std::size_t most = 64;
  std::vector<MediaResult> out;
  for (const ResultRule& rule : rules) {
    const bool is_for_medium =
        media == Media::automatic || rule.media.empty() ||
        std::find(rule.media.begin(), rule.media.end(), media) != rule.media.end();
    if (!is_for_medium || rule.is_fallback != fallback) continue;
    for (const json::Value* item : items_of(root, rule)) {
      if (!matches(rule.where, *item)) continue;
      const std::optional<std::string> url = read_string(*item, rule.url);
      if (!url || out.size() == most) continue;
      MediaResult result;
      // What is no URL goes on as it is: whoever fetches it says what is wrong with it.
      result.url = resolve_url(base_url, *url).value_or(*url);
      if (leads_by_secret(result.url, secrets)) result.url = hide_secrets(result.url, secrets);
      const std::optional<std::string> type = read_string(*item, rule.content_type);
      if (type && is_content_type(*type) && !holds_secret(*type, secrets))
        result.content_type = *type;
      result.title = read_shown(*item, rule.title, secrets, 256);
      result.needs_credential = rule.with_credential;
      out.push_back(std::move(result));
    }
    if (!out.empty()) break;
  }
  return out;
}

}  // namespace prompt::provider
