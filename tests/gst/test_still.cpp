// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A still image by URI, in players that know nothing of prompts: it lasts as long as the URI says.
#include "fixture.h"

using namespace prompt::element::test;

namespace {

constexpr gint64 one_second = static_cast<gint64>(GST_SECOND);

// An image of our own making, and the server and key that a URI does not name.
class Stage {
 public:
  explicit Stage(const std::string& encoder)
      : image_(folder_.file("image")), server_((render(encoder), options())) {
    g_setenv("QUICKSTILL_BASE_URL", server_.base_url().c_str(), TRUE);
    g_setenv("QUICKSTILL_API_KEY", canary_key, TRUE);
    g_setenv("GST_PROMPT_HOME", server_.library().c_str(), TRUE);
  }
  [[nodiscard]] std::string bytes() const { return read_bytes(image_); }

 private:
  void render(const std::string& encoder) {
    Pipeline pipeline(
        "videotestsrc num-buffers=1 ! video/x-raw,width=128,height=96 ! videoconvert ! " + encoder +
        " ! filesink location=" + image_);
    pipeline.set_state(GST_STATE_PLAYING);
    GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (end == nullptr || GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR)
      g_error("%s makes nothing", encoder.c_str());
  }
  [[nodiscard]] std::vector<std::string> options() const {
    return {"--task-seconds", "0.1", "--media", image_};
  }

  TemporaryFolder folder_;
  std::string image_;
  Rehearsal server_;
};

Element player(const char* factory, const std::string& uri) {
  Element made = make(factory);
  Element sink = make("fakesink");
  g_object_set(sink.get(), "sync", TRUE, nullptr);
  g_object_set(made.get(), "uri", uri.c_str(), "video-sink", sink.get(), nullptr);
  return made;
}

gint64 duration_of(const Pipeline& pipeline) {
  gint64 duration = -1;
  if (!gst_element_query_duration(pipeline.get(), GST_FORMAT_TIME, &duration)) return -1;
  return duration;
}

// From the moment when it is on the screen to its end. More is a matter of the machine.
milliseconds shown(Pipeline& pipeline, gint64 from = 0) {
  pipeline.set_state(GST_STATE_PAUSED);
  GstMessage* ready = pipeline.wait(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR);
  fail_unless(ready != nullptr);
  if (GST_MESSAGE_TYPE(ready) == GST_MESSAGE_ERROR)
    g_error("%s", read_error(ready).message.c_str());
  if (from > 0) {
    fail_unless(gst_element_seek_simple(
        pipeline.get(), GST_FORMAT_TIME,
        static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), from));
    fail_unless(pipeline.wait(GST_MESSAGE_ASYNC_DONE) != nullptr);
  }
  const milliseconds began = now();
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
  return now() - began;
}

}  // namespace

GST_START_TEST(a_still_by_uri_lasts_in_every_player) {
  for (const char* encoder : {"pngenc", "jpegenc", "webpenc"}) {
    const Stage stage(encoder);
    for (const char* factory : {"playbin", "playbin3"}) {
      Pipeline pipeline(player(factory, std::string("prompt:a ") + factory +
                                            "?provider=quickstill&media=image&duration=5"));
      // The whole of one, and the end of the others.
      const gint64 from = encoder[0] == 'p' && factory[7] == '3' ? 0 : 4 * one_second;
      const milliseconds lasted = shown(pipeline, from);
      fail_unless(lasted >= milliseconds(from == 0 ? 4900 : 900), "%s of %s: %ld ms", factory,
                  encoder, static_cast<long>(lasted.count()));
      fail_unless_equals_int64(duration_of(pipeline), 5 * one_second);
    }
  }
}
GST_END_TEST

GST_START_TEST(a_still_by_uri_is_over_at_its_end) {
  const Stage stage("pngenc");
  Pipeline pipeline(player("playbin", "prompt:sought?provider=quickstill&media=image&duration=10"));
  const milliseconds lasted = shown(pipeline, 9 * one_second);
  fail_unless(lasted >= milliseconds(900) && lasted < milliseconds(8000), "%ld ms",
              static_cast<long>(lasted.count()));
}
GST_END_TEST

GST_START_TEST(a_still_by_uri_lasts_five_seconds_if_it_says_nothing) {
  const Stage stage("pngenc");
  Pipeline pipeline(player("playbin", "prompt:usual?provider=quickstill&media=image"));
  pipeline.set_state(GST_STATE_PAUSED);
  fail_unless(pipeline.wait(GST_MESSAGE_ASYNC_DONE) != nullptr);
  fail_unless_equals_int64(duration_of(pipeline), 5 * one_second);
}
GST_END_TEST

// Whoever only wants the file gets the file.
GST_START_TEST(the_bytes_of_a_still_by_uri_are_the_files_own) {
  const Stage stage("pngenc");
  const TemporaryFolder folder;
  const std::string copy = folder.file("copy");
  Element source = Element::adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_make_from_uri(
      GST_URI_SRC, "prompt:bytes?provider=quickstill&media=image&duration=5", nullptr, nullptr))));
  Element sink = make("filesink");
  g_object_set(sink.get(), "location", copy.c_str(), nullptr);
  Pipeline pipeline(make("pipeline"));
  gst_bin_add_many(GST_BIN(pipeline.get()), source.get(), sink.get(), nullptr);
  fail_unless(gst_element_link(source.get(), sink.get()));
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
  fail_unless(read_bytes(copy) == stage.bytes() && !stage.bytes().empty());
}
GST_END_TEST

static Suite* still_suite() {
  Suite* suite = suite_create("still");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, a_still_by_uri_lasts_in_every_player);
  tcase_add_test(tests, a_still_by_uri_is_over_at_its_end);
  tcase_add_test(tests, a_still_by_uri_lasts_five_seconds_if_it_says_nothing);
  tcase_add_test(tests, the_bytes_of_a_still_by_uri_are_the_files_own);
  return suite;
}

GST_CHECK_MAIN(still)
