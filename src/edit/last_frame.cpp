// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/last_frame.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <memory>

#include "base/guarded.h"
#include "base/text.h"
#include "edit/ordinary_file.h"

namespace prompt::edit {
namespace {

constexpr std::size_t most_kept = 12;

struct Kept {
  std::int64_t frame;
  Ref<GstSample> sample;
};

// The last frames that came through, written by the streaming thread.
struct Tail {
  struct State {
    std::int64_t counted = 0;
    std::deque<Kept> frames;
  };
  Guarded<State> state;
};

GstPadProbeReturn on_frame(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  const auto& tail = *static_cast<std::shared_ptr<Tail>*>(data);
  const Ref<GstCaps> caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  const auto sample = Ref<GstSample>::adopt(
      gst_sample_new(GST_PAD_PROBE_INFO_BUFFER(info), caps.get(), nullptr, nullptr));
  const auto state = tail->state.lock();
  state->frames.push_back({state->counted++, sample});
  if (state->frames.size() > most_kept) state->frames.pop_front();
  return GST_PAD_PROBE_OK;
}

// How much neighbouring pixels differ, over the green of RGB: blur lowers it.
double detail_of(GstSample* sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == FALSE ||
      gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == FALSE)
    return 0;
  const int width = GST_VIDEO_FRAME_WIDTH(&frame);
  const int height = GST_VIDEO_FRAME_HEIGHT(&frame);
  const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
  const auto* const pixels = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
  double sum = 0;
  for (int y = 1; y + 1 < height; ++y) {
    const guint8* const row = pixels + static_cast<std::ptrdiff_t>(y) * stride + 1;
    std::int64_t line = 0;
    for (int x = 1; x + 1 < width; ++x) {
      const guint8* const at = row + static_cast<std::ptrdiff_t>(x) * 3;
      const int laplacian = 4 * at[0] - at[-3] - at[3] - at[-stride] - at[stride];
      line += std::int64_t{laplacian} * laplacian;
    }
    sum += static_cast<double>(line);
  }
  gst_video_frame_unmap(&frame);
  return sum;
}

const Kept& chosen(const std::deque<Kept>& frames, LastFrame which) {
  if (which == LastFrame::exact) return frames.back();
  const Kept* best = &frames.back();
  double most = detail_of(best->sample.get());
  for (auto kept = frames.rbegin() + 1; kept != frames.rend(); ++kept) {
    // The later of two that are alike: the next shot goes on from there.
    const double detail = detail_of(kept->sample.get());
    if (detail <= most * 1.02) continue;
    most = detail;
    best = &*kept;
  }
  return *best;
}

Result<void> write_png(const MediaFile& file, GstSample* frame, const std::string& path) {
  const Ref<GstCaps> png = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("image/png"));
  GErrorPtr error;
  const auto picture = Ref<GstSample>::adopt(
      gst_video_convert_sample(frame, png.get(), 60 * GST_SECOND, error.out()));
  if (!picture)
    return fail(file.broken("could not be made a PNG: " +
                            show_safely(error ? error->message : "no reason is given", {}, 200)));
  auto out = create_ordinary_file(path);
  if (!out) return tl::unexpected(out.error());
  GstMapInfo bytes;
  GstBuffer* const buffer = gst_sample_get_buffer(picture.get());
  if (gst_buffer_map(buffer, &bytes, GST_MAP_READ) == FALSE)
    return fail(file.broken("could not be made a PNG"));
  auto written = write_at(*out, path, bytes.data, bytes.size, 0);
  gst_buffer_unmap(buffer, &bytes);
  if (!written) return written;
  return sync_file(*out, path);
}

}  // namespace

Result<FramePicture> write_last_frame(const std::string& from, const ClipFacts& facts,
                                      const std::string& to, LastFrame which,
                                      const Progress& progress) {
  const auto file = MediaFile::open(from);
  if (!file) return tl::unexpected(file.error());
  if (!facts.has_video()) {
    Error error = file->broken("has no video to take a frame of");
    error.kind = ErrorKind::settings;
    return fail(error);
  }
  std::string text = "queue name=picture ! decodebin caps=video/x-raw ! ";
  // The untagged are taken for BT.709, as in exports.
  if (facts.colour.is_untagged() && facts.video_codec != "MJPEG")
    text += "capssetter caps=\"video/x-raw,colorimetry=(string)bt709\" ! ";
  text +=
      "videoscale ! videoconvert ! video/x-raw,format=RGB,pixel-aspect-ratio=1/1 ! "
      "fakesink name=out sync=false";
  auto pipeline = make_decoding(*file, text);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const auto tail = std::make_shared<Tail>();
  {
    const Ref<GstElement> out =
        Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline->get()), "out"));
    const Ref<GstPad> pad = Ref<GstPad>::adopt(gst_element_get_static_pad(out.get(), "sink"));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_frame,
                      new std::shared_ptr<Tail>(tail),
                      [](gpointer data) { delete static_cast<std::shared_ptr<Tail>*>(data); });
  }
  if (auto run = run_decoding(*pipeline, *file, progress); !run) return tl::unexpected(run.error());
  std::deque<Kept> frames;
  std::swap(frames, tail->state.lock()->frames);
  if (frames.empty()) return fail(file->broken("has no frame that can be decoded"));
  const Kept& kept = chosen(frames, which);
  Temporary temporary(OwnedString(g_path_get_dirname(to.c_str())).get());
  if (auto written = write_png(*file, kept.sample.get(), temporary.path()); !written)
    return tl::unexpected(written.error());
  if (auto named = rename_to_free(temporary.path(), to); !named)
    return tl::unexpected(named.error());
  temporary.keep();
  FramePicture picture{kept.frame};
  const GstStructure* const structure =
      gst_caps_get_structure(gst_sample_get_caps(kept.sample.get()), 0);
  gst_structure_get_int(structure, "width", &picture.width);
  gst_structure_get_int(structure, "height", &picture.height);
  return picture;
}

}  // namespace prompt::edit
