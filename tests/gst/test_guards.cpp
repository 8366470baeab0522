// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What keeps money from being spent by mistake never fails open: values that a property does not
// take, and sources that nobody reads. Counted at the stand-in.
#include "fixture.h"

using namespace prompt::element::test;

namespace {

struct Wrong {
  const char* property;
  const char* text;   ///< As in gst-launch-1.0.
  const char* shown;  ///< In the error.
};
constexpr Wrong wrong_texts[] = {
    {"max-credits", "-1", "-1"},
    {"max-credits", "-0.01", "-0.01"},
    {"max-credits", "nan", "nan"},
    {"max-credits", "-nan", "nan"},
    {"max-credits", "inf", "inf"},
    {"duration", "3601", "3601"},
    {"duration", "-5", "-5"},
    {"duration", "4294967295", "4294967295"},
    {"take", "0", "0"},
    {"result", "-1", "-1"},
    {"seed", "-2", "-2"},
    {"seed", "-9223372036854775808", "-9223372036854775808"},
    {"poll-interval", "-1", "-1"},
    {"poll-interval", "2147483648", "2147483648"},
    {"generation-timeout", "-1", "-1"},
};

std::string line_of(const std::string& factory, const std::string& settings) {
  return factory + " name=src prompt=\"a fox\" " + settings + " ! fakesink";
}

SeenError play_to_error(Pipeline& pipeline) {
  pipeline.set_state(GST_STATE_PLAYING);
  return read_error(pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
}

void check_refusal(const SeenError& error, const std::string& property, const std::string& shown) {
  fail_unless(error.is(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS), "%s: %s %d",
              property.c_str(), error.domain.c_str(), error.code);
  for (const std::string& part : {"'" + property + "'", shown})
    fail_unless(error.message.find(part) != std::string::npos, "%s is not in: %s", part.c_str(),
                error.message.c_str());
}

// promptdecodebin has no pads before there is a clip.
std::string pipeline_of(const std::string& factory, const std::string& settings) {
  return factory == "promptsrc" ? line_of(factory, settings)
                                : factory + " name=src prompt=\"a fox\" " + settings + " fakesink";
}

}  // namespace

GST_START_TEST(text_out_of_range_refuses_to_start) {
  const Rehearsal server;
  for (const char* factory : {"promptsrc", "promptdecodebin"}) {
    for (const Wrong& wrong : wrong_texts) {
      Pipeline pipeline(pipeline_of(factory, std::string(wrong.property) + "=" + wrong.text));
      server.apply(pipeline.find("src").get());
      check_refusal(play_to_error(pipeline), wrong.property, wrong.shown);
      fail_unless_equals_int64(server.submits(), 0);
    }
  }
}
GST_END_TEST

GST_START_TEST(value_of_a_program_out_of_range_refuses_to_start) {
  const Rehearsal server;
  for (const char* factory : {"promptsrc", "promptdecodebin"}) {
    for (const char* choice : {"cache", "media", "on-stop", "start-policy"}) {
      Pipeline pipeline(pipeline_of(factory, ""));
      const Element source = pipeline.find("src");
      server.apply(source.get());
      g_object_set(source.get(), choice, 77, nullptr);
      check_refusal(play_to_error(pipeline), choice, "77");
    }
    // A picture that is no text must not be left out of what is paid for.
    Pipeline pipeline(pipeline_of(factory, ""));
    const Element source = pipeline.find("src");
    server.apply(source.get());
    GValue images = G_VALUE_INIT;
    GValue item = G_VALUE_INIT;
    g_value_init(&images, GST_TYPE_ARRAY);
    g_value_init(&item, G_TYPE_INT);
    g_value_set_int(&item, 5);
    gst_value_array_append_and_take_value(&images, &item);
    g_object_set_property(G_OBJECT(source.get()), "images", &images);
    g_value_unset(&images);
    check_refusal(play_to_error(pipeline), "images", "no text");
  }
  fail_unless_equals_int64(server.submits(), 0);
}
GST_END_TEST

GST_START_TEST(right_value_afterwards_is_taken) {
  const Rehearsal server({"--task-seconds", "0.3"});
  Pipeline pipeline(line_of("promptsrc", "max-credits=-1 duration=3601 take=0"));
  const Element source = pipeline.find("src");
  server.apply(source.get());
  (void)play_to_error(pipeline);
  pipeline.set_state(GST_STATE_NULL);
  g_object_set(source.get(), "duration", 5U, "take", 1U, nullptr);
  check_refusal(play_to_error(pipeline), "max-credits", "-1");
  pipeline.set_state(GST_STATE_NULL);
  fail_unless_equals_int64(server.submits(), 0);
  g_object_set(source.get(), "max-credits", 1000.0, nullptr);
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(uri_forgets_what_it_sets_but_no_cap) {
  const Element source = make("promptsrc");
  auto* handler = GST_URI_HANDLER(source.get());
  Element pipeline = Element::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  gst_bin_add_many(GST_BIN(pipeline.get()), source.get(), sink, nullptr);
  fail_unless(gst_element_link(source.get(), sink));
  Pipeline played(pipeline);
  g_object_set(source.get(), "duration", 3601U, "max-credits", -1.0, nullptr);
  fail_unless(gst_uri_handler_set_uri(handler, "prompt:a fox?provider=rehearsal", nullptr));
  check_refusal(play_to_error(played), "max-credits", "-1");
}
GST_END_TEST

GST_START_TEST(ranges_are_seen_from_outside) {
  const Element source = make("promptsrc");
  GObjectClass* klass = G_OBJECT_GET_CLASS(source.get());
  GParamSpec* duration = g_object_class_find_property(klass, "duration");
  fail_unless(G_IS_PARAM_SPEC_UINT(duration));
  fail_unless(duration->value_type == G_TYPE_UINT);
  fail_unless_equals_int(G_PARAM_SPEC_UINT(duration)->minimum, 0);
  fail_unless_equals_int(G_PARAM_SPEC_UINT(duration)->maximum, 3600);
  GParamSpec* cap = g_object_class_find_property(klass, "max-credits");
  fail_unless(G_IS_PARAM_SPEC_DOUBLE(cap));
  fail_unless_equals_float(G_PARAM_SPEC_DOUBLE(cap)->minimum, 0);
  GParamSpec* seed = g_object_class_find_property(klass, "seed");
  fail_unless_equals_int64(G_PARAM_SPEC_INT64(seed)->minimum, -1);
  fail_unless(G_IS_PARAM_SPEC_ENUM(g_object_class_find_property(klass, "cache")));
  fail_unless(GST_IS_PARAM_SPEC_ARRAY_LIST(g_object_class_find_property(klass, "images")));
}
GST_END_TEST

GST_START_TEST(source_that_leads_nowhere_asks_for_nothing) {
  const Rehearsal server;
  for (const char* line : {"promptsrc name=src prompt=\"a fox\" fakesink",
                           "bin. ( promptsrc name=src prompt=\"a fox\" ) fakesink"}) {
    Pipeline pipeline(line);
    const Element source = pipeline.find("src");
    server.apply(source.get());
    if (GST_OBJECT_PARENT(source.get()) != GST_OBJECT(pipeline.get())) {
      auto* bin = GST_ELEMENT(GST_OBJECT_PARENT(source.get()));
      GstPad* pad = gst_element_get_static_pad(source.get(), "src");
      fail_unless(gst_element_add_pad(bin, gst_ghost_pad_new("src", pad)));
      gst_object_unref(pad);
    }
    const SeenError error = play_to_error(pipeline);
    fail_unless(error.is(GST_CORE_ERROR, GST_CORE_ERROR_PAD), "%s", error.message.c_str());
    assert_text(error.text("error-code"), "NOT_LINKED");
    fail_unless_equals_int64(server.submits(), 0);
  }
}
GST_END_TEST

GST_START_TEST(source_that_is_linked_within_a_second_goes_on) {
  const Rehearsal server({"--task-seconds", "0.3"});
  Pipeline pipeline("bin. ( promptsrc name=src prompt=\"a fox\" ) fakesink name=sink");
  const Element source = pipeline.find("src");
  const Element sink = pipeline.find("sink");
  server.apply(source.get());
  auto* bin = GST_ELEMENT(GST_OBJECT_PARENT(source.get()));
  GstPad* pad = gst_element_get_static_pad(source.get(), "src");
  GstPad* ghost = gst_ghost_pad_new("src", pad);
  gst_object_unref(pad);
  fail_unless(gst_pad_set_active(ghost, TRUE));
  fail_unless(gst_element_add_pad(bin, ghost));
  pipeline.set_state(GST_STATE_PLAYING);
  g_usleep(200000);
  fail_unless(gst_element_link(bin, sink.get()));
  GstMessage* end = pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS, "%s",
              end != nullptr ? read_error(end).message.c_str() : "nothing happened");
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

static Suite* guards_suite() {
  Suite* suite = suite_create("guards");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, text_out_of_range_refuses_to_start);
  tcase_add_test(tests, value_of_a_program_out_of_range_refuses_to_start);
  tcase_add_test(tests, right_value_afterwards_is_taken);
  tcase_add_test(tests, uri_forgets_what_it_sets_but_no_cap);
  tcase_add_test(tests, ranges_are_seen_from_outside);
  tcase_add_test(tests, source_that_leads_nowhere_asks_for_nothing);
  tcase_add_test(tests, source_that_is_linked_within_a_second_goes_on);
  return suite;
}

GST_CHECK_MAIN(guards)
