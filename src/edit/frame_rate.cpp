// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/frame_rate.h"

#include <gst/gst.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "base/text.h"

namespace prompt::edit {
namespace {

std::int64_t scaled(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  return static_cast<std::int64_t>(gst_util_uint64_scale_round(
      static_cast<guint64>(std::max<std::int64_t>(value, 0)), static_cast<guint64>(numerator),
      static_cast<guint64>(denominator)));
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  return number;
}

std::optional<FrameRate> fraction(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<std::int64_t> over = digits(text.substr(0, slash));
  const std::optional<std::int64_t> under =
      slash == std::string_view::npos ? 1 : digits(text.substr(slash + 1));
  if (!over || !under || *over < 1 || *under < 1 || *over > 1000000000 || *under > 1000000000)
    return std::nullopt;
  const std::int64_t common = std::gcd(*over, *under);
  return FrameRate{*over / common, *under / common};
}

// 23.976, 23.98 and 23.976023976 are all 24000/1001.
std::optional<FrameRate> decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view places = text.substr(point + 1);
  const std::optional<std::int64_t> whole = digits(text.substr(0, point));
  const std::optional<std::int64_t> part = digits(places);
  if (!whole || !part || places.size() > 12 || *whole > 1000) return std::nullopt;
  std::int64_t unit = 1;
  for (std::size_t i = 0; i < places.size(); ++i) unit *= 10;
  const FrameRate exact{*whole * unit + *part, unit};
  const std::int64_t above = *whole + 1;
  // Within half of the last place that was written, as whoever wrote it rounded.
  const double slowed = static_cast<double>(above) * 1000.0 / 1001.0;
  const double told = static_cast<double>(exact.numerator) / static_cast<double>(unit);
  const double tolerance = std::max(0.5 / static_cast<double>(unit), 1e-6) * 1.0001;
  if (unit >= 100 && slowed - tolerance <= told && told <= slowed + tolerance)
    return FrameRate{above * 1000, 1001};
  const std::int64_t common = std::gcd(exact.numerator, unit);
  if (exact.numerator < 1) return std::nullopt;
  return FrameRate{exact.numerator / common, unit / common};
}

// Numbers that a minute leaves out, and minutes whose numbers are all there: every tenth.
std::int64_t dropped_in_a_minute(FrameRate rate) { return nominal(rate) / 15; }

}  // namespace

Result<FrameRate> parse_frame_rate(std::string_view text) {
  const std::optional<FrameRate> rate =
      text.find('.') == std::string_view::npos ? fraction(text) : decimal(text);
  if (!rate || rate->numerator > 1000 * rate->denominator)
    return fail(ErrorKind::settings,
                "The frame rate \"" + show_safely(text, {}, 60) +
                    "\" is none: write 24, 23.976, 30000/1001 or another of at most 1000.");
  return *rate;
}

std::string to_string(FrameRate rate) {
  if (!rate.is_known()) return "unknown";
  if (rate.denominator == 1) return std::to_string(rate.numerator);
  const std::int64_t thousandths = scaled(rate.numerator, 1000, rate.denominator);
  std::string text =
      format("%" G_GINT64_FORMAT ".%03d", thousandths / 1000, static_cast<int>(thousandths % 1000));
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::int64_t nominal(FrameRate rate) {
  return std::max<std::int64_t>(scaled(rate.numerator, 1, rate.denominator), 1);
}

bool is_ntsc(FrameRate rate) {
  return rate.denominator != 1 && nominal(rate) * 1000 * rate.denominator == rate.numerator * 1001;
}

std::int64_t rescale_frames(std::int64_t frames, FrameRate from, FrameRate to) {
  return scaled(frames, to.numerator * from.denominator, to.denominator * from.numerator);
}

std::int64_t nanoseconds_of(std::int64_t frame, FrameRate rate) {
  return scaled(frame, rate.denominator * static_cast<std::int64_t>(GST_SECOND), rate.numerator);
}

std::int64_t frame_at(std::int64_t nanoseconds, FrameRate rate) {
  return scaled(nanoseconds, rate.numerator,
                rate.denominator * static_cast<std::int64_t>(GST_SECOND));
}

bool has_drop_frame(FrameRate rate) {
  return rate == FrameRate{30000, 1001} || rate == FrameRate{60000, 1001};
}

std::string timecode_text(std::int64_t frame, FrameRate rate, bool is_drop) {
  const std::int64_t base = nominal(rate);
  std::int64_t number = frame;
  if (is_drop) {
    const std::int64_t dropped = dropped_in_a_minute(rate);
    const std::int64_t ten_minutes = base * 600 - dropped * 9;
    const std::int64_t rest = frame % ten_minutes;
    number += frame / ten_minutes * dropped * 9;
    if (rest >= base * 60) number += ((rest - base * 60) / (base * 60 - dropped) + 1) * dropped;
  }
  const std::int64_t seconds = number / base;
  return format("%02d:%02d:%02d%c%02d", static_cast<int>(seconds / 3600 % 24),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                is_drop ? ';' : ':', static_cast<int>(number % base));
}

Result<Timecode> parse_timecode(std::string_view text, FrameRate rate) {
  const std::string shown = show_safely(text, {}, 60);
  const auto wrong = [&shown](const std::string& why) {
    return fail(ErrorKind::settings, "The timecode \"" + shown + "\" " + why);
  };
  if (text.size() < 11 || text.size() > 12 || text[2] != ':' || text[5] != ':' ||
      (text[8] != ':' && text[8] != ';'))
    return wrong("is none: write hours, minutes, seconds and frames, as 01:00:00:00.");
  const std::optional<std::int64_t> hours = digits(text.substr(0, 2));
  const std::optional<std::int64_t> minutes = digits(text.substr(3, 2));
  const std::optional<std::int64_t> seconds = digits(text.substr(6, 2));
  const std::optional<std::int64_t> frames = digits(text.substr(9));
  if (!hours || !minutes || !seconds || !frames || *hours > 23 || *minutes > 59 || *seconds > 59)
    return wrong("is none: write hours, minutes, seconds and frames, as 01:00:00:00.");
  const std::int64_t base = nominal(rate);
  if (*frames >= base)
    return wrong("has no such frame: " + to_string(rate) + " frames per second are counted to " +
                 std::to_string(base - 1) + ".");
  const std::int64_t all_minutes = *hours * 60 + *minutes;
  Timecode code{(all_minutes * 60 + *seconds) * base + *frames, text[8] == ';'};
  if (!code.is_drop) return code;
  if (!has_drop_frame(rate))
    return wrong("is a drop-frame one (\";\"), which 29.97 and 59.94 frames per second have, and " +
                 to_string(rate) + " have not: write \":\" before the frames.");
  const std::int64_t dropped = dropped_in_a_minute(rate);
  if (*minutes % 10 != 0 && *seconds == 0 && *frames < dropped)
    return wrong("is one that drop-frame counting leaves out: take the next.");
  code.frame -= dropped * (all_minutes - all_minutes / 10);
  return code;
}

}  // namespace prompt::edit
