// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What kind of media the first bytes are. Only kinds in this list are ever let through: a playlist
// or manifest that poses as a clip would make a player fetch addresses of a stranger's choice.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "provider/request.h"

namespace prompt::clip {

enum class Kind { mp4, m4a, webm, matroska, avi, png, jpeg, webp, gif, mp3, aac, wav, ogg, flac };

struct KindFacts {
  Kind kind;
  const char* extension;  ///< "mp4"; without a dot.
  const char*
      caps;  ///< GStreamer caps of such a stream, fixed: "video/quicktime, variant=(string)iso"
  provider::Media medium;  ///< video, image or audio
  const char* name;        ///< For messages: "an MP4 video".
};

[[nodiscard]] const KindFacts& facts_of(Kind kind);

/// How many bytes of the beginning are needed for sniff() to be sure, at most (an ID3 tag in front
/// of the audio is looked through as far as it reaches, up to this).
inline constexpr std::size_t sniff_limit = 1024 * 1024;

struct Sniffed {
  std::optional<Kind> kind;  ///< Nothing: none of ours, or not enough bytes yet.
  bool needs_more = false;   ///< More of the beginning may decide it.
  const char* looks_like =
      "data of an unknown kind";  ///< Otherwise: "an HTML page", "an HLS playlist", ...
};

/// Pure. `is_all`: there are no more bytes than these.
[[nodiscard]] Sniffed sniff(std::span<const std::byte> beginning, bool is_all);

}  // namespace prompt::clip
