// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/decoding.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace prompt::edit {
namespace {

using Clock = std::chrono::steady_clock;

Ref<GstElement> element_named(GstElement* pipeline, const char* name) {
  return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), name));
}

// Streaming thread. Only the first stream of each kind finds its place free.
void on_stream(GstElement* demuxer, GstPad* pad, gpointer) noexcept {
  const Ref<GstCaps> caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  GstObject* const parent = gst_element_get_parent(demuxer);
  const Ref<GstElement> pipeline =
      Ref<GstElement>::adopt(parent != nullptr ? GST_ELEMENT(parent) : nullptr);
  if (!caps || !pipeline) return;
  const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  const bool is_picture = name.starts_with("video/") || name.starts_with("image/");
  if (!is_picture && !name.starts_with("audio/")) return;
  const Ref<GstElement> next = element_named(pipeline.get(), is_picture ? "picture" : "sound");
  if (!next) return;
  const Ref<GstPad> place = Ref<GstPad>::adopt(gst_element_get_static_pad(next.get(), "sink"));
  if (gst_pad_is_linked(place.get()) == FALSE) gst_pad_link(pad, place.get());
}

std::optional<double> fraction_done(const Ref<GstElement>& pipeline) {
  gint64 position = 0;
  gint64 duration = 0;
  if (gst_element_query_position(pipeline.get(), GST_FORMAT_TIME, &position) == FALSE ||
      gst_element_query_duration(pipeline.get(), GST_FORMAT_TIME, &duration) == FALSE ||
      duration <= 0)
    return std::nullopt;
  return std::min(static_cast<double>(position) / static_cast<double>(duration), 1.0);
}

Error error_of(GstMessage* message, const MediaFile& file) {
  GErrorPtr error;
  gst_message_parse_error(message, error.out(), nullptr);
  Error ours = file.broken("cannot be decoded: " + bus_error_text(message));
  if (error && g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    ours.kind = ErrorKind::no_space;
  return ours;
}

}  // namespace

Result<Ref<GstElement>> make_decoding(const MediaFile& file, const std::string& description) {
  if (auto ready = ready_gstreamer(); !ready) return tl::unexpected(ready.error());
  const std::optional<FileKind> kind = kind_of(file);
  if (!kind || kind->element == nullptr) return fail(file.broken("is no video known here"));
  GErrorPtr error;
  GstElement* const made =
      gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, error.out());
  if (made == nullptr)
    return fail(ErrorKind::unavailable,
                "GStreamer cannot do this here: " +
                    show_safely(error ? error->message : "no reason is given", {}, 200) + ".");
  const Ref<GstElement> pipeline = Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(made)));
  auto source = make_element("filesrc");
  if (!source) return source;
  auto demuxer = make_element(kind->element);
  if (!demuxer) return demuxer;
  g_object_set(source->get(), "location", file.path().c_str(), "name", "file", nullptr);
  g_object_set(demuxer->get(), "name", "streams", nullptr);
  // Nothing links them to the rest yet, so that a pipeline might start them first: what they send
  // then is lost.
  gst_element_set_locked_state(source->get(), TRUE);
  gst_element_set_locked_state(demuxer->get(), TRUE);
  gst_bin_add_many(GST_BIN(pipeline.get()), source->get(), demuxer->get(), nullptr);
  gst_element_link(source->get(), demuxer->get());
  g_signal_connect(demuxer->get(), "pad-added", G_CALLBACK(on_stream), nullptr);
  return pipeline;
}

Result<void> run_decoding(const Ref<GstElement>& pipeline, const MediaFile& file,
                          const Progress& progress, std::chrono::milliseconds idle) {
  const Ref<GstBus> bus = Ref<GstBus>::adopt(gst_pipeline_get_bus(GST_PIPELINE(pipeline.get())));
  const auto end_with = [&pipeline](Result<void> result) {
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return result;
  };
  const auto stopped = [] {
    return fail(ErrorKind::interrupted, "The work was stopped.");
  };
  if (progress && !progress(0)) return end_with(stopped());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  for (const char* const name : {"streams", "file"}) {
    const Ref<GstElement> element = element_named(pipeline.get(), name);
    gst_element_set_locked_state(element.get(), FALSE);
    gst_element_sync_state_with_parent(element.get());
  }
  double done = -1;
  Clock::time_point moved = Clock::now();
  for (;;) {
    const Ref<GstMessage> message = Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(
        bus.get(), 250 * GST_MSECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return end_with({});
    if (message) return end_with(fail(error_of(message.get(), file)));
    const double now = fraction_done(pipeline).value_or(0);
    if (now > done) {
      done = now;
      moved = Clock::now();
    }
    if (progress && !progress(done)) return end_with(stopped());
    if (Clock::now() - moved < idle) continue;
    // Whoever waits for a thread that hangs would hang, too.
    abandon_pipeline(pipeline);
    Error late = file.broken("takes too long to decode; it may be damaged");
    late.kind = ErrorKind::deadline;
    return fail(late);
  }
}

}  // namespace prompt::edit
