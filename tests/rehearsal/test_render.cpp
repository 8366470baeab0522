// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the program renders is what a provider would send: read back with demuxers and decoders that
// know nothing of how it was made.
#include "check.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"

using prompt::format;
using prompt::GErrorPtr;
using prompt::OwnedString;
using prompt::read_file;
using prompt::Ref;

namespace {

constexpr std::size_t any_size = 64U * 1024 * 1024;

std::string folder() {
  static const std::string made = [] {
    const OwnedString path(g_dir_make_tmp("rehearsal-render-XXXXXX", nullptr));
    return std::string(path.get());
  }();
  return made;
}

// Runs `gst-prompt-rehearsal --render-only` and returns the file; each is rendered once.
std::string rendered(const std::string& name, const std::vector<std::string>& options) {
  const std::string path = folder() + "/" + name;
  if (g_file_test(path.c_str(), G_FILE_TEST_EXISTS) != 0) return path;
  std::vector<const char*> words = {REHEARSAL_PROGRAM, "--render-only", path.c_str()};
  for (const std::string& option : options) words.push_back(option.c_str());
  words.push_back(nullptr);
  GErrorPtr error;
  int status = 0;
  char* said = nullptr;
  const gint64 began = g_get_monotonic_time();
  const bool ran = g_spawn_sync(nullptr, const_cast<char**>(words.data()), nullptr, G_SPAWN_DEFAULT,
                                nullptr, nullptr, nullptr, &said, &status, error.out()) != 0;
  const OwnedString owned(said);
  fail_unless(ran && status == 0, "rendering failed: %s", said);
  g_print("%s: %.2f s\n", name.c_str(), static_cast<double>(g_get_monotonic_time() - began) / 1e6);
  return path;
}

const std::vector<std::string> fox_with_sound = {"--generate-audio", "a red fox in the snow"};

struct Stream {
  Ref<GstCaps> caps;
  int count = 0;
  int key_frames = 0;
  GstClockTime end = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> digests;  // of each buffer
};

struct Collected {
  std::map<std::string, Stream> streams;  // by sink name
  std::string error;
};

}  // namespace

template <>
struct prompt::RefTraits<GstCaps> {
  static void ref(GstCaps* caps) { gst_caps_ref(caps); }
  static void unref(GstCaps* caps) { gst_caps_unref(caps); }
};

namespace {

void on_buffer(GstElement* sink, GstBuffer* buffer, GstPad* pad, gpointer data) {
  Stream& stream = *static_cast<Stream*>(data);
  (void)sink;
  if (!stream.caps) stream.caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  ++stream.count;
  if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) ++stream.key_frames;
  stream.end = std::max(stream.end, GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer));
  stream.bytes += gst_buffer_get_size(buffer);
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) != 0) {
    stream.digests.push_back(
        prompt::sha256_hex({reinterpret_cast<const char*>(map.data), map.size}));
    gst_buffer_unmap(buffer, &map);
  }
}

// Runs a pipeline whose fakesinks are named as in `sinks`, to its end.
Collected collect(const std::string& description, const std::vector<std::string>& sinks) {
  Collected collected;
  GErrorPtr error;
  GstElement* pipeline = gst_parse_launch(description.c_str(), error.out());
  fail_unless(pipeline != nullptr && !error);
  for (const std::string& name : sinks) {
    const Ref<GstElement> sink =
        Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), name.c_str()));
    g_object_set(sink.get(), "signal-handoffs", 1, "sync", 0, nullptr);
    g_signal_connect(sink.get(), "handoff", G_CALLBACK(on_buffer), &collected.streams[name]);
  }
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const Ref<GstBus> bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline));
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  fail_unless(message != nullptr);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GErrorPtr failure;
    gst_message_parse_error(message, failure.out(), nullptr);
    collected.error = failure->message;
  }
  gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  fail_unless(collected.error.empty(), "%s", collected.error.c_str());
  return collected;
}

Collected demuxed(const std::string& path, bool with_audio) {
  std::string description =
      "filesrc location=" + path + " ! qtdemux name=d d.video_0 ! queue ! fakesink name=video";
  std::vector<std::string> sinks = {"video"};
  if (with_audio) {
    description += " d.audio_0 ! queue ! fakesink name=audio";
    sinks.emplace_back("audio");
  }
  return collect(description, sinks);
}

Stream decoded(const std::string& path) {
  return collect("filesrc location=" + path + " ! decodebin ! video/x-raw ! fakesink name=video",
                 {"video"})
      .streams["video"];
}

int int_in(const Stream& stream, const char* field) {
  int value = -1;
  gst_structure_get_int(gst_caps_get_structure(stream.caps.get(), 0), field, &value);
  return value;
}

std::string text_in(const Stream& stream, const char* field) {
  const char* text = gst_structure_get_string(gst_caps_get_structure(stream.caps.get(), 0), field);
  return text != nullptr ? text : "";
}

struct Box {
  std::string type;
  std::size_t body = 0;
  std::size_t end = 0;
};

std::vector<Box> boxes(const std::string& bytes, std::size_t from, std::size_t to) {
  std::vector<Box> found;
  while (from + 8 <= to) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
      size = size << 8U | static_cast<unsigned char>(bytes[from + i]);
    fail_unless(size >= 8 && from + size <= to, "a box of %zu bytes at %zu", size, from);
    found.push_back({bytes.substr(from + 4, 4), from + 8, from + size});
    from += size;
  }
  fail_unless_equals_int64(static_cast<gint64>(from), static_cast<gint64>(to));
  return found;
}

std::string order_of(const std::string& path) {
  const prompt::Result<std::string> bytes = read_file(path, any_size);
  fail_unless(bytes.has_value());
  std::string order;
  for (const Box& box : boxes(*bytes, 0, bytes->size()))
    if (box.type == "ftyp" || box.type == "mdat" || box.type == "moov") order += box.type + " ";
  return order;
}

// The greatest rate that a clip says of its video, in `btrt` (ISO/IEC 14496-12, 8.5.2).
double said_megabits(const std::string& path) {
  const prompt::Result<std::string> bytes = read_file(path, any_size);
  fail_unless(bytes.has_value());
  const std::size_t video = bytes->find("avc1", bytes->find("moov"));
  const std::size_t box = bytes->find("btrt", video);
  fail_unless(box != std::string::npos && box + 12 <= bytes->size());
  std::uint32_t rate = 0;
  for (std::size_t i = 8; i < 12; ++i)
    rate = rate << 8U | static_cast<unsigned char>((*bytes)[box + i]);
  return rate / 1e6;
}

}  // namespace

GST_START_TEST(a_clip_is_like_seedances) {
  const std::string path = rendered("fox.mp4", fox_with_sound);
  Collected clip = demuxed(path, true);
  const Stream& video = clip.streams["video"];
  assert_text(text_in(video, "profile"), "high");
  fail_unless_equals_int(int_in(video, "width"), 864);
  fail_unless_equals_int(int_in(video, "height"), 496);
  int rate = 0;
  int per = 0;
  gst_structure_get_fraction(gst_caps_get_structure(video.caps.get(), 0), "framerate", &rate, &per);
  fail_unless_equals_int(rate, 24);
  fail_unless_equals_int(per, 1);
  fail_unless_equals_int(video.count, 24 * 5 + 1);
  fail_unless_equals_int(video.key_frames, 1);
  fail_unless(video.bytes > 400'000 && video.bytes < 3'000'000);
  const Stream& audio = clip.streams["audio"];
  fail_unless_equals_int(int_in(audio, "mpegversion"), 4);
  assert_text(text_in(audio, "base-profile"), "lc");
  fail_unless_equals_int(int_in(audio, "rate"), 44100);
  fail_unless_equals_int(int_in(audio, "channels"), 2);
  const auto longer = static_cast<double>(audio.end) - 121.0 / 24 * 1e9;
  fail_unless(longer > 0 && longer < 60e6, "sound is longer by %.0f ns", longer);
  assert_text(order_of(path), "ftyp mdat moov ");
}
GST_END_TEST;

GST_START_TEST(every_frame_decodes_and_moves) {
  const Stream video = decoded(rendered("fox.mp4", fox_with_sound));
  fail_unless_equals_int(video.count, 121);
  std::vector<std::string> different = video.digests;
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  fail_unless_equals_int(static_cast<int>(different.size()), 121);
}
GST_END_TEST;

GST_START_TEST(same_request_same_bytes) {
  const auto first = read_file(rendered("fox.mp4", fox_with_sound), any_size);
  const auto second = read_file(rendered("fox-again.mp4", fox_with_sound), any_size);
  fail_unless(first.has_value() && second.has_value());
  fail_unless(*first == *second);
}
GST_END_TEST;

GST_START_TEST(without_sound_there_is_no_audio_stream) {
  const std::string path =
      rendered("silent.mp4", {"--faststart", "--aspect-ratio", "9:21,480p", "雪中的红狐狸"});
  const auto bytes = read_file(path, any_size);
  fail_unless(bytes.has_value());
  assert_text(order_of(path), "ftyp moov mdat ");
  int tracks = 0;
  for (const Box& box : boxes(*bytes, 0, bytes->size()))
    if (box.type == "moov")
      for (const Box& inner : boxes(*bytes, box.body, box.end))
        if (inner.type == "trak") ++tracks;
  fail_unless_equals_int(tracks, 1);
  const Stream video = decoded(path);
  fail_unless_equals_int(int_in(video, "width"), 432);
  fail_unless_equals_int(int_in(video, "height"), 992);
  fail_unless_equals_int(video.count, 121);
}
GST_END_TEST;

// What a player reads before it decides whether it can decode: the level, and in `btrt` the rates.
GST_START_TEST(level_and_rate_are_what_services_send) {
  struct Row {
    const char* size;
    const char* level;
    double most;  // Mbit/s
  };
  for (const Row& row : {Row{"16:9,480p", "3.1", 4}, Row{"16:9,720p", "3.1", 8},
                         Row{"16:9,1080p", "4", 16}, Row{"9:16,1080p", "4", 16}}) {
    const std::string path = rendered(
        format("level-%s.mp4", row.size),
        {"--duration", "2", "--generate-audio", "--aspect-ratio", row.size, "a quiet harbour"});
    const Stream video = demuxed(path, true).streams["video"];
    assert_text(text_in(video, "level"), row.level);
    const double rate = static_cast<double>(video.bytes) * 8 * 24 / video.count / 1e6;
    fail_unless(rate > 0.2 && rate < row.most, "%s: %.1f Mbit/s", row.size, rate);
    const double said = said_megabits(path);
    fail_unless(said > 0.2 && said < row.most, "%s: said %.1f Mbit/s", row.size, said);
  }
}
GST_END_TEST;

// All sizes that Seedance delivers, of which several are no multiples of 4 or 16.
GST_START_TEST(all_sizes) {
  const std::map<std::string, std::pair<int, int>> sizes = {
      {"9:16,480p", {496, 864}},     {"4:3,720p", {1112, 834}},        {"3:4,480p", {560, 752}},
      {"1:1,480p", {640, 640}},      {"21:9,720p", {1470, 630}},       {"21:9,1080p", {2206, 946}},
      {"adaptive,480p", {864, 496}}, {"keep_ratio,720p", {1280, 720}},
  };
  int index = 0;
  for (const auto& [size, expected] : sizes) {
    const std::string path =
        rendered(format("size-%d.mp4", index++),
                 {"--duration", "1", "--aspect-ratio", size, "a city at sunset"});
    const Stream video = demuxed(path, false).streams["video"];
    fail_unless_equals_int(int_in(video, "width"), expected.first);
    fail_unless_equals_int(int_in(video, "height"), expected.second);
    fail_unless_equals_int(video.count, 25);
  }
}
GST_END_TEST;

GST_START_TEST(strange_prompts_render) {
  const std::vector<std::string> prompts = {std::string(2000, 'x'),
                                            "\n",
                                            "🦊🦊🦊 <b>&amp;",
                                            "مدينة عند الغروب",
                                            "a\tb\r\n\r\nc %s %n",
                                            [] {
                                              std::string text;
                                              for (int i = 0; i < 2000; ++i) text += "字";
                                              return text;
                                            }()};
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const std::string path =
        rendered(format("strange-%zu.mp4", i), {"--duration", "1", "--", prompts[i]});
    fail_unless_equals_int(demuxed(path, false).streams["video"].count, 25);
  }
}
GST_END_TEST;

GST_START_TEST(images_and_music) {
  const Stream image = decoded(rendered("fox.png", {"--aspect-ratio", "1:1", "a red fox"}));
  fail_unless_equals_int(int_in(image, "width"), 640);
  fail_unless_equals_int(image.count, 1);
  const std::string path = rendered("piano.mp3", {"--duration", "3", "a calm piano"});
  const Stream music =
      collect("filesrc location=" + path +
                  " ! decodebin ! audioconvert ! audio/x-raw ! fakesink name=audio",
              {"audio"})
          .streams["audio"];
  fail_unless(music.end > 2900 * GST_MSECOND && music.end < 3200 * GST_MSECOND);
}
GST_END_TEST;

static void tidy() {
  const OwnedString command(g_strdup_printf("rm -rf '%s'", folder().c_str()));
  g_spawn_command_line_sync(command.get(), nullptr, nullptr, nullptr, nullptr);
}

static Suite* render_suite() {
  Suite* suite = suite_create("rehearsal render");
  TCase* tests = tcase_create("render");
  tcase_set_timeout(tests, 120);
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, a_clip_is_like_seedances);
  tcase_add_test(tests, every_frame_decodes_and_moves);
  tcase_add_test(tests, same_request_same_bytes);
  tcase_add_test(tests, without_sound_there_is_no_audio_stream);
  tcase_add_test(tests, level_and_rate_are_what_services_send);
  tcase_add_test(tests, all_sizes);
  tcase_add_test(tests, strange_prompts_render);
  tcase_add_test(tests, images_and_music);
  return suite;
}

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  folder();  // before libcheck forks, so that all tests see the same one
  const int failed = gst_check_run_suite(render_suite(), "rehearsal render", __FILE__);
  tidy();
  return failed;
}
