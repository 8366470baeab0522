// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// prompt: URIs, through GStreamer's own URI handler interface.
#include "fixture.h"

#include <random>

using namespace prompt::element::test;

namespace {

struct Outcome {
  bool is_taken = false;
  int code = 0;
  std::string message;
};

Outcome set_uri(GstElement* element, const std::string& uri) {
  prompt::GErrorPtr error;
  Outcome outcome;
  outcome.is_taken =
      gst_uri_handler_set_uri(GST_URI_HANDLER(element), uri.c_str(), error.out()) != FALSE;
  fail_unless(outcome.is_taken == !error, "%s", uri.c_str());
  if (!error) return outcome;
  fail_unless(error->domain == GST_URI_ERROR);
  outcome.code = error->code;
  outcome.message = error->message;
  return outcome;
}

std::string get_uri(GstElement* element) {
  const prompt::OwnedString uri(gst_uri_handler_get_uri(GST_URI_HANDLER(element)));
  return uri ? uri.get() : "";
}

}  // namespace

GST_START_TEST(text_is_taken_as_it_stands) {
  constexpr std::pair<const char*, const char*> texts[] = {
      {"prompt:a fox", "a fox"},
      {"prompt:a%20fox", "a fox"},
      {"prompt:100% fun", "100% fun"},
      {"prompt:100%25 fun", "100% fun"},
      {"prompt:half%2", "half%2"},
      {"prompt:end%", "end%"},
      {"prompt:1+1", "1+1"},
      {"prompt:take #3, please & thanks", "take #3, please & thanks"},
      {"prompt:what is this?", "what is this?"},
      {"prompt:is x=1? or y=2?", "is x=1? or y=2?"},
      {"prompt:what?colour=red", "what?colour=red"},
      {"prompt:two? or three?duration=5", "two? or three"},
      {"prompt:狐狸在雪中", "狐狸在雪中"},
      {"prompt:%E7%8B%90", "狐"},
      {"prompt:line one%0Aline two", "line one\nline two"},
      {"prompt:a %3Fduration=5", "a ?duration=5"},
      {"PROMPT:loud", "loud"},
      {"prompt:/one", "/one"},
      {"prompt://two", "two"},
      {"prompt:///three", "three"},
      {"prompt:////four", "/four"},
      {"PROMPT://Two", "Two"},
      {"prompt://a%20fox at 50%?duration=5", "a fox at 50%"},
      {"prompt:%2F%2Fescaped", "//escaped"},
      {"prompt://%2F%2Fescaped", "//escaped"},
      {"prompt://http://example.com", "http://example.com"},
  };
  for (const auto& text : texts) {
    const Element element = make("promptsrc");
    const Outcome outcome = set_uri(element.get(), text.first);
    fail_unless(outcome.is_taken, "%s: %s", text.first, outcome.message.c_str());
    assert_text(text_property(element.get(), "prompt"), text.second);
  }
}
GST_END_TEST

GST_START_TEST(query_sets_what_describes_the_clip) {
  const Element element = make("promptsrc");
  const Outcome outcome = set_uri(
      element.get(),
      "prompt:a "
      "fox?provider=rehearsal&model=seedance%202.0&media=video&duration=10&aspect-ratio=9:16"
      "&resolution=720p&generate-audio=true&images=https%3A%2F%2Fexample.com%2Fa.png%3Fx%3D1%26y"
      "&images=http://example.com/b.png&seed=42&take=2&result=1&cache=only");
  fail_unless(outcome.is_taken, "%s", outcome.message.c_str());
  assert_text(text_property(element.get(), "provider"), "rehearsal");
  assert_text(text_property(element.get(), "model"), "seedance 2.0");
  assert_text(nick_property(element.get(), "media"), "video");
  assert_text(text_property(element.get(), "aspect-ratio"), "9:16");
  assert_text(text_property(element.get(), "resolution"), "720p");
  assert_text(nick_property(element.get(), "cache"), "only");
  guint duration = 0;
  guint take = 0;
  guint result = 0;
  gint64 seed = 0;
  gboolean audio = FALSE;
  g_object_get(element.get(), "duration", &duration, "take", &take, "result", &result, "seed",
               &seed, "generate-audio", &audio, nullptr);
  fail_unless_equals_int(duration, 10);
  fail_unless_equals_int(take, 2);
  fail_unless_equals_int(result, 1);
  fail_unless_equals_int64(seed, 42);
  fail_unless(audio);
  GValue images = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element.get()), "images", &images);
  fail_unless_equals_int(gst_value_array_get_size(&images), 2);
  assert_text(g_value_get_string(gst_value_array_get_value(&images, 0)),
              "https://example.com/a.png?x=1&y");
  g_value_unset(&images);

  // What the next URI does not name is not left over; what it may not name stays.
  g_object_set(element.get(), "max-credits", 50.0, nullptr);
  fail_unless(set_uri(element.get(), "prompt:a dog").is_taken);
  g_object_get(element.get(), "duration", &duration, "take", &take, nullptr);
  fail_unless_equals_int(duration, 0);
  fail_unless_equals_int(take, 1);
  assert_text(nick_property(element.get(), "cache"), "use");
  double credits = 0;
  g_object_get(element.get(), "max-credits", &credits, nullptr);
  fail_unless_equals_float(credits, 50.0);
}
GST_END_TEST

GST_START_TEST(strangers_may_not_set_the_rest) {
  constexpr const char* refused[] = {
      "prompt",      "image",        "parameters",         "callback-url", "api-key",
      "base-url",    "task-id",      "max-credits",        "library",      "poll-interval",
      "on-stop",     "start-policy", "generation-timeout", "job-state",    "blocksize",
      "num-buffers", "name",         "clip-location",      "progress",     "credits",
  };
  for (const char* name : refused) {
    const Element element = make("promptsrc");
    for (const std::string& uri : {std::string("prompt:a fox?") + name + "=1",
                                   std::string("prompt:x?take=2&") + name + "=1"}) {
      const Outcome outcome = set_uri(element.get(), uri);
      fail_unless(!outcome.is_taken, "%s was taken", uri.c_str());
      fail_unless_equals_int(outcome.code, GST_URI_ERROR_BAD_REFERENCE);
      fail_unless(outcome.message.find(std::string("'") + name + "'") != std::string::npos, "%s",
                  outcome.message.c_str());
    }
    assert_text(text_property(element.get(), "prompt"), "");
  }
  const Element element = make("promptsrc");
  for (const char* uri : {"prompt:x?api_key=secret",
                          "prompt:x?API-KEY=secret",
                          "prompt:x?api%2Dkey=secret",
                          "prompt:x?take=2&colour=red",
                          "prompt:x?take=2&take=3",
                          "prompt:x?take=0",
                          "prompt:x?take=two",
                          "prompt:x?duration=3601",
                          "prompt:x?duration=-1",
                          "prompt:x?duration=5.5",
                          "prompt:x?duration=0x5",
                          "prompt:x?seed=-2",
                          "prompt:x?generate-audio=maybe",
                          "prompt:x?media=hologram",
                          "prompt:x?cache=refresh",
                          "prompt:x?cache=",
                          "prompt:x?images=/etc/passwd",
                          "prompt:x?images=file:///etc/passwd",
                          "prompt:x?images=ftp://example.com/a.png",
                          "prompt:x?duration",
                          "prompt:x?take=2&duration",
                          "prompt:",
                          "prompt:?take=2",
                          "prompt:a%00b",
                          "prompt:a%07b",
                          "prompt:a%ffb",
                          "prompt:x?model=%ff",
                          "prompt:x?model=%00"}) {
    const Outcome outcome = set_uri(element.get(), uri);
    const bool is_text = std::string(uri) == "prompt:x?duration";
    fail_unless(outcome.is_taken == is_text, "%s", uri);
    if (!is_text)
      fail_unless(outcome.message.find("secret") == std::string::npos && !outcome.message.empty(),
                  "%s", outcome.message.c_str());
  }
  const std::string endless = "prompt:" + std::string(70000, 'x');
  fail_unless(!set_uri(element.get(), endless).is_taken);
}
GST_END_TEST

GST_START_TEST(uri_of_an_element_makes_the_same_element) {
  std::mt19937 random(20261122);
  const auto pick = [&random](const char* characters) {
    const std::string all(characters);
    std::string text;
    const std::size_t length = 1 + random() % 24;
    while (text.size() < length) text += all[random() % all.size()];
    return text;
  };
  for (int i = 0; i < 2000; ++i) {
    const Element first = make("promptsrc");
    const std::string text = pick("abc %?#&=+/:;\"'<>\\take=2\n") + "é狐";
    const std::string model = pick("ab c%&=?#1.0");
    g_object_set(first.get(), "prompt", text.c_str(), "model", model.c_str(), "take",
                 1 + random() % 3, "seed", static_cast<gint64>(random() % 3) - 1, "duration",
                 random() % 20, nullptr);
    if (random() % 2 == 0) g_object_set(first.get(), "generate-audio", random() % 2 == 0, nullptr);
    const std::string uri = get_uri(first.get());
    const Element second = make("promptsrc");
    const Outcome outcome = set_uri(second.get(), uri);
    fail_unless(outcome.is_taken, "%s: %s", uri.c_str(), outcome.message.c_str());
    assert_text(text_property(second.get(), "prompt"), text);
    assert_text(text_property(second.get(), "model"), model);
    assert_text(get_uri(second.get()), uri);
    fail_unless(gst_uri_is_valid(uri.c_str()));
  }
  const Element none = make("promptsrc");
  assert_text(get_uri(none.get()), "");
}
GST_END_TEST

GST_START_TEST(handler_is_found_by_its_scheme) {
  prompt::GErrorPtr error;
  const Element element = Element::adopt(GST_ELEMENT(gst_object_ref_sink(
      gst_element_make_from_uri(GST_URI_SRC, "prompt:a fox?take=2", nullptr, error.out()))));
  fail_unless(!error);
  assert_text(G_OBJECT_TYPE_NAME(element.get()), "GstPromptSrc");
  assert_text(text_property(element.get(), "prompt"), "a fox");
  fail_unless(gst_uri_protocol_is_supported(GST_URI_SRC, "prompt"));
  fail_unless(!gst_uri_protocol_is_supported(GST_URI_SINK, "prompt"));
}
GST_END_TEST

GST_START_TEST(uri_cannot_change_while_it_is_played) {
  const Rehearsal server({"--task-seconds", "600"});
  Pipeline pipeline("promptsrc name=src ! fakesink");
  const Element source = pipeline.find("src");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", "a fox", nullptr);
  pipeline.set_state(GST_STATE_PAUSED);
  const Outcome outcome = set_uri(source.get(), "prompt:a dog");
  fail_unless(!outcome.is_taken);
  fail_unless_equals_int(outcome.code, GST_URI_ERROR_BAD_STATE);
  assert_text(text_property(source.get(), "prompt"), "a fox");
  pipeline.set_state(GST_STATE_READY);
  fail_unless(set_uri(source.get(), "prompt:a dog").is_taken);
}
GST_END_TEST

static Suite* uri_suite() {
  Suite* suite = suite_create("uri");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, text_is_taken_as_it_stands);
  tcase_add_test(tests, query_sets_what_describes_the_clip);
  tcase_add_test(tests, strangers_may_not_set_the_rest);
  tcase_add_test(tests, uri_of_an_element_makes_the_same_element);
  tcase_add_test(tests, handler_is_found_by_its_scheme);
  tcase_add_test(tests, uri_cannot_change_while_it_is_played);
  return suite;
}

GST_CHECK_MAIN(uri)
