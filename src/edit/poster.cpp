// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/poster.h"

#include <gst/video/video.h>

#include <algorithm>
#include <memory>

#include "base/guarded.h"
#include "base/text.h"
#include "edit/decoding.h"

namespace prompt::edit {
namespace {

/// The frame that is wanted, written by the streaming thread.
struct Wanted {
  struct State {
    std::int64_t left;
    Ref<GstSample> sample;
  };
  explicit Wanted(std::int64_t frame) : state(State{frame, {}}) {}
  Guarded<State> state;
};

GstPadProbeReturn on_poster_frame(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  const auto& wanted = *static_cast<std::shared_ptr<Wanted>*>(data);
  const auto state = wanted->state.lock();
  if (state->left < 0) return GST_PAD_PROBE_OK;
  // Each one until then: a clip may be shorter than it says.
  const Ref<GstCaps> caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  state->sample = Ref<GstSample>::adopt(
      gst_sample_new(GST_PAD_PROBE_INFO_BUFFER(info), caps.get(), nullptr, nullptr));
  --state->left;
  return GST_PAD_PROBE_OK;
}

int height_for(const ClipFacts& facts, int width) {
  const double shape = static_cast<double>(facts.width) * facts.pixel_aspect_numerator /
                       facts.height / facts.pixel_aspect_denominator;
  return std::max(static_cast<int>(width / shape) / 2 * 2, 2);
}

Result<std::string> jpeg_of(const MediaFile& file, GstSample* frame) {
  const Ref<GstCaps> jpeg = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("image/jpeg"));
  GErrorPtr error;
  const auto picture = Ref<GstSample>::adopt(
      gst_video_convert_sample(frame, jpeg.get(), 60 * GST_SECOND, error.out()));
  GstMapInfo bytes;
  if (!picture ||
      gst_buffer_map(gst_sample_get_buffer(picture.get()), &bytes, GST_MAP_READ) == FALSE)
    return fail(file.broken("could not be made a JPEG: " +
                            show_safely(error ? error->message : "no reason is given", {}, 200)));
  std::string text(reinterpret_cast<const char*>(bytes.data), bytes.size);
  gst_buffer_unmap(gst_sample_get_buffer(picture.get()), &bytes);
  return text;
}

}  // namespace

Result<std::string> read_poster(const std::string& path, const ClipFacts& facts, int width) {
  const auto file = MediaFile::open(path);
  if (!file) return fail(file.error());
  if (!facts.has_video() || facts.height <= 0) {
    Error error = file->broken("has no video to take a frame of");
    error.kind = ErrorKind::settings;
    return fail(error);
  }
  const auto pipeline = make_decoding(
      *file, format("queue name=picture ! decodebin caps=video/x-raw ! videoscale ! videoconvert ! "
                    "video/x-raw,format=RGB,width=%d,height=%d,pixel-aspect-ratio=1/1 ! "
                    "fakesink name=out sync=false",
                    width, height_for(facts, width)));
  if (!pipeline) return fail(pipeline.error());
  const auto wanted = std::make_shared<Wanted>(facts.frames / 2);
  const Ref<GstElement> out =
      Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline->get()), "out"));
  const Ref<GstPad> pad = Ref<GstPad>::adopt(gst_element_get_static_pad(out.get(), "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_poster_frame,
                    new std::shared_ptr<Wanted>(wanted),
                    [](gpointer data) { delete static_cast<std::shared_ptr<Wanted>*>(data); });
  // Stopped at the frame: what comes behind it is of no use.
  const Progress is_wanted = [&](double) {
    return wanted->state.lock()->left >= 0;
  };
  const Result<void> run = run_decoding(*pipeline, *file, is_wanted);
  Ref<GstSample> sample = wanted->state.lock()->sample;
  if (!run && run.error().kind != ErrorKind::interrupted) return fail(run.error());
  if (!sample) return fail(file->broken("has no frame that can be decoded"));
  return jpeg_of(*file, sample.get());
}

}  // namespace prompt::edit
