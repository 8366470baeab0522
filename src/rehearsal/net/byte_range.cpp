// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/net/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace prompt::rehearsal {
namespace {

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

}  // namespace

ByteRange read_range(std::string_view header, std::uint64_t total) {
  const ByteRange whole{ByteRange::Kind::whole, 0, total};
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return whole;
  const std::string_view spec = header.substr(unit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;
  const std::optional<std::uint64_t> first = to_number(spec.substr(0, dash));
  const std::optional<std::uint64_t> last = to_number(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return whole;
    const std::uint64_t size = std::min(*last, total);
    if (size == 0) return ByteRange{ByteRange::Kind::unsatisfiable, 0, 0};
    return ByteRange{ByteRange::Kind::part, total - size, size};
  }
  if (!first || (dash + 1 < spec.size() && (!last || *last < *first))) return whole;
  if (*first >= total) return ByteRange{ByteRange::Kind::unsatisfiable, 0, 0};
  const std::uint64_t end = std::min(last.value_or(total - 1), total - 1);
  return ByteRange{ByteRange::Kind::part, *first, end - *first + 1};
}

}  // namespace prompt::rehearsal
