// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/message.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace prompt::http {

bool names_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && g_ascii_strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return g_ascii_isalnum(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_framing_header(std::string_view name) {
  constexpr std::array names = {"Host",
                                "Content-Length",
                                "Transfer-Encoding",
                                "Connection",
                                "Upgrade",
                                "Accept-Encoding",
                                "Expect",
                                "TE",
                                "Content-Type"};
  return std::any_of(names.begin(), names.end(),
                     [&](const char* entry) { return names_equal(name, entry); });
}

const std::string* ReplyHead::find(std::string_view name) const {
  for (const Header& header : headers)
    if (names_equal(header.name, name)) return &header.value;
  return nullptr;
}

std::optional<std::uint64_t> ReplyHead::content_length() const {
  const std::string* text = find("Content-Length");
  if (text == nullptr) return std::nullopt;
  return parse_decimal(*text);
}

std::string_view without_space_around(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace prompt::http
