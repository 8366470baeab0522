// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/clip_facts.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

#include <string_view>

#include "edit/media_file.h"
#include "edit/mp4_header.h"
#include "edit/mxf_facts.h"
#include "edit/still_facts.h"

namespace prompt::edit {
namespace {

using namespace std::string_view_literals;

struct CodecName {
  std::string_view caps;
  int version;  // the field that tells codecs of one name apart; 0: whatever it is
  std::string_view name;
};

constexpr CodecName codec_names[] = {
    {"video/x-h264", 0, "H.264"},    {"video/x-h265", 0, "H.265"},  {"video/x-vp8", 0, "VP8"},
    {"video/x-vp9", 0, "VP9"},       {"video/x-av1", 0, "AV1"},     {"video/x-prores", 0, "ProRes"},
    {"video/x-dnxhd", 0, "DNxHD"},   {"video/x-ffv", 0, "FFV1"},    {"image/jpeg", 0, "MJPEG"},
    {"image/png", 0, "PNG"},         {"video/x-raw", 0, "raw"},     {"video/mpeg", 1, "MPEG-1"},
    {"video/mpeg", 2, "MPEG-2"},     {"video/mpeg", 4, "MPEG-4"},   {"video/x-theora", 0, "Theora"},
    {"audio/mpeg", 2, "AAC"},        {"audio/mpeg", 4, "AAC"},      {"audio/x-opus", 0, "Opus"},
    {"audio/x-vorbis", 0, "Vorbis"}, {"audio/x-flac", 0, "FLAC"},   {"audio/x-raw", 0, "PCM"},
    {"audio/x-ac3", 0, "AC-3"},      {"audio/x-eac3", 0, "E-AC-3"}, {"audio/x-alac", 0, "ALAC"},
};

std::string codec_name(GstCaps* caps) {
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  const std::string_view name = gst_structure_get_name(structure);
  int version = 0;
  gst_structure_get_int(structure, "mpegversion", &version);
  if (name == "audio/mpeg"sv && version == 1) {
    int layer = 3;
    gst_structure_get_int(structure, "layer", &layer);
    return layer == 3 ? "MP3" : layer == 2 ? "MP2" : "MP1";
  }
  for (const CodecName& codec : codec_names)
    if (codec.caps == name && (codec.version == 0 || codec.version == version))
      return std::string(codec.name);
  const OwnedString described(gst_pb_utils_get_codec_description(caps));
  return described ? described.get() : std::string(name);
}

// Names of H.273's numbers; empty for "unspecified" and what is in no list.
std::string matrix_name(guint number) {
  switch (number) {
    case 0:
      return "rgb";
    case 1:
      return "bt709";
    case 4:
      return "fcc";
    case 5:
    case 6:
      return "bt601";
    case 7:
      return "smpte240m";
    case 9:
    case 10:
      return "bt2020";
    default:
      return {};
  }
}

std::string transfer_name(guint number) {
  switch (number) {
    case 1:
      return "bt709";
    case 4:
      return "gamma22";
    case 5:
      return "gamma28";
    case 6:
      return "bt601";
    case 7:
      return "smpte240m";
    case 8:
      return "linear";
    case 13:
      return "srgb";
    case 14:
    case 15:
      return "bt2020";
    case 16:
      return "pq";
    case 18:
      return "hlg";
    default:
      return {};
  }
}

std::string primaries_name(guint number) {
  switch (number) {
    case 1:
      return "bt709";
    case 4:
      return "bt470m";
    case 5:
      return "bt470bg";
    case 6:
      return "bt601";
    case 7:
      return "smpte240m";
    case 9:
      return "bt2020";
    case 11:
      return "dci-p3";
    case 12:
      return "display-p3";
    default:
      return {};
  }
}

ColourTags colour_of(const GstStructure* structure) {
  // Only what stands there: gst_video_info_from_caps() would fill in a guess by the height.
  const char* const text = gst_structure_get_string(structure, "colorimetry");
  GstVideoColorimetry colours{};
  if (text == nullptr || gst_video_colorimetry_from_string(&colours, text) == FALSE) return {};
  ColourTags tags;
  if (colours.matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN)
    tags.matrix = matrix_name(gst_video_color_matrix_to_iso(colours.matrix));
  if (colours.transfer != GST_VIDEO_TRANSFER_UNKNOWN)
    tags.transfer = transfer_name(gst_video_transfer_function_to_iso(colours.transfer));
  if (colours.primaries != GST_VIDEO_COLOR_PRIMARIES_UNKNOWN)
    tags.primaries = primaries_name(gst_video_color_primaries_to_iso(colours.primaries));
  if (colours.range != GST_VIDEO_COLOR_RANGE_UNKNOWN)
    tags.range = colours.range == GST_VIDEO_COLOR_RANGE_0_255 ? "full" : "limited";
  return tags;
}

void take_video(ClipFacts& facts, const StreamFacts& stream) {
  const GstStructure* const structure = gst_caps_get_structure(stream.caps.get(), 0);
  gst_structure_get_int(structure, "width", &facts.width);
  gst_structure_get_int(structure, "height", &facts.height);
  int over = 1;
  int under = 1;
  if (gst_structure_get_fraction(structure, "pixel-aspect-ratio", &over, &under) != FALSE &&
      over > 0 && under > 0) {
    facts.pixel_aspect_numerator = over;
    facts.pixel_aspect_denominator = under;
  }
  facts.rate = stream.rate;
  facts.frames = stream.buffers;
  facts.key_frames = stream.key_frames;
  facts.video_ns = stream.duration_ns;
  facts.video_codec = codec_name(stream.caps.get());
  facts.colour = colour_of(structure);
}

void take_audio(ClipFacts& facts, const StreamFacts& stream) {
  const GstStructure* const structure = gst_caps_get_structure(stream.caps.get(), 0);
  gst_structure_get_int(structure, "rate", &facts.sample_rate);
  gst_structure_get_int(structure, "channels", &facts.channels);
  facts.audio_ns = stream.duration_ns;
  facts.audio_codec = codec_name(stream.caps.get());
}

Result<void> take_streams(ClipFacts& facts, const MediaFile& file, const FileKind& kind,
                          const ReadLimits& limits) {
  const auto streams = read_streams(file, kind, limits);
  if (!streams) return tl::unexpected(streams.error());
  for (const StreamFacts& stream : *streams) {
    const std::string_view name =
        gst_structure_get_name(gst_caps_get_structure(stream.caps.get(), 0));
    const bool is_video = name.starts_with("video/") || name.starts_with("image/");
    if (is_video && facts.video_codec.empty())
      take_video(facts, stream);
    else if (name.starts_with("audio/") && facts.audio_codec.empty())
      take_audio(facts, stream);
  }
  if (facts.video_codec.empty() && facts.audio_codec.empty())
    return fail(file.broken("has neither picture nor sound"));
  facts.medium = facts.video_codec.empty() ? Media::audio : Media::video;
  if (facts.medium == Media::video && (facts.width < 1 || facts.height < 1))
    return fail(file.broken("is damaged: its picture has no size"));
  return {};
}

}  // namespace

Result<ClipFacts> read_clip_facts(const std::string& path, const ReadLimits& limits) {
  const auto file = MediaFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const std::optional<FileKind> kind = kind_of(*file);
  if (!kind) return fail(file->broken(file->size() == 0 ? "is empty" : "is no media known here"));
  ClipFacts facts;
  facts.container = kind->container;
  facts.bytes = static_cast<std::int64_t>(file->size());
  if (kind->container == "MXF"sv) {
    if (auto read = read_mxf_facts(*file, facts); !read) return tl::unexpected(read.error());
    return facts;
  }
  if (kind->element == nullptr) {
    const auto still = read_still_facts(*file, *kind);
    if (!still) return tl::unexpected(still.error());
    facts.medium = Media::image;
    facts.width = still->width;
    facts.height = still->height;
    facts.frames = facts.key_frames = 1;
    facts.video_codec = kind->container;
    facts.has_c2pa = still->has_c2pa;
    return facts;
  }
  if (kind->element == "qtdemux"sv) {
    // First of all: a file that is cut would only look shorter to the demuxer.
    const auto header = read_mp4_header(*file);
    if (!header) return tl::unexpected(header.error());
    facts.has_c2pa = header->has_c2pa;
    facts.start_frame = header->start_frame;
    facts.is_drop_frame = header->is_drop_frame;
  }
  if (auto taken = take_streams(facts, *file, *kind, limits); !taken)
    return tl::unexpected(taken.error());
  return facts;
}

}  // namespace prompt::edit
