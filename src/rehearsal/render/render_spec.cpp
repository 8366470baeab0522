// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/render_spec.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

// Changes whenever the same spec gives other bytes, so that a cache of an older program is not
// used.
constexpr int renderer_version = 2;

struct SizeRow {
  std::string_view aspect_ratio;
  std::array<FrameSize, 3> sizes;  // 480p, 720p, 1080p
};

constexpr std::array size_table = {
    SizeRow{"16:9", {FrameSize{864, 496}, FrameSize{1280, 720}, FrameSize{1920, 1080}}},
    SizeRow{"4:3", {FrameSize{752, 560}, FrameSize{1112, 834}, FrameSize{1664, 1248}}},
    SizeRow{"1:1", {FrameSize{640, 640}, FrameSize{960, 960}, FrameSize{1440, 1440}}},
    SizeRow{"21:9", {FrameSize{992, 432}, FrameSize{1470, 630}, FrameSize{2206, 946}}},
};

std::size_t resolution_index(std::string_view resolution) {
  if (resolution == "720p") return 1;
  if (resolution == "1080p") return 2;
  return 0;
}

std::string turned(std::string_view aspect_ratio) {
  const std::size_t colon = aspect_ratio.find(':');
  if (colon == std::string_view::npos) return {};
  return std::string(aspect_ratio.substr(colon + 1)) + ":" +
         std::string(aspect_ratio.substr(0, colon));
}

Result<int> read_int(const json::Value& value, const char* name, int low, int high) {
  const json::Value* member = value.find(name);
  const std::int64_t* number = member != nullptr ? member->as_int() : nullptr;
  if (number == nullptr || *number < low || *number > high)
    return fail(
        ErrorKind::malformed,
        format("The render spec's \"%s\" is not an integer from %d to %d.", name, low, high));
  return static_cast<int>(*number);
}

Result<std::string> read_text(const json::Value& value, const char* name) {
  const json::Value* member = value.find(name);
  const std::string* text = member != nullptr ? member->as_string() : nullptr;
  if (text == nullptr)
    return fail(ErrorKind::malformed, format("The render spec's \"%s\" is not a text.", name));
  return *text;
}

}  // namespace

const char* to_string(MediaKind kind) {
  switch (kind) {
    case MediaKind::video:
      return "video";
    case MediaKind::image:
      return "image";
    case MediaKind::music:
      return "music";
  }
  return "video";
}

const char* extension_of(MediaKind kind) {
  switch (kind) {
    case MediaKind::video:
      return "mp4";
    case MediaKind::image:
      return "png";
    case MediaKind::music:
      return "mp3";
  }
  return "mp4";
}

const char* content_type_of(MediaKind kind) {
  switch (kind) {
    case MediaKind::video:
      return "video/mp4";
    case MediaKind::image:
      return "image/png";
    case MediaKind::music:
      return "audio/mpeg";
  }
  return "video/mp4";
}

FrameSize seedance_size(std::string_view aspect_ratio, std::string_view resolution) {
  const std::size_t index = resolution_index(resolution);
  for (const SizeRow& row : size_table) {
    if (row.aspect_ratio == aspect_ratio) return row.sizes[index];
    const FrameSize& size = row.sizes[index];
    if (row.aspect_ratio == turned(aspect_ratio)) return FrameSize{size.height, size.width};
  }
  return size_table[0].sizes[index];
}

int frame_count(const RenderSpec& spec) { return frame_rate * spec.seconds + 1; }

json::Value to_json(const RenderSpec& spec) {
  json::Object object;
  object.set("kind", json::Value(to_string(spec.kind)));
  object.set("width", json::Value(spec.width));
  object.set("height", json::Value(spec.height));
  object.set("seconds", json::Value(spec.seconds));
  object.set("with_audio", json::Value(spec.with_audio));
  object.set("moov_first", json::Value(spec.moov_first));
  object.set("prompt", json::Value(spec.prompt));
  object.set("caption", json::Value(spec.caption));
  object.set("variant", json::Value(spec.variant));
  return json::Value(std::move(object));
}

Result<RenderSpec> render_spec_from_json(const json::Value& value) {
  RenderSpec spec;
  const Result<std::string> kind = read_text(value, "kind");
  if (!kind) return fail(kind.error());
  bool known = false;
  for (const MediaKind candidate : {MediaKind::video, MediaKind::image, MediaKind::music})
    if (*kind == to_string(candidate)) {
      spec.kind = candidate;
      known = true;
    }
  if (!known)
    return fail(ErrorKind::malformed, "The render spec's \"kind\" is not video, image or music.");
  const Result<int> width = read_int(value, "width", 16, 4096);
  if (!width) return fail(width.error());
  const Result<int> height = read_int(value, "height", 16, 4096);
  if (!height) return fail(height.error());
  const Result<int> seconds = read_int(value, "seconds", 1, 600);
  if (!seconds) return fail(seconds.error());
  const Result<int> variant = read_int(value, "variant", 0, 1000);
  if (!variant) return fail(variant.error());
  const Result<std::string> prompt = read_text(value, "prompt");
  if (!prompt) return fail(prompt.error());
  const Result<std::string> caption = read_text(value, "caption");
  if (!caption) return fail(caption.error());
  spec.width = *width & ~1;
  spec.height = *height & ~1;
  spec.seconds = *seconds;
  spec.variant = *variant;
  spec.prompt = *prompt;
  spec.caption = *caption;
  spec.with_audio = json::truth_of(value.find("with_audio"));
  spec.moov_first = json::truth_of(value.find("moov_first"));
  return spec;
}

std::string content_key(const RenderSpec& spec) {
  const std::string text =
      format("renderer %d ", renderer_version) + json::write_canonical(to_json(spec));
  return sha256_hex(text).substr(0, 32);
}

}  // namespace prompt::rehearsal
