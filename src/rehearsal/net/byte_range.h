// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The Range header (RFC 9110 section 14), as far as servers of clips honour it: one range.
#pragma once

#include <cstdint>
#include <string_view>

namespace prompt::rehearsal {

struct ByteRange {
  enum class Kind {
    whole,          ///< no range, several, or not understood: 200 with everything
    part,           ///< 206
    unsatisfiable,  ///< 416
  };
  Kind kind = Kind::whole;
  std::uint64_t from = 0;
  std::uint64_t size = 0;
};

/// What a Range header asks of a file of `total` bytes.
[[nodiscard]] ByteRange read_range(std::string_view header, std::uint64_t total);

}  // namespace prompt::rehearsal
