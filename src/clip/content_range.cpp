// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/content_range.h"

#include <glib.h>

#include <charconv>

#include "http/http_date.h"

namespace prompt::clip {
namespace {

std::optional<std::int64_t> http_date(const std::string* text) {
  return text != nullptr ? http::parse_http_date(*text) : std::nullopt;
}

// RFC 9110, 8.8.3: a quoted text without control characters, quotes or spaces.
bool is_strong_etag(std::string_view text) {
  if (text.size() < 2 || text.size() > 1024 || text.front() != '"' || text.back() != '"')
    return false;
  for (const char c : text.substr(1, text.size() - 2))
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == 0x7F) return false;
  return true;
}

}  // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed = std::from_chars(text.data(), end, number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<ContentRange> parse_content_range(std::string_view value) {
  constexpr std::string_view unit = "bytes ";
  if (value.size() < unit.size() ||
      g_ascii_strncasecmp(value.data(), unit.data(), unit.size()) != 0)
    return std::nullopt;
  value.remove_prefix(unit.size());
  const std::size_t slash = value.find('/');
  if (slash == value.npos) return std::nullopt;
  const std::string_view part = value.substr(0, slash);
  const std::string_view total = value.substr(slash + 1);

  ContentRange range;
  if (total != "*") {
    range.total = parse_decimal(total);
    if (!range.total) return std::nullopt;
  }
  if (part == "*") return range;
  const std::size_t dash = part.find('-');
  if (dash == part.npos) return std::nullopt;
  const std::optional<std::uint64_t> first = parse_decimal(part.substr(0, dash));
  const std::optional<std::uint64_t> last = parse_decimal(part.substr(dash + 1));
  if (!first || !last || *last < *first || (range.total && *last >= *range.total))
    return std::nullopt;
  range.part = ContentRange::Part{*first, *last};
  return range;
}

Validators validators_of(const http::ReplyHead& head) {
  constexpr std::int64_t strong_after_s = 60;
  Validators validators;
  const std::string* etag = head.find("ETag");
  const std::string* modified = head.find("Last-Modified");
  if (etag != nullptr && is_strong_etag(*etag)) validators.etag = *etag;
  const std::optional<std::int64_t> modified_s = http_date(modified);
  const std::optional<std::int64_t> date_s = http_date(head.find("Date"));
  if (modified_s && date_s && *date_s - *modified_s >= strong_after_s)
    validators.last_modified = *modified;
  // Told apart by lines: neither value can contain one.
  validators.hint = (etag != nullptr ? *etag : "") + "\n" + (modified != nullptr ? *modified : "");
  return validators;
}

}  // namespace prompt::clip
