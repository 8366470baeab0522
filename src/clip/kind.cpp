// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/kind.h"

namespace prompt::clip {
namespace {

constexpr std::array video = {Media::video, Media::automatic};
constexpr std::array audio = {Media::audio, Media::automatic};
constexpr std::array image = {Media::image, Media::automatic};
constexpr std::array video_or_audio = {Media::video, Media::audio};
constexpr std::array audio_or_video = {Media::audio, Media::video};
constexpr std::array image_or_video = {Media::image, Media::video};

// The order of the enumeration. The caps are what GStreamer's own type finders give for such data,
// with the fields that a parser or demuxer needs to be chosen without looking at the bytes.
constexpr std::array table = {
    KindFacts{Kind::mp4, "mp4", "video/quicktime, variant=(string)iso", video_or_audio,
              "an MP4 video"},
    KindFacts{Kind::m4a, "m4a", "audio/x-m4a", audio_or_video, "an M4A audio file"},
    KindFacts{Kind::webm, "webm", "video/webm", video_or_audio, "a WebM video"},
    KindFacts{Kind::matroska, "mkv", "video/x-matroska", video_or_audio, "a Matroska video"},
    KindFacts{Kind::avi, "avi", "video/x-msvideo", video_or_audio, "an AVI video"},
    KindFacts{Kind::png, "png", "image/png", image, "a PNG image"},
    KindFacts{Kind::jpeg, "jpg", "image/jpeg", image, "a JPEG image"},
    KindFacts{Kind::webp, "webp", "image/webp", image, "a WebP image"},
    KindFacts{Kind::gif, "gif", "image/gif", image_or_video, "a GIF image"},
    KindFacts{Kind::mp3, "mp3", "audio/mpeg, mpegversion=(int)1, layer=(int)3", audio,
              "an MP3 audio file"},
    KindFacts{Kind::aac, "aac", "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts", audio,
              "an AAC audio file"},
    KindFacts{Kind::wav, "wav", "audio/x-wav", audio, "a WAV audio file"},
    KindFacts{Kind::ogg, "ogg", "application/ogg", audio_or_video, "an Ogg audio file"},
    KindFacts{Kind::flac, "flac", "audio/x-flac", audio, "a FLAC audio file"},
    KindFacts{Kind::tagged_mp3, "mp3", "application/x-id3", audio, "an MP3 audio file"},
    KindFacts{Kind::tagged_aac, "aac", "application/x-id3", audio, "an AAC audio file"},
    KindFacts{Kind::tagged_flac, "flac", "application/x-id3", audio, "a FLAC audio file"},
    KindFacts{Kind::mp2, "mp2", "audio/mpeg, mpegversion=(int)1, layer=(int)2", audio,
              "an MPEG audio file"},
    KindFacts{Kind::rf64, "wav", "audio/x-rf64", audio, "an RF64 audio file"},
    KindFacts{Kind::aiff, "aiff", "audio/x-aiff", audio, "an AIFF audio file"},
    KindFacts{Kind::au, "au", "audio/x-au", audio, "an AU audio file"},
    KindFacts{Kind::wavpack, "wv", "audio/x-wavpack", audio, "a WavPack audio file"},
    KindFacts{Kind::ac3, "ac3", "audio/x-ac3", audio, "an AC-3 audio file"},
    KindFacts{Kind::eac3, "eac3", "audio/x-eac3", audio, "an E-AC-3 audio file"},
    KindFacts{Kind::dts, "dts", "audio/x-dts", audio, "a DTS audio file"},
    KindFacts{Kind::amr, "amr", "audio/x-amr-nb-sh", audio, "an AMR audio file"},
    KindFacts{Kind::amr_wb, "awb", "audio/x-amr-wb-sh", audio, "an AMR-WB audio file"},
    KindFacts{Kind::ape, "ape", "application/x-ape", audio, "a Monkey's Audio file"},
    KindFacts{Kind::tta, "tta", "audio/x-ttafile", audio, "a True Audio file"},
    KindFacts{Kind::musepack, "mpc", "audio/x-musepack, streamversion=(int)8", audio,
              "a Musepack audio file"},
    KindFacts{Kind::caf, "caf", "audio/x-caf", audio, "a CAF audio file"},
    KindFacts{Kind::w64, "w64", "audio/x-w64", audio, "a Wave64 audio file"},
    KindFacts{Kind::voc, "voc", "audio/x-voc", audio, "a VOC audio file"},
    KindFacts{Kind::midi, "mid", "audio/midi", audio, "a MIDI file"},
    KindFacts{Kind::mpeg_ts, "ts", "video/mpegts, systemstream=(boolean)true, packetsize=(int)188",
              video_or_audio, "an MPEG transport stream"},
    KindFacts{Kind::m2ts, "m2ts", "video/mpegts, systemstream=(boolean)true, packetsize=(int)192",
              video_or_audio, "an MPEG transport stream"},
    KindFacts{Kind::mpeg_ps, "mpg", "video/mpeg, systemstream=(boolean)true, mpegversion=(int)2",
              video_or_audio, "an MPEG program stream"},
    KindFacts{Kind::mpeg_1_ps, "mpg", "video/mpeg, systemstream=(boolean)true, mpegversion=(int)1",
              video_or_audio, "an MPEG program stream"},
    KindFacts{Kind::mpeg_video, "m2v",
              "video/mpeg, systemstream=(boolean)false, mpegversion=(int)2, parsed=(boolean)false",
              video, "an MPEG video"},
    KindFacts{Kind::h264, "h264", "video/x-h264, stream-format=(string)byte-stream", video,
              "an H.264 video without a container"},
    KindFacts{Kind::h265, "h265", "video/x-h265, stream-format=(string)byte-stream", video,
              "an H.265 video without a container"},
    KindFacts{Kind::flv, "flv", "video/x-flv", video_or_audio, "an FLV video"},
    KindFacts{Kind::asf, "asf", "video/x-ms-asf", video_or_audio, "an ASF or WMV file"},
    KindFacts{Kind::mxf, "mxf", "application/mxf", video_or_audio, "an MXF video"},
    KindFacts{Kind::dv, "dv", "video/x-dv, systemstream=(boolean)true", video, "a DV video"},
    KindFacts{Kind::ivf, "ivf", "video/x-ivf", video, "an IVF video"},
    KindFacts{Kind::y4m, "y4m", "application/x-yuv4mpeg, y4mversion=(int)2", video, "a Y4M video"},
    KindFacts{Kind::mj2, "mj2", "video/mj2", video, "a Motion JPEG 2000 video"},
    KindFacts{Kind::avif, "avif", "image/avif", image_or_video, "an AVIF image"},
    KindFacts{Kind::heif, "heic", "image/heif", image_or_video, "a HEIF image"},
    KindFacts{Kind::jp2, "jp2", "image/jp2", image, "a JPEG 2000 image"},
    KindFacts{Kind::j2k, "j2k", "image/x-jpc", image, "a JPEG 2000 image"},
    KindFacts{Kind::bmp, "bmp", "image/bmp", image, "a BMP image"},
    KindFacts{Kind::tiff, "tiff", "image/tiff", image, "a TIFF image"},
    KindFacts{Kind::pbm, "pbm", "image/x-portable-bitmap", image, "a PBM image"},
    KindFacts{Kind::pgm, "pgm", "image/x-portable-graymap", image, "a PGM image"},
    KindFacts{Kind::ppm, "ppm", "image/x-portable-pixmap", image, "a PPM image"},
    KindFacts{Kind::exr, "exr", "image/x-exr", image, "an OpenEXR image"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].kind) != i) return false;
  return true;
}
static_assert(is_in_order() && table.size() == kind_count);

}  // namespace

std::span<const KindFacts> all_kinds() { return table; }

const KindFacts& facts_of(Kind kind) { return table[static_cast<std::size_t>(kind)]; }

const char* name_of_medium(Media medium) {
  switch (medium) {
    case Media::video:
      return "a video";
    case Media::image:
      return "an image";
    case Media::audio:
      return "audio";
    case Media::automatic:
      break;
  }
  return "a video, an image or audio";
}

}  // namespace prompt::clip
