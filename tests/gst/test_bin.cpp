// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// promptdecodebin: which pads come, what flows, what it tells, and what it lets a clip do.
#include "fixture.h"

#include <mutex>

using namespace prompt::element::test;
using prompt::Ref;

namespace {

// Makes a file to be served as the clip.
void render(const std::string& line) {
  Pipeline pipeline(line);
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (end == nullptr || GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", line.c_str());
}

// promptdecodebin with a fakesink on every pad that comes.
struct Bin {
  explicit Bin(const Rehearsal& server, const char* provider = "quickgen", bool links = true)
      : pipeline(make("pipeline")), element(make("promptdecodebin")), is_linking(links) {
    server.apply(element.get());
    g_object_set(element.get(), "provider", provider, "prompt", "decoded", nullptr);
    gst_bin_add(GST_BIN(pipeline.get()), element.get());
    g_signal_connect(element.get(), "pad-added", G_CALLBACK(on_pad_added), this);
    g_signal_connect(element.get(), "pad-removed", G_CALLBACK(on_pad_removed), this);
    g_signal_connect(element.get(), "no-more-pads", G_CALLBACK(on_no_more_pads), this);
  }
  ~Bin() { pipeline.set_state(GST_STATE_NULL); }

  static void on_pad_added(GstElement*, GstPad* pad, gpointer data) {
    auto* self = static_cast<Bin*>(data);
    const prompt::OwnedString name(gst_pad_get_name(pad));
    GstCaps* caps = gst_pad_query_caps(pad, nullptr);
    const std::string type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    gst_caps_unref(caps);
    {
      const std::lock_guard lock(self->mutex);
      self->events += std::string(name.get()) + "=" + type + " ";
    }
    if (!self->is_linking) return;
    GstElement* filter = gst_element_factory_make("capsfilter", nullptr);
    if (!self->caps.empty()) {
      GstCaps* wanted = gst_caps_from_string(self->caps.c_str());
      g_object_set(filter, "caps", wanted, nullptr);
      gst_caps_unref(wanted);
    }
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "signal-handoffs", TRUE, nullptr);
    g_signal_connect(sink, "handoff", G_CALLBACK(on_buffer), self);
    gst_bin_add_many(GST_BIN(self->pipeline.get()), filter, sink, nullptr);
    gst_element_link(filter, sink);
    g_object_set_data(G_OBJECT(pad), "filter", filter);
    g_object_set_data(G_OBJECT(pad), "sink", sink);
    gst_element_sync_state_with_parent(sink);
    gst_element_sync_state_with_parent(filter);
    const Ref<GstPad> sink_pad = Ref<GstPad>::adopt(gst_element_get_static_pad(filter, "sink"));
    if (gst_pad_link(pad, sink_pad.get()) != GST_PAD_LINK_OK) g_error("a pad does not link");
  }
  static void on_pad_removed(GstElement*, GstPad* pad, gpointer data) {
    auto* self = static_cast<Bin*>(data);
    for (const char* name : {"filter", "sink"}) {
      auto* element = static_cast<GstElement*>(g_object_get_data(G_OBJECT(pad), name));
      if (element == nullptr) continue;
      gst_element_set_state(element, GST_STATE_NULL);
      gst_bin_remove(GST_BIN(self->pipeline.get()), element);
    }
  }
  static void on_no_more_pads(GstElement*, gpointer data) {
    auto* self = static_cast<Bin*>(data);
    const std::lock_guard lock(self->mutex);
    self->events += "end";
  }
  static void on_buffer(GstElement*, GstBuffer* buffer, GstPad* pad, gpointer data) {
    auto* self = static_cast<Bin*>(data);
    GstCaps* caps = gst_pad_get_current_caps(pad);
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    const std::lock_guard lock(self->mutex);
    if (gst_structure_has_name(structure, "video/x-raw")) {
      ++self->frames;
      int numerator = 0;
      int denominator = 1;
      if (gst_structure_get_fraction(structure, "framerate", &numerator, &denominator))
        self->rate = static_cast<double>(numerator) / denominator;
      if (GST_BUFFER_PTS_IS_VALID(buffer)) self->last_frame = GST_BUFFER_PTS(buffer);
    } else {
      ++self->audio_buffers;
    }
    gst_caps_unref(caps);
  }

  void play() {
    pipeline.set_state(GST_STATE_PLAYING);
    GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(end != nullptr, "the pipeline ends never; pads: %s", events.c_str());
    if (GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", read_error(end).debug.c_str());
    // Whatever was counted before is seen from here on.
    const std::lock_guard lock(mutex);
  }

  Pipeline pipeline;
  Element element;
  bool is_linking;
  std::string caps;  ///< Asked for behind every pad.
  std::mutex mutex;
  std::string events;  // guarded by mutex
  int frames = 0;      // guarded by mutex
  int audio_buffers = 0;
  double rate = 0;
  GstClockTime last_frame = 0;
};

// What the fault catalogue cannot say: a file of our own.
class Served {
 public:
  Served(const std::string& name, const std::string& how) : path_(folder_.file(name)) {
    render(how + " ! filesink location=" + path_);
  }
  [[nodiscard]] std::vector<std::string> options() const {
    return {"--task-seconds", "0.1", "--media", path_};
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

}  // namespace

GST_START_TEST(clip_with_sound_has_two_pads_and_one_without_has_one) {
  const Rehearsal server({"--task-seconds", "0.1"});
  for (const bool with_sound : {true, false}) {
    Bin bin(server);
    g_object_set(bin.element.get(), "generate-audio", with_sound ? TRUE : FALSE, nullptr);
    bin.play();
    fail_unless(bin.frames >= 120 && bin.frames <= 121, "%d frames", bin.frames);
    fail_unless_equals_float(bin.rate, 24.0);
    if (with_sound) {
      fail_unless(bin.events == "src_0=video/x-raw src_1=audio/x-raw end" ||
                      bin.events == "src_0=audio/x-raw src_1=video/x-raw end",
                  "%s", bin.events.c_str());
      fail_unless(bin.audio_buffers > 0);
    } else {
      assert_text(bin.events, "src_0=video/x-raw end");
    }
    gint64 duration = 0;
    fail_unless(gst_element_query_duration(bin.element.get(), GST_FORMAT_TIME, &duration));
    fail_unless(duration > 4900 * static_cast<gint64>(GST_MSECOND));
    const std::string progress = bin.pipeline.progress();
    fail_unless(
        progress.rfind("START", 0) == 0 && progress.rfind("COMPLETE") == progress.size() - 8, "%s",
        progress.c_str());
    fail_unless_equals_int(bin.pipeline.count(GST_MESSAGE_BUFFERING), 0);
    fail_unless(bin.pipeline.wait_for_job("ready"));
    assert_text(nick_property(bin.element.get(), "job-state"), "ready");
    fail_unless(read_bytes(text_property(bin.element.get(), "clip-location")).size() > 100000);
  }
}
GST_END_TEST

GST_START_TEST(state_change_is_asynchronous_until_the_clip_plays) {
  const Rehearsal server({"--task-seconds", "0.3"});
  Bin bin(server);
  fail_unless_equals_int(gst_element_set_state(bin.pipeline.get(), GST_STATE_PAUSED),
                         GST_STATE_CHANGE_ASYNC);
  GstState state = GST_STATE_NULL;
  fail_unless_equals_int(gst_element_get_state(bin.pipeline.get(), &state, nullptr, 0),
                         GST_STATE_CHANGE_ASYNC);
  fail_unless_equals_int(
      gst_element_get_state(bin.pipeline.get(), &state, nullptr,
                            20 * GST_SECOND * static_cast<GstClockTime>(slowness())),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int(state, GST_STATE_PAUSED);
  // The sinks have prerolled, so the clip is there.
  gint64 duration = 0;
  fail_unless(gst_element_query_duration(bin.pipeline.get(), GST_FORMAT_TIME, &duration));
  fail_unless(gst_element_seek_simple(
      bin.pipeline.get(), GST_FORMAT_TIME,
      static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), 3 * GST_SECOND));
  bin.play();
  fail_unless(bin.last_frame >= 4900 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(bin_can_be_restarted_at_any_point) {
  const Rehearsal server({"--task-seconds", "0.2"});
  Bin bin(server);
  for (int i = 0; i < 6; ++i) {
    bin.pipeline.set_state(GST_STATE_PAUSED);
    g_usleep(static_cast<gulong>(i * 60000));
    bin.pipeline.set_state(i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
    fail_unless_equals_int(static_cast<int>(g_list_length(bin.element.get()->srcpads)), 0);
    fail_unless_equals_int(GST_BIN_NUMCHILDREN(bin.element.get()), 0);
  }
  {
    const std::lock_guard lock(bin.mutex);
    bin.frames = 0;
  }
  bin.play();
  fail_unless(bin.frames >= 120);
  bin.pipeline.set_state(GST_STATE_READY);
  bin.frames = 0;
  bin.play();
  fail_unless(bin.frames >= 120);
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(image_is_shown_for_its_duration) {
  struct Format {
    const char* name;
    const char* encoder;
  };
  for (const Format& format :
       {Format{"a.png", "pngenc"}, {"a.jpg", "jpegenc"}, {"a.webp", "webpenc"}}) {
    const Served image(format.name,
                       std::string("videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! "
                                   "videoconvert ! ") +
                           format.encoder);
    const Rehearsal server(image.options());
    {
      Bin bin(server, "quickstill");
      bin.play();
      assert_text(bin.events, "src_0=video/x-raw end");
      fail_unless_equals_float(bin.rate, 24.0);
      fail_unless_equals_int(bin.frames, 5 * 24);
      gint64 duration = 0;
      fail_unless(gst_element_query_duration(bin.pipeline.get(), GST_FORMAT_TIME, &duration));
      fail_unless_equals_int64(duration, 5 * static_cast<gint64>(GST_SECOND));
    }
    Bin bin(server, "quickstill");
    bin.caps = "video/x-raw(ANY),framerate=30/1";
    g_object_set(bin.element.get(), "duration", 10, nullptr);
    bin.play();
    fail_unless_equals_float(bin.rate, 30.0);
    fail_unless_equals_int(bin.frames, 10 * 30);
  }
}
GST_END_TEST

GST_START_TEST(image_can_be_sought_in_and_still_ends) {
  const Served image("a.png", "videotestsrc num-buffers=1 ! pngenc");
  const Rehearsal server(image.options());
  Bin bin(server, "quickstill");
  bin.pipeline.set_state(GST_STATE_PAUSED);
  fail_unless(bin.pipeline.wait(GST_MESSAGE_ASYNC_DONE) != nullptr);
  fail_unless(gst_element_seek_simple(bin.pipeline.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                      4 * GST_SECOND));
  {
    const std::lock_guard lock(bin.mutex);
    bin.frames = 0;
  }
  bin.play();
  fail_unless(bin.frames >= 22 && bin.frames <= 26, "%d frames", bin.frames);
}
GST_END_TEST

GST_START_TEST(music_is_an_audio_stream) {
  for (const auto& format : {std::pair<const char*, const char*>{"a.wav", "wavenc"},
                             {"a.mp3", "lamemp3enc ! id3v2mux"},
                             {"a.flac", "flacenc"},
                             {"a.ogg", "vorbisenc ! oggmux"}}) {
    const Served tune(format.first,
                      std::string("audiotestsrc num-buffers=50 ! audioconvert ! ") + format.second);
    const Rehearsal server(tune.options());
    Bin bin(server, "quicktune");
    bin.play();
    assert_text(bin.events, "src_0=audio/x-raw end");
    fail_unless(bin.audio_buffers > 0 && bin.frames == 0);
  }
}
GST_END_TEST

GST_START_TEST(image_for_a_video_is_refused) {
  const Served image("a.png", "videotestsrc num-buffers=1 ! pngenc");
  const Rehearsal server(image.options());
  Bin bin(server);
  bin.pipeline.set_state(GST_STATE_PLAYING);
  const SeenError seen = read_error(bin.pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  fail_unless(seen.is(GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE), "%s", seen.debug.c_str());
}
GST_END_TEST

GST_START_TEST(subtitles_in_a_clip_are_not_exposed) {
  const TemporaryFolder folder;
  const std::string text = "1\n00:00:00,000 --> 00:00:01,000\nhello\n";
  g_file_set_contents(folder.file("a.srt").c_str(), text.c_str(), -1, nullptr);
  render(
      "videotestsrc num-buffers=24 ! video/x-raw,width=64,height=48,framerate=24/1 ! vp8enc ! m. "
      "filesrc location=" +
      folder.file("a.srt") +
      " ! subparse ! m. matroskamux name=m ! filesink location=" + folder.file("a.mkv"));
  const Rehearsal server({"--task-seconds", "0.1", "--media", folder.file("a.mkv")});
  Bin bin(server);
  bin.play();
  assert_text(bin.events, "src_0=video/x-raw end");
  fail_unless_equals_int(bin.frames, 24);
}
GST_END_TEST

// A QuickTime file whose movie stands at another address (a reference movie): qtdemux tells the
// application to go there.
GST_START_TEST(clip_cannot_send_the_application_elsewhere) {
  const auto box = [](const std::string& type, const std::string& content) {
    const auto size = static_cast<guint32>(content.size() + 8);
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
      out += static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xffU);
    return out + type + content;
  };
  const TemporaryFolder folder;
  const std::string address = "http://127.0.0.1:9/elsewhere.mov";
  const std::string zero(1, '\0');
  std::string reference = std::string("\0\0\0\0url \0\0\0", 11);
  reference += static_cast<char>(address.size() + 1);
  reference += address + zero;
  const std::string movie = box("ftyp", std::string("qt  \0\0\0\0qt  ", 12)) +
                            box("moov", box("rmra", box("rmda", box("rdrf", reference)))) +
                            box("mdat", "12345678");
  g_file_set_contents(folder.file("a.mov").c_str(), movie.data(), static_cast<gssize>(movie.size()),
                      nullptr);
  const Rehearsal server({"--task-seconds", "0.1", "--media", folder.file("a.mov")});
  Bin bin(server);
  bin.pipeline.set_state(GST_STATE_PLAYING);
  fail_unless(bin.pipeline.wait(GST_MESSAGE_ERROR, milliseconds(40000)) != nullptr);
  bin.pipeline.set_state(GST_STATE_READY);
  bin.pipeline.drain();
  for (const Message& message : bin.pipeline.messages())
    fail_unless(!gst_message_has_name(message.get(), "redirect"));
}
GST_END_TEST

// decodebin may lose a demuxer's error and then says nothing any more. Here it is kept from
// reading.
GST_START_TEST(clip_that_nothing_comes_out_of_is_an_error) {
  const Rehearsal server({"--task-seconds", "0.1"});
  Bin bin(server);
  const auto hold = +[](GstBin*, GstBin*, GstElement* element, gpointer) {
    GstElementFactory* factory = gst_element_get_factory(element);
    if (factory == nullptr ||
        std::string_view(GST_OBJECT_NAME(factory)) != std::string_view("promptsrc"))
      return;
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
    const auto types =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_PULL |
                                     GST_PAD_PROBE_TYPE_PUSH | GST_PAD_PROBE_TYPE_BUFFER);
    gst_pad_add_probe(
        pad.get(), types, [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; },
        nullptr, nullptr);
  };
  g_signal_connect(bin.pipeline.get(), "deep-element-added", G_CALLBACK(hold), nullptr);
  bin.pipeline.set_state(GST_STATE_PLAYING);
  const SeenError seen =
      read_error(bin.pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS, milliseconds(60000)));
  fail_unless(seen.is(GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE), "%s", seen.debug.c_str());
  fail_unless(seen.message.find("no picture and no sound") != std::string::npos, "%s",
              seen.message.c_str());
  assert_text(seen.text("job-id"), text_property(bin.element.get(), "job-id"));
}
GST_END_TEST

GST_START_TEST(eos_while_waiting_ends_with_an_error_that_says_what_goes_on) {
  const Rehearsal server({"--task-seconds", "600"});
  Bin bin(server);
  bin.pipeline.set_state(GST_STATE_PLAYING);
  fail_unless(bin.pipeline.wait_for_job("queued"));
  const std::string job = text_property(bin.element.get(), "job-id");
  gst_element_send_event(bin.pipeline.get(), gst_event_new_eos());
  const SeenError seen = read_error(bin.pipeline.wait(GST_MESSAGE_ERROR));
  fail_unless(seen.message.find("job " + job + " goes on") != std::string::npos, "%s",
              seen.message.c_str());
  fail_unless(bin.pipeline.wait_until([&](GstMessage*) {
    return bin.pipeline.progress().find("CANCELED") != std::string::npos;
  }) != nullptr);
}
GST_END_TEST

GST_START_TEST(pads_that_nobody_links_are_an_error_and_not_a_hang) {
  const Rehearsal server({"--task-seconds", "0.1"});
  Bin bin(server, "quickgen", false);
  bin.pipeline.set_state(GST_STATE_PLAYING);
  const SeenError seen = read_error(bin.pipeline.wait(GST_MESSAGE_ERROR));
  assert_text(seen.text("job-id"), text_property(bin.element.get(), "job-id"));
}
GST_END_TEST

static Suite* bin_suite() {
  Suite* suite = suite_create("bin");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, clip_with_sound_has_two_pads_and_one_without_has_one);
  tcase_add_test(tests, state_change_is_asynchronous_until_the_clip_plays);
  tcase_add_test(tests, bin_can_be_restarted_at_any_point);
  tcase_add_test(tests, image_is_shown_for_its_duration);
  tcase_add_test(tests, image_can_be_sought_in_and_still_ends);
  tcase_add_test(tests, music_is_an_audio_stream);
  tcase_add_test(tests, image_for_a_video_is_refused);
  tcase_add_test(tests, subtitles_in_a_clip_are_not_exposed);
  tcase_add_test(tests, clip_cannot_send_the_application_elsewhere);
  tcase_add_test(tests, clip_that_nothing_comes_out_of_is_an_error);
  tcase_add_test(tests, eos_while_waiting_ends_with_an_error_that_says_what_goes_on);
  tcase_add_test(tests, pads_that_nobody_links_are_an_error_and_not_a_hang);
  return suite;
}

GST_CHECK_MAIN(bin)
