// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/http_date.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/ref.h"
#include "http/message.h"

namespace prompt::http {
namespace {

constexpr std::size_t longest = 64;

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view separators = " ,-:";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    const std::size_t length = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::optional<int> number(std::string_view word, std::size_t max_digits) {
  const std::optional<std::uint64_t> value = parse_decimal(word);
  if (!value || word.size() > max_digits) return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<int> month(std::string_view word) {
  constexpr std::array names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names_equal(word, names[i])) return static_cast<int>(i) + 1;
  return std::nullopt;
}

// Two digits, as they were written in the last century: up to 69 they belong to this one.
std::optional<int> year(std::string_view word) {
  std::optional<int> value = number(word, 4);
  if (value && word.size() == 2) *value += *value < 70 ? 2000 : 1900;
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  if (text.size() > longest) return std::nullopt;
  const std::vector<std::string_view> words = words_of(text);
  // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT";
  // "Sun Nov  6 08:49:37 1994".
  const bool has_zone =
      words.size() == 8 && (names_equal(words[7], "GMT") || names_equal(words[7], "UTC"));
  if (!has_zone && words.size() != 7) return std::nullopt;
  const std::array<std::size_t, 6> places = has_zone ? std::array<std::size_t, 6>{3, 2, 1, 4, 5, 6}
                                                     : std::array<std::size_t, 6>{6, 1, 2, 3, 4, 5};
  const std::optional<int> y = year(words[places[0]]);
  const std::optional<int> m = month(words[places[1]]);
  const std::optional<int> d = number(words[places[2]], 2);
  const std::optional<int> hour = number(words[places[3]], 2);
  const std::optional<int> minute = number(words[places[4]], 2);
  const std::optional<int> second = number(words[places[5]], 2);
  if (!y || !m || !d || !hour || !minute || !second) return std::nullopt;
  // A leap second is one that GLib does not have.
  const auto date =
      Ref<GDateTime>::adopt(g_date_time_new_utc(*y, *m, *d, *hour, *minute, std::min(*second, 59)));
  if (!date) return std::nullopt;
  return g_date_time_to_unix(date.get());
}

}  // namespace prompt::http
