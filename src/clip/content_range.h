// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a server says about the part it sends (RFC 9110, 14.4), and about the version of the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "clip/clip_file.h"
#include "http/message.h"

namespace prompt::clip {

struct ContentRange {
  /// First and last byte; nothing for the form of a 416, "bytes */1234".
  struct Part {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  std::optional<Part> part;
  std::optional<std::uint64_t> total;  ///< Nothing for "*".
};

/// Parses the value of a Content-Range header. Nothing for any other unit, missing numbers, a last
/// byte before the first or not below the total, or anything behind it.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view value);

/// An unsigned decimal number that is the whole text; nothing for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// The validators of a reply: a strong ETag; a Last-Modified at least 60 s before the Date (RFC
/// 9110, 8.8.2.2: a younger one could stand for two versions).
[[nodiscard]] Validators validators_of(const http::ReplyHead& head);

}  // namespace prompt::clip
