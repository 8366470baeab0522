// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a media file really is: counted and read from the file, whatever was asked for and whatever
// a provider says. Sidecars tell it, timelines rest on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/media.h"
#include "edit/frame_rate.h"
#include "edit/stream_facts.h"

namespace prompt::edit {

/// What the file's own headers say of its colours (ITU-T H.273); an empty text is what they do not
/// say. What a player takes for granted then is no fact.
struct ColourTags {
  std::string matrix;     ///< "bt709", "bt601", "bt2020", ...
  std::string transfer;   ///< "bt709", "srgb", "pq", "hlg", ...
  std::string primaries;  ///< "bt709", "bt601", "bt2020", ...
  std::string range;      ///< "limited" or "full"

  [[nodiscard]] bool is_untagged() const {
    return matrix.empty() && transfer.empty() && primaries.empty() && range.empty();
  }
};

struct ClipFacts {
  Media medium = Media::video;  ///< Never automatic.
  std::string container;        ///< "MP4", "QuickTime", "WebM", "MP3", "PNG", ...
  std::int64_t bytes = 0;

  // Of the first video stream, or of the picture; 0 and empty where there is none.
  int width = 0;
  int height = 0;
  int pixel_aspect_numerator = 1;
  int pixel_aspect_denominator = 1;
  FrameRate rate;               ///< 0/1: variable, or a still.
  std::int64_t frames = 0;      ///< Counted. A still has 1.
  std::int64_t key_frames = 0;  ///< Frames that can be decoded by themselves.
  std::int64_t video_ns = 0;
  std::string video_codec;  ///< "H.264", "ProRes", "PNG", ...
  ColourTags colour;
  /// By the file's own timecode track.
  std::optional<std::int64_t> start_frame;
  bool is_drop_frame = false;  ///< That track counts so.

  // Of the first audio stream; 0 and empty where there is none.
  std::int64_t audio_ns = 0;
  std::string audio_codec;  ///< "AAC", "MP3", "PCM", ...
  int sample_rate = 0;
  int channels = 0;

  /// Content credentials (C2PA) are in the file. Whether they are valid is not looked at.
  bool has_c2pa = false;

  [[nodiscard]] bool has_video() const { return width > 0 && medium == Media::video; }
  [[nodiscard]] bool has_audio() const { return channels > 0; }
};

/// Reads all of the file once and decodes nothing; never writes, never goes to the network. Blocks:
/// about a second for each gigabyte, never longer than `limits`. Errors, each naming the file:
/// not_found; storage (unreadable, no regular file); wrong_media (no media that is known here, cut
/// or damaged); deadline; unavailable (no GStreamer, or none of its plugins). Any thread.
[[nodiscard]] Result<ClipFacts> read_clip_facts(const std::string& path,
                                                const ReadLimits& limits = {});

}  // namespace prompt::edit
