// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How fast an editor finds a frame: accurate seeks in a take and in its exports, in one run. DNxHR
// is left out, because GStreamer's MXF demuxer ends the process over its own muxer's files.
//
//   usage: bench-seeks [TAKE]     (without: one is made, of 121 frames and one key frame)
#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "edit/export.h"

namespace {

using namespace prompt;
using namespace prompt::edit;
using Clock = std::chrono::steady_clock;

constexpr int seeks = 30;

[[noreturn]] void give_up(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::exit(1);
}

void run_to_end(const std::string& description) {
  GstElement* const pipeline = gst_parse_launch(description.c_str(), nullptr);
  if (pipeline == nullptr) give_up("cannot be made: " + description);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* const bus = gst_element_get_bus(pipeline);
  GstMessage* const message = gst_bus_timed_pop_filtered(
      bus, 300 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (message == nullptr || GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS)
    give_up("does not end: " + description);
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

void wait_for_frame(GstElement* pipeline) {
  if (gst_element_get_state(pipeline, nullptr, nullptr, 60 * GST_SECOND) !=
      GST_STATE_CHANGE_SUCCESS)
    give_up("no frame comes");
}

/// Milliseconds, the median of all seeks.
double median_seek(const std::string& path, const ClipFacts& facts) {
  GstElement* const pipeline =
      gst_parse_launch("filesrc name=file ! decodebin ! video/x-raw ! fakesink", nullptr);
  GstElement* const file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
  g_object_set(file, "location", path.c_str(), nullptr);
  gst_object_unref(file);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  wait_for_frame(pipeline);
  std::mt19937 random(1);
  std::vector<double> times;
  for (int i = 0; i < seeks; ++i) {
    const std::int64_t frame = static_cast<std::int64_t>(random()) % facts.frames;
    const Clock::time_point begin = Clock::now();
    gst_element_seek_simple(pipeline, GST_FORMAT_TIME,
                            static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                            nanoseconds_of(frame, facts.rate));
    wait_for_frame(pipeline);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  std::nth_element(times.begin(), times.begin() + seeks / 2, times.end());
  return times[seeks / 2];
}

}  // namespace

int main(int count, char** words) {
  gst_init(nullptr, nullptr);
  const OwnedString folder(g_dir_make_tmp("prompt-seeks-XXXXXX", nullptr));
  const auto in_folder = [&folder](const std::string& name) {
    return std::string(folder.get()) + "/" + name;
  };
  std::string take = count > 1 ? words[1] : "";
  if (take.empty()) {
    take = in_folder("take.mp4");
    run_to_end(
        "videotestsrc pattern=ball num-buffers=121 ! video/x-raw,format=I420,width=1280,"
        "height=720,framerate=24/1 ! x264enc key-int-max=250 bframes=3 ! mp4mux ! "
        "filesink location=" +
        take);
  }
  const auto facts = read_clip_facts(take);
  if (!facts) give_up(facts.error().message);
  const double before = median_seek(take, *facts);
  std::printf("%-8s %8.1f ms  %5d key frames\n", "take", before,
              static_cast<int>(facts->key_frames));
  for (const ExportFormat format :
       {ExportFormat::prores, ExportFormat::mjpeg, ExportFormat::ffv1, ExportFormat::proxy}) {
    const std::string to =
        in_folder(std::string(edit::to_string(format)) + export_extension(format));
    const auto done = export_take(take, *facts, to, format);
    if (!done) give_up(done.error().message);
    const double after = median_seek(to, done->facts);
    std::printf("%-8s %8.1f ms  %5.1f times as fast  %6.1f MB\n", edit::to_string(format), after,
                before / after, static_cast<double>(done->facts.bytes) / 1e6);
  }
  const std::string command = std::string("rm -rf '") + folder.get() + "'";
  return std::system(command.c_str()) == 0 ? 0 : 1;
}
