// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/delivered.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace prompt::edit {
namespace {

constexpr double ns_per_second = 1e9;
// A clip of whole frames or of whole packets of sound is a little longer than asked; models that
// keep to a grid of 16 pixels miss a ratio by a few per cent, and a height by less than a tenth.
constexpr double duration_slack_s = 0.5;
constexpr double ratio_slack = 0.04;
constexpr double lines_slack = 0.1;

json::Value count_or_null(std::int64_t count) {
  return count > 0 ? json::Value(count) : json::Value();
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value seconds_or_null(std::int64_t ns) {
  return ns > 0 ? json::Value(static_cast<double>(ns) / ns_per_second) : json::Value();
}

json::Object colour_object(const ColourTags& colour) {
  json::Object object;
  object.set("matrix", text_or_null(colour.matrix));
  object.set("transfer", text_or_null(colour.transfer));
  object.set("primaries", text_or_null(colour.primaries));
  object.set("range", text_or_null(colour.range));
  return object;
}

std::optional<double> leading_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number > 0)) return std::nullopt;
  return number;
}

// "16:9", "16/9"; what is no ratio ("auto", "portrait") says nothing.
std::optional<double> ratio_of(std::string_view text) {
  const std::size_t mark = text.find_first_of(":/x");
  if (mark == std::string_view::npos) return std::nullopt;
  const auto wide = leading_number(text.substr(0, mark));
  const auto high = leading_number(text.substr(mark + 1));
  if (!wide || !high) return std::nullopt;
  return *wide / *high;
}

// "720p" and "1080P" are lines; "4k" and "1024x1024" are spelt in too many ways.
std::optional<double> lines_of(std::string_view text) {
  if (text.empty() || (text.back() != 'p' && text.back() != 'P')) return std::nullopt;
  return leading_number(text);
}

bool is_near(double value, double wanted, double slack) {
  return std::abs(value - wanted) <= wanted * slack;
}

void compare_duration(std::vector<std::string>& found, const engine::LibraryJob& job,
                      const ClipFacts& facts) {
  const double came = static_cast<double>(std::max(facts.video_ns, facts.audio_ns)) / ns_per_second;
  if (job.duration_s == 0 || job.media == Media::image || !(came > 0)) return;
  if (std::abs(came - job.duration_s) > duration_slack_s)
    found.push_back(format("%u s asked for, %.2f s delivered", job.duration_s, came));
}

void compare_picture(std::vector<std::string>& found, const engine::LibraryJob& job,
                     const ClipFacts& facts) {
  if (facts.width <= 0 || facts.height <= 0) return;
  const std::string size = format("%dx%d", facts.width, facts.height);
  const std::string ratio = json::text_of(job.request.find("aspect-ratio"));
  const double came = static_cast<double>(facts.width) / facts.height *
                      facts.pixel_aspect_numerator / facts.pixel_aspect_denominator;
  if (const auto wanted = ratio_of(ratio); wanted && !is_near(came, *wanted, ratio_slack))
    found.push_back(ratio + " asked for, " + size + " delivered");
  const double lines = std::min(facts.width, facts.height);
  if (const auto wanted = lines_of(job.resolution); wanted && !is_near(lines, *wanted, lines_slack))
    found.push_back(job.resolution + " asked for, " + size + " delivered");
}

void compare_sound(std::vector<std::string>& found, const engine::LibraryJob& job,
                   const ClipFacts& facts) {
  const json::Value* const value = job.request.find("generate-audio");
  const bool* const wants = value != nullptr ? value->as_bool() : nullptr;
  if (wants == nullptr || job.media != Media::video || facts.medium != Media::video) return;
  if (*wants && !facts.has_audio()) found.emplace_back("sound asked for, none delivered");
  if (!*wants && facts.has_audio()) found.emplace_back("no sound asked for, some delivered");
}

}  // namespace

std::string summary_of(const ClipFacts& facts) {
  std::vector<std::string> parts;
  if (facts.width > 0) parts.push_back(format("%dx%d", facts.width, facts.height));
  if (facts.rate.is_known()) parts.push_back(to_string(facts.rate) + " fps");
  const auto ns = static_cast<double>(std::max(facts.video_ns, facts.audio_ns));
  if (ns > 0) parts.push_back(format("%.2f s", ns / ns_per_second));
  if (facts.medium == Media::video) parts.emplace_back(facts.has_audio() ? "sound" : "no sound");
  return join(parts);
}

json::Object delivered_object(const ClipFacts& facts) {
  json::Object object;
  object.set("medium", json::Value(to_string(facts.medium)));
  object.set("container", json::Value(facts.container));
  object.set("width", count_or_null(facts.width));
  object.set("height", count_or_null(facts.height));
  object.set("pixel-aspect", json::Value(format("%d/%d", facts.pixel_aspect_numerator,
                                                facts.pixel_aspect_denominator)));
  object.set("rate",
             facts.rate.is_known()
                 ? json::Value(format("%lld/%lld", static_cast<long long>(facts.rate.numerator),
                                      static_cast<long long>(facts.rate.denominator)))
                 : json::Value());
  object.set("frames", count_or_null(facts.frames));
  object.set("key-frames", count_or_null(facts.key_frames));
  object.set("video-seconds", seconds_or_null(facts.video_ns));
  object.set("video-codec", text_or_null(facts.video_codec));
  object.set("colour", json::Value(colour_object(facts.colour)));
  object.set("start-frame", facts.start_frame ? json::Value(*facts.start_frame) : json::Value());
  object.set("audio-seconds", seconds_or_null(facts.audio_ns));
  object.set("audio-codec", text_or_null(facts.audio_codec));
  object.set("sample-rate", count_or_null(facts.sample_rate));
  object.set("channels", count_or_null(facts.channels));
  object.set("c2pa", json::Value(facts.has_c2pa));
  return object;
}

std::vector<std::string> differences(const engine::LibraryJob& job, const ClipFacts& facts) {
  std::vector<std::string> found;
  if (job.media != Media::automatic && facts.medium != job.media)
    found.push_back(std::string(to_string(job.media)) + " asked for, " + to_string(facts.medium) +
                    " delivered");
  compare_duration(found, job, facts);
  compare_picture(found, job, facts);
  compare_sound(found, job, facts);
  return found;
}

}  // namespace prompt::edit
