// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Frame rates as fractions, and times counted in frames: no sum of a timeline is ever made of
// floating-point numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace prompt::edit {

/// Frames per second. 0/1: not known, or not constant.
struct FrameRate {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  [[nodiscard]] bool is_known() const { return numerator > 0 && denominator > 0; }
  [[nodiscard]] bool operator==(const FrameRate& other) const = default;
};

/// "24", "25/1", "30000/1001"; "23.976", "29.97" and "59.94" (also with more digits) are what they
/// are short for. Error: settings, unless it is more than 0 and at most 1000 frames per second.
[[nodiscard]] Result<FrameRate> parse_frame_rate(std::string_view text);

/// "24", "23.976", "29.97": as people write it.
[[nodiscard]] std::string to_string(FrameRate rate);

/// The whole number that a timecode of this rate counts to: 24 for 23.976. At least 1.
[[nodiscard]] std::int64_t nominal(FrameRate rate);

/// 23.976, 29.97, 59.94 and the like: a whole rate slowed down by 1000/1001.
[[nodiscard]] bool is_ntsc(FrameRate rate);

/// How many frames of `to` last as long as `frames` of `from`, rounded to the nearest. Both rates
/// are known, `frames` >= 0.
[[nodiscard]] std::int64_t rescale_frames(std::int64_t frames, FrameRate from, FrameRate to);

/// When frame `frame` begins, in nanoseconds from frame 0, rounded to the nearest; and back.
[[nodiscard]] std::int64_t nanoseconds_of(std::int64_t frame, FrameRate rate);
[[nodiscard]] std::int64_t frame_at(std::int64_t nanoseconds, FrameRate rate);

/// Drop-frame timecode (SMPTE 12M-1, 5.2.2) is defined for 29.97, and by custom for 59.94.
[[nodiscard]] bool has_drop_frame(FrameRate rate);

/// "01:00:00:00", and "01:00:00;00" with dropped numbers; hours wrap at 24. `is_drop` only where
/// has_drop_frame().
[[nodiscard]] std::string timecode_text(std::int64_t frame, FrameRate rate, bool is_drop = false);

/// A timecode as a number of frames from 00:00:00:00.
struct Timecode {
  std::int64_t frame = 0;
  bool is_drop = false;
};

/// Reads "01:00:00:00"; a `;` before the frames means drop-frame. Errors: settings for what is no
/// timecode, for one that the rate does not have (frame 24 at 24, a dropped number), and for
/// drop-frame at a rate without it.
[[nodiscard]] Result<Timecode> parse_timecode(std::string_view text, FrameRate rate);

}  // namespace prompt::edit
