// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What kind of media the first bytes are. Only kinds in this list are ever let through: a playlist
// or manifest that poses as a clip would make a player fetch addresses of a stranger's choice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/media.h"
#include "clip/bytes.h"

namespace prompt::clip {

enum class Kind {
  mp4,
  m4a,
  webm,
  matroska,
  avi,
  png,
  jpeg,
  webp,
  gif,
  mp3,
  aac,
  wav,
  ogg,
  flac,
  // Audio behind an ID3 tag, which is a container of its own to a player.
  tagged_mp3,
  tagged_aac,
  tagged_flac,
  mp2,
  rf64,
  aiff,
  au,
  wavpack,
  ac3,
  eac3,
  dts,
  amr,
  amr_wb,
  ape,
  tta,
  musepack,
  caf,
  w64,
  voc,
  midi,
  mpeg_ts,
  m2ts,
  mpeg_ps,
  mpeg_1_ps,
  mpeg_video,
  h264,
  h265,
  flv,
  asf,
  mxf,
  dv,
  ivf,
  y4m,
  mj2,
  avif,
  heif,
  jp2,
  j2k,
  bmp,
  tiff,
  pbm,
  pgm,
  ppm,
  exr,
};
inline constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::exr) + 1;

struct KindFacts {
  Kind kind;
  const char* extension;  ///< "mp4"; without a dot.
  const char*
      caps;  ///< GStreamer caps of such a stream, fixed: "video/quicktime, variant=(string)iso"
  /// What such a file can be, the usual first; which one it is, its streams tell. `automatic`: no
  /// second.
  std::array<Media, 2> media;
  const char* name;  ///< For messages: "an MP4 video".

  /// Whether such a file fits where this medium is wanted.
  [[nodiscard]] constexpr bool can_be(Media medium) const {
    return medium == Media::automatic || media[0] == medium || media[1] == medium;
  }
};

[[nodiscard]] const KindFacts& facts_of(Kind kind);
/// All of them.
[[nodiscard]] std::span<const KindFacts> all_kinds();

/// For messages: "a video"; of automatic: "a video, an image or audio".
[[nodiscard]] const char* name_of_medium(Media medium);

/// How many bytes are needed for sniff() to be sure, at most; of the beginning, or of what stands
/// behind ID3 tags, which are stepped over however long they are.
inline constexpr std::size_t sniff_limit = 1024 * 1024;

struct Sniffed {
  std::optional<Kind> kind;  ///< Nothing: none of ours, or not enough bytes yet.
  bool needs_more = false;   ///< More of the beginning may decide it.
  const char* looks_like =
      "data of an unknown kind";  ///< Otherwise: "an HTML page", "an HLS playlist", ...
  /// Where `needs_more`: with fewer bytes than this it cannot be decided.
  std::uint64_t at_least = 0;
};

/// `is_all`: there are no more bytes than these. Reads sniff_limit at most.
[[nodiscard]] Sniffed sniff(const ByteSource& file, bool is_all);
/// The same for bytes in memory.
[[nodiscard]] Sniffed sniff(std::span<const std::byte> beginning, bool is_all);

}  // namespace prompt::clip
