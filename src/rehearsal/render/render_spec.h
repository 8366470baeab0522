// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is to be rendered: everything that the bytes of a result depend on. Equal specs give equal
// files, so a spec's key names the rendered file in the cache.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "json/value.h"

namespace prompt::rehearsal {

enum class MediaKind { video, image, music };

/// "video", "image" or "music", as it stands in a spec's JSON.
[[nodiscard]] const char* to_string(MediaKind kind);
/// The file name extension without its dot: "mp4", "png" or "mp3".
[[nodiscard]] const char* extension_of(MediaKind kind);
/// The media type as HTTP says it, e.g. "video/mp4".
[[nodiscard]] const char* content_type_of(MediaKind kind);

struct FrameSize {
  int width = 0;
  int height = 0;
};

/// The frame size that Seedance 2.0 really delivers for an aspect ratio ("16:9" ... "9:21",
/// "adaptive", "keep_ratio") and a resolution ("480p", "720p", "1080p"): measured on its clips, so
/// 480p is not 854 wide. The last two aspects have no reference image here and become 16:9; a
/// resolution that is not listed is taken as 480p.
[[nodiscard]] FrameSize seedance_size(std::string_view aspect_ratio, std::string_view resolution);

struct RenderSpec {
  MediaKind kind = MediaKind::video;
  int width = 864;   ///< 16..4096, even; not used by music
  int height = 496;  ///< 16..4096, even; not used by music
  int seconds = 5;   ///< 1..600; not used by images
  bool with_audio = false;
  bool moov_first = false;  ///< Seedance sends `moov` behind the media
  std::string prompt;       ///< what is shown and what the picture is derived from
  std::string caption;      ///< a small line below, e.g. "seedance 2.0, 480p"
  int variant = 0;          ///< tells several results of one task apart
};

/// Frames per second of every rendered video.
inline constexpr int frame_rate = 24;

/// How many frames a video has: 24 a second and one, as the clips of several models do.
[[nodiscard]] int frame_count(const RenderSpec& spec);

[[nodiscard]] json::Value to_json(const RenderSpec& spec);
/// Error: malformed, for a missing member, a wrong type or a value out of range.
[[nodiscard]] Result<RenderSpec> render_spec_from_json(const json::Value& value);

/// 32 hexadecimal digits, equal for equal specs of the same version of the renderer.
[[nodiscard]] std::string content_key(const RenderSpec& spec);

}  // namespace prompt::rehearsal
