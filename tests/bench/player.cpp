// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Plays one pipeline to its end, as fast as it goes, and prints a line of JSON: when it began to
// play, when a prompt's clip was known to be finished, when the first and the last decoded frame
// (or buffer) and the end came (seconds since 1970), and what CPU it took from beginning to end.
//
//   usage: bench-player [--sync] PIPELINE
//
// Each pad of an element named "d" gets a fakesink; a fakesink named "sink" is watched as it is.
// With --sync frames are shown in their time.
#include <gst/gst.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace {

struct Times {
  std::atomic<gint64> first{0};
  std::atomic<gint64> last{0};
  std::atomic<gint64> before_last{0};
  std::atomic<gint64> buffers{0};
  bool sync = false;
  GstElement* pipeline = nullptr;
};

void on_buffer(GstElement*, GstBuffer*, GstPad*, gpointer data) {
  auto* const times = static_cast<Times*>(data);
  gint64 never = 0;
  const gint64 now = g_get_real_time();
  times->first.compare_exchange_strong(never, now);
  times->before_last = times->last.exchange(now);
  ++times->buffers;
}

void watch(GstElement* sink, Times* times) {
  g_object_set(sink, "signal-handoffs", TRUE, nullptr);
  g_signal_connect(sink, "handoff", G_CALLBACK(on_buffer), times);
}

void on_pad(GstElement*, GstPad* pad, gpointer data) {
  auto* const times = static_cast<Times*>(data);
  GstCaps* const caps = gst_pad_query_caps(pad, nullptr);
  const bool is_video =
      gst_caps_get_size(caps) > 0 &&
      g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video/");
  gst_caps_unref(caps);
  GstElement* const sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(sink, "sync", times->sync ? TRUE : FALSE, nullptr);
  if (is_video) watch(sink, times);
  gst_bin_add(GST_BIN(times->pipeline), sink);
  GstPad* const target = gst_element_get_static_pad(sink, "sink");
  gst_pad_link(pad, target);
  gst_object_unref(target);
  gst_element_sync_state_with_parent(sink);
}

gint64 cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return gint64{time.tv_sec} * 1'000'000 + time.tv_usec;
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

double seconds(gint64 us) { return static_cast<double>(us) / 1e6; }

bool is_fetching(GstMessage* message) {
  const GstStructure* const text = gst_message_get_structure(message);
  if (text == nullptr || !gst_structure_has_name(text, "prompt-job")) return false;
  const char* const state = gst_structure_get_string(text, "state");
  return state != nullptr &&
         (std::strcmp(state, "fetching") == 0 || std::strcmp(state, "ready") == 0);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  Times times;
  times.sync = argc == 3 && std::strcmp(argv[1], "--sync") == 0;
  if (argc != (times.sync ? 3 : 2)) {
    std::fprintf(stderr, "usage: bench-player [--sync] PIPELINE\n");
    return 2;
  }
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(argv[argc - 1], &error);
  if (error != nullptr || pipeline == nullptr) {
    std::fprintf(stderr, "%s\n", error != nullptr ? error->message : "no pipeline");
    return 2;
  }
  if (!GST_IS_PIPELINE(pipeline)) {
    // A single element comes as it is.
    GstElement* const around = gst_pipeline_new(nullptr);
    gst_bin_add(GST_BIN(around), pipeline);
    pipeline = around;
  }
  times.pipeline = pipeline;
  if (GstElement* const decoder = gst_bin_get_by_name(GST_BIN(pipeline), "d")) {
    g_signal_connect(decoder, "pad-added", G_CALLBACK(on_pad), &times);
    gst_object_unref(decoder);
  }
  if (GstElement* const sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink")) {
    watch(sink, &times);
    gst_object_unref(sink);
  }
  const gint64 cpu_before = cpu_us();
  const gint64 began = g_get_real_time();
  gint64 known = 0;
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* const bus = gst_element_get_bus(pipeline);
  bool is_good = false;
  for (bool is_over = false; !is_over;) {
    GstMessage* const message = gst_bus_timed_pop(bus, GST_CLOCK_TIME_NONE);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && known == 0 && is_fetching(message))
      known = g_get_real_time();
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error(message, &error, nullptr);
      std::fprintf(stderr, "%s\n", error->message);
      is_over = true;
    }
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) is_over = is_good = true;
    gst_message_unref(message);
  }
  const gint64 ended = g_get_real_time();
  const gint64 cpu = cpu_us() - cpu_before;
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  if (!is_good) return 1;
  std::printf(
      "{\"began\": %.6f, \"known\": %.6f, \"first\": %.6f, \"before_last\": %.6f, \"ended\": %.6f, "
      "\"cpu\": %.6f, \"buffers\": %" PRId64 "}\n",
      seconds(began), seconds(known), seconds(times.first.load()),
      seconds(times.before_last.load()), seconds(ended), seconds(cpu), times.buffers.load());
  return 0;
}
