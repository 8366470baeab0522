// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/kind.h"

#include <array>

namespace prompt::clip {
namespace {

using provider::Media;

// The order of the enumeration. The caps are what GStreamer's own type finders give for such data,
// with the fields that a parser or demuxer needs to be chosen without looking at the bytes.
constexpr std::array table = {
    KindFacts{Kind::mp4, "mp4", "video/quicktime, variant=(string)iso", Media::video,
              "an MP4 video"},
    KindFacts{Kind::m4a, "m4a", "audio/x-m4a", Media::audio, "an M4A audio file"},
    KindFacts{Kind::webm, "webm", "video/webm", Media::video, "a WebM video"},
    KindFacts{Kind::matroska, "mkv", "video/x-matroska", Media::video, "a Matroska video"},
    KindFacts{Kind::avi, "avi", "video/x-msvideo", Media::video, "an AVI video"},
    KindFacts{Kind::png, "png", "image/png", Media::image, "a PNG image"},
    KindFacts{Kind::jpeg, "jpg", "image/jpeg", Media::image, "a JPEG image"},
    KindFacts{Kind::webp, "webp", "image/webp", Media::image, "a WebP image"},
    KindFacts{Kind::gif, "gif", "image/gif", Media::image, "a GIF image"},
    KindFacts{Kind::mp3, "mp3", "audio/mpeg, mpegversion=(int)1, layer=(int)3", Media::audio,
              "an MP3 audio file"},
    KindFacts{Kind::aac, "aac", "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts",
              Media::audio, "an AAC audio file"},
    KindFacts{Kind::wav, "wav", "audio/x-wav", Media::audio, "a WAV audio file"},
    KindFacts{Kind::ogg, "ogg", "application/ogg", Media::audio, "an Ogg audio file"},
    KindFacts{Kind::flac, "flac", "audio/x-flac", Media::audio, "a FLAC audio file"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].kind) != i) return false;
  return true;
}
static_assert(is_in_order() && table.size() == static_cast<std::size_t>(Kind::flac) + 1);

}  // namespace

const KindFacts& facts_of(Kind kind) { return table[static_cast<std::size_t>(kind)]; }

}  // namespace prompt::clip
