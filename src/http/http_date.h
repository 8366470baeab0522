// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Dates in headers (RFC 9110, section 5.6.7), in the form of today and the two old ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace prompt::http {

/// Seconds since 1970; nothing for what is no date. The name of the weekday is not looked at.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace prompt::http
