// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/export.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "edit/ordinary_file.h"

namespace prompt::edit {
namespace {

struct FormatRow {
  ExportFormat format;
  const char* name;
  const char* extension;
  bool has_timecode;
};

constexpr std::array format_rows = {
    FormatRow{ExportFormat::prores, "prores", ".mov", true},
    FormatRow{ExportFormat::dnxhr, "dnxhr", ".mxf", false},
    FormatRow{ExportFormat::ffv1, "ffv1", ".mkv", false},
    FormatRow{ExportFormat::mjpeg, "mjpeg", ".mov", true},
    FormatRow{ExportFormat::proxy, "proxy", ".mov", true},
};

const FormatRow& row_of(ExportFormat format) {
  return *std::find_if(format_rows.begin(), format_rows.end(),
                       [format](const FormatRow& row) { return row.format == format; });
}

struct Size {
  int width;
  int height;
};

// The encoder takes these two alone.
Size dnxhr_size(const ClipFacts& facts) {
  return facts.width <= 1280 && facts.height <= 720 ? Size{1280, 720} : Size{1920, 1080};
}

// Both are even, the longer side is 640 or the take's own.
Size proxy_size(const ClipFacts& facts) {
  const double wide = static_cast<double>(facts.width) * facts.pixel_aspect_numerator /
                      facts.pixel_aspect_denominator;
  const double scale = std::min(640.0 / std::max(wide, static_cast<double>(facts.height)), 1.0);
  const auto even = [](double side) {
    return std::max(static_cast<int>(side / 2 + 0.5) * 2, 2);
  };
  return {even(wide * scale), even(facts.height * scale)};
}

std::string scaled_to(Size size, const char* format_name, bool has_borders) {
  return format(
      "videoscale add-borders=%s ! videoconvert ! "
      "video/x-raw,format=%s,width=%d,height=%d,pixel-aspect-ratio=1/1",
      has_borders ? "true" : "false", format_name, size.width, size.height);
}

// A whole rate or one slowed down by 1000/1001 is all that timecode counts.
bool can_be_stamped(FrameRate rate) { return rate.denominator == 1 || is_ntsc(rate); }

std::string stamper(const Timecode& start, FrameRate rate) {
  std::string code = timecode_text(start.frame, rate, start.is_drop);
  std::replace(code.begin(), code.end(), ';', ':');
  return "timecodestamper set=always drop-frame=" + std::string(start.is_drop ? "true" : "false") +
         " set-internal-timecode=" + code + " ! ";
}

std::string picture_branch(const ClipFacts& facts, ExportFormat how, const std::string& stamp) {
  switch (how) {
    case ExportFormat::prores:
      return "videoconvert ! video/x-raw,format=I422_10LE ! " + stamp +
             "avenc_prores_ks profile=standard ! mux.video_0 qtmux name=mux";
    case ExportFormat::dnxhr:
      return scaled_to(dnxhr_size(facts), "Y42B", true) +
             " ! avenc_dnxhd profile=dnxhr_hq ! mux. mxfmux name=mux";
    case ExportFormat::ffv1:
      return "videoconvert ! avenc_ffv1 slices=4 gop-size=1 ! mux.video_0 matroskamux name=mux";
    case ExportFormat::mjpeg:
      return "videoconvert ! " + stamp + "jpegenc quality=90 ! mux.video_0 qtmux name=mux";
    case ExportFormat::proxy:
      return scaled_to(proxy_size(facts), "I420", false) + " ! " + stamp +
             "x264enc key-int-max=1 bframes=0 pass=quant quantizer=20 speed-preset=veryfast ! "
             "h264parse ! mux.video_0 qtmux name=mux";
  }
  return {};
}

bool is_untagged_video(const ClipFacts& facts) {
  // JPEG says of itself what it is.
  return facts.colour.is_untagged() && facts.video_codec != "MJPEG";
}

std::string pipeline_text(const ClipFacts& facts, ExportFormat how, const std::string& stamp) {
  // Coded streams wait here for the other's; how far apart they are is the file's affair.
  constexpr const char* queue = "queue max-size-buffers=0 max-size-time=0 max-size-bytes=268435456";
  std::string text = std::string(queue) + " name=picture ! decodebin caps=video/x-raw ! ";
  // Labelled before anything converts: GStreamer's guess by the height would change the pixels.
  if (is_untagged_video(facts))
    text += "capssetter caps=\"video/x-raw,colorimetry=(string)bt709\" ! ";
  text += picture_branch(facts, how, stamp) + " ! filesink name=out ";
  if (facts.has_audio())
    text += std::string(queue) + " name=sound ! decodebin caps=audio/x-raw ! audioconvert ! " +
            format("audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=%d ! ",
                   std::min(facts.channels, 2)) +
            "queue ! mux." + (how == ExportFormat::dnxhr ? "" : "audio_0");
  return text;
}

Result<std::string> stamp_of(const MediaFile& file, const ClipFacts& facts, ExportFormat how,
                             const std::string& wished) {
  if (!row_of(how).has_timecode) return std::string();
  Timecode start{facts.start_frame.value_or(0), facts.is_drop_frame && has_drop_frame(facts.rate)};
  if (!wished.empty()) {
    const auto read = parse_timecode(wished, facts.rate);
    if (!read) return tl::unexpected(read.error());
    start = *read;
  }
  if (!can_be_stamped(facts.rate)) {
    if (wished.empty()) return std::string();
    Error error = file.broken("has no timecode at " + to_string(facts.rate) + " frames per second");
    error.kind = ErrorKind::settings;
    return fail(error);
  }
  return stamper(start, facts.rate);
}

// The take's sound may end within a coder's block.
constexpr std::int64_t sound_tolerance_ns = 50000000;

Result<void> compare(const MediaFile& file, const ClipFacts& take, const ClipFacts& made,
                     ExportFormat how) {
  const auto differs = [&file](const std::string& what) {
    return fail(file.broken("was not exported: " + what));
  };
  if (made.frames != take.frames)
    return differs(format("%" G_GINT64_FORMAT " frames came out of %" G_GINT64_FORMAT, made.frames,
                          take.frames));
  if (made.rate != take.rate)
    return differs("its rate of " + to_string(take.rate) + " became " + to_string(made.rate));
  if (made.key_frames != made.frames) return differs("not every frame stands by itself");
  if (made.has_audio() != take.has_audio())
    return differs(take.has_audio() ? "its sound is missing" : "it got a sound");
  if (!take.has_audio()) return {};
  // MXF counts sound in frames.
  const std::int64_t tolerance =
      sound_tolerance_ns + (how == ExportFormat::dnxhr ? nanoseconds_of(1, take.rate) : 0);
  if (std::llabs(made.audio_ns - take.audio_ns) > tolerance)
    return differs(format("its sound of %.3f s became one of %.3f s",
                          static_cast<double>(take.audio_ns) / 1e9,
                          static_cast<double>(made.audio_ns) / 1e9));
  if (made.sample_rate != 48000) return differs("its sound is not of 48 kHz");
  return {};
}

void add_warnings(Exported& exported, const std::string& from, const ClipFacts& facts,
                  ExportFormat how) {
  const std::string who = "The export of \"" + show_safely(from, {}, 200) + "\" ";
  if (how == ExportFormat::dnxhr) {
    const Size size = dnxhr_size(facts);
    exported.is_letterboxed = size.width != facts.width || size.height != facts.height;
    if (exported.is_letterboxed)
      exported.warnings.push_back(
          who + format("is %dx%d with borders or scaling, not %dx%d: DNxHR is written in two "
                       "sizes only.",
                       size.width, size.height, facts.width, facts.height));
  }
  exported.is_colour_assumed = is_untagged_video(facts);
  if (exported.is_colour_assumed)
    exported.warnings.push_back(who +
                                "is labelled BT.709, which is assumed: the take has no colour "
                                "tags.");
  exported.has_lost_c2pa = facts.has_c2pa && !exported.facts.has_c2pa;
  if (exported.has_lost_c2pa)
    exported.warnings.push_back(who + "does not carry the take's content credentials (C2PA).");
}

Result<void> check_take(const MediaFile& file, const ClipFacts& facts, const std::string& to) {
  const auto refused = [](Error error) {
    error.kind = ErrorKind::settings;
    return fail(std::move(error));
  };
  if (!facts.has_video()) return refused(file.broken("has no video to export"));
  if (!facts.rate.is_known())
    return refused(file.broken("has no constant frame rate, so it cannot be exported by frames"));
  if (g_file_test(to.c_str(), G_FILE_TEST_EXISTS) ||
      g_file_test(to.c_str(), G_FILE_TEST_IS_SYMLINK))
    return fail(ErrorKind::settings, "The file \"" + show_safely(to, {}, 300) +
                                         "\" is there already: remove it or choose another name.");
  return {};
}

}  // namespace

const char* to_string(ExportFormat format_value) { return row_of(format_value).name; }

std::optional<ExportFormat> export_format_from_string(std::string_view name) {
  for (const FormatRow& row : format_rows)
    if (row.name == name) return row.format;
  return std::nullopt;
}

const char* export_extension(ExportFormat format_value) { return row_of(format_value).extension; }

Result<Exported> export_take(const std::string& from, const ClipFacts& facts, const std::string& to,
                             ExportFormat how, const ExportOptions& options) {
  const auto file = MediaFile::open(from);
  if (!file) return tl::unexpected(file.error());
  if (auto checked = check_take(*file, facts, to); !checked) return tl::unexpected(checked.error());
  const auto stamp = stamp_of(*file, facts, how, options.start);
  if (!stamp) return tl::unexpected(stamp.error());
  Temporary temporary(OwnedString(g_path_get_dirname(to.c_str())).get());
  auto pipeline = make_decoding(*file, pipeline_text(facts, how, *stamp));
  if (!pipeline) return tl::unexpected(pipeline.error());
  {
    const Ref<GstElement> out =
        Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline->get()), "out"));
    g_object_set(out.get(), "location", temporary.path().c_str(), nullptr);
  }
  if (auto run = run_decoding(*pipeline, *file, options.progress); !run)
    return tl::unexpected(run.error());
  auto made = read_clip_facts(temporary.path());
  if (!made) return tl::unexpected(made.error());
  if (auto compared = compare(*file, facts, *made, how); !compared)
    return tl::unexpected(compared.error());
  if (auto written = open_file(temporary.path(), O_RDWR); !written)
    return tl::unexpected(written.error());
  else if (auto synced = sync_file(*written, temporary.path()); !synced)
    return tl::unexpected(synced.error());
  if (auto named = rename_to_free(temporary.path(), to); !named)
    return tl::unexpected(named.error());
  temporary.keep();
  Exported exported;
  exported.facts = std::move(*made);
  add_warnings(exported, from, facts, how);
  return exported;
}

}  // namespace prompt::edit
