// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// promptdecodebin in programs that were written for uridecodebin: what a pad has when it is added,
// the properties and signals that they use, and what none of them can make it do.
#include "fixture.h"

#include <atomic>
#include <mutex>

using namespace prompt::element::test;
using prompt::Ref;

namespace {

void render(const std::string& line) {
  Pipeline pipeline(line);
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (end == nullptr || GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", line.c_str());
}

Element make_bin(const Rehearsal& server, const char* provider = "quickgen") {
  Element bin = make("promptdecodebin");
  server.apply(bin.get());
  g_object_set(bin.get(), "provider", provider, "prompt", "decoded", "generate-audio", TRUE,
               nullptr);
  return bin;
}

// A fakesink for each pad.
void link_all(GstElement* bin) {
  g_signal_connect(
      bin, "pad-added", G_CALLBACK(+[](GstElement* element, GstPad* pad, gpointer) {
        GstElement* sink = gst_element_factory_make("fakesink", nullptr);
        const auto parent = Ref<GstObject>::adopt(gst_object_get_parent(GST_OBJECT(element)));
        gst_bin_add(GST_BIN(parent.get()), sink);
        gst_element_sync_state_with_parent(sink);
        const auto target = Ref<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
        if (gst_pad_link(pad, target.get()) != GST_PAD_LINK_OK) g_error("a pad does not link");
      }),
      nullptr);
}

struct Played {
  explicit Played(const Element& bin) : pipeline(make("pipeline")) {
    gst_bin_add(GST_BIN(pipeline.get()), bin.get());
  }
  void play() {
    pipeline.set_state(GST_STATE_PLAYING);
    GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(end != nullptr, "no end");
    if (GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", read_error(end).debug.c_str());
    pipeline.drain();
  }
  Pipeline pipeline;
};

// ---- GStreamer's basic tutorial 3, dynamic pipelines; its handler word for word ----

struct CustomData {
  GstElement* pipeline;
  GstElement* source;
  GstElement* convert;
  GstElement* resample;
  GstElement* sink;
};

void pad_added_handler(GstElement*, GstPad* new_pad, CustomData* data) {
  GstPad* sink_pad = gst_element_get_static_pad(data->convert, "sink");
  GstPadLinkReturn ret;
  GstCaps* new_pad_caps = nullptr;
  GstStructure* new_pad_struct = nullptr;
  const gchar* new_pad_type = nullptr;

  /* If our converter is already linked, we have nothing to do here */
  if (gst_pad_is_linked(sink_pad)) goto exit;

  /* Check the new pad's type */
  new_pad_caps = gst_pad_get_current_caps(new_pad);
  new_pad_struct = gst_caps_get_structure(new_pad_caps, 0);
  new_pad_type = gst_structure_get_name(new_pad_struct);
  if (!g_str_has_prefix(new_pad_type, "audio/x-raw")) goto exit;

  /* Attempt the link */
  ret = gst_pad_link(new_pad, sink_pad);
  if (GST_PAD_LINK_FAILED(ret)) g_error("Type is '%s' but link failed.", new_pad_type);

exit:
  if (new_pad_caps != nullptr) gst_caps_unref(new_pad_caps);
  gst_object_unref(sink_pad);
}

}  // namespace

GST_START_TEST(the_handler_of_the_basic_tutorial_works) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const Element source = make_bin(server);
  Pipeline pipeline("audioconvert name=convert ! audioresample name=resample ! fakesink name=sink");
  CustomData data{pipeline.get(), source.get(), nullptr, nullptr, nullptr};
  const Element convert = pipeline.find("convert");
  const Element sink = pipeline.find("sink");
  data.convert = convert.get();
  data.sink = sink.get();
  std::atomic<int> heard = 0;
  g_object_set(sink.get(), "signal-handoffs", TRUE, nullptr);
  g_signal_connect(
      sink.get(), "handoff",
      G_CALLBACK(+[](GstElement*, GstBuffer*, GstPad*, std::atomic<int>* count) { ++*count; }),
      &heard);
  gst_bin_add(GST_BIN(pipeline.get()), source.get());
  g_signal_connect(source.get(), "pad-added", G_CALLBACK(pad_added_handler), &data);
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
  fail_unless(heard.load() > 0);
}
GST_END_TEST

GST_START_TEST(pads_have_caps_and_a_stream_when_they_are_added) {
  const TemporaryFolder folder;
  const std::string still = folder.file("a.png");
  render(
      "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! pngenc ! filesink location=" +
      still);
  for (const bool is_image : {false, true}) {
    std::vector<std::string> options = {"--task-seconds", "0.1"};
    if (is_image) options.insert(options.end(), {"--media", still});
    const Rehearsal server(options);
    const Element bin = make("promptdecodebin");
    server.apply(bin.get());
    g_object_set(bin.get(), "provider", is_image ? "quickstill" : "quickgen", "prompt", "x",
                 nullptr);
    std::atomic<int> good = 0;
    g_signal_connect(
        bin.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, std::atomic<int>* count) {
          GstCaps* caps = gst_pad_get_current_caps(pad);
          GstEvent* start = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0);
          const gchar* id = nullptr;
          if (start != nullptr) gst_event_parse_stream_start(start, &id);
          int width = 0;
          if (caps != nullptr && gst_caps_is_fixed(caps) && id != nullptr &&
              gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width) && width > 0)
            ++*count;
          gst_clear_caps(&caps);
          gst_clear_event(&start);
        }),
        &good);
    link_all(bin.get());
    Played played(bin);
    played.play();
    fail_unless_equals_int(good.load(), 1);
  }
}
GST_END_TEST

GST_START_TEST(an_application_leaves_out_and_orders) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const Element bin = make_bin(server);
  struct Seen {
    std::mutex mutex;
    std::string source;
    int asked = 0;
    int sorted = 0;
    int went_on = 0;
    int unknown = 0;
  } seen;
  g_signal_connect(bin.get(), "source-setup",
                   G_CALLBACK(+[](GstElement*, GstElement* source, Seen* data) {
                     const std::lock_guard lock(data->mutex);
                     data->source = GST_OBJECT_NAME(gst_element_get_factory(source));
                   }),
                   &seen);
  // No sound, please.
  g_signal_connect(
      bin.get(), "autoplug-select",
      G_CALLBACK(+[](GstElement*, GstPad*, GstCaps* caps, GstElementFactory* factory, Seen* data) {
        const std::lock_guard lock(data->mutex);
        ++data->asked;
        const GstStructure* structure = gst_caps_get_structure(caps, 0);
        return gst_structure_has_name(structure, "audio/mpeg") &&
                       gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER)
                   ? 2
                   : 0;
      }),
      &seen);
  g_signal_connect(bin.get(), "autoplug-continue",
                   G_CALLBACK(+[](GstElement*, GstPad*, GstCaps*, Seen* data) -> gboolean {
                     const std::lock_guard lock(data->mutex);
                     ++data->went_on;
                     return TRUE;
                   }),
                   &seen);
  g_signal_connect(
      bin.get(), "autoplug-sort",
      G_CALLBACK(+[](GstElement*, GstPad*, GstCaps*, gpointer, Seen* data) -> gpointer {
        const std::lock_guard lock(data->mutex);
        ++data->sorted;
        return nullptr;
      }),
      &seen);
  g_signal_connect(bin.get(), "unknown-type",
                   G_CALLBACK(+[](GstElement*, GstPad*, GstCaps*, Seen* data) {
                     const std::lock_guard lock(data->mutex);
                     ++data->unknown;
                   }),
                   &seen);
  link_all(bin.get());
  Played played(bin);
  played.play();
  const std::lock_guard lock(seen.mutex);
  assert_text(seen.source, "promptsrc");
  fail_unless(seen.asked > 2 && seen.sorted > 0 && seen.went_on > 0, "%d %d %d", seen.asked,
              seen.sorted, seen.went_on);
  fail_unless_equals_int(seen.unknown, 1);
  fail_unless_equals_int(static_cast<int>(g_list_length(bin.get()->srcpads)), 1);
  GstElement* source = nullptr;
  g_object_get(bin.get(), "source", &source, nullptr);
  fail_unless(source != nullptr);
  gst_object_unref(source);
  played.pipeline.set_state(GST_STATE_READY);
  g_object_get(bin.get(), "source", &source, nullptr);
  fail_unless(source == nullptr);
}
GST_END_TEST

GST_START_TEST(decoding_stops_at_the_caps_that_are_wanted) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const Element bin = make_bin(server);
  GstCaps* wanted = gst_caps_from_string("video/x-h264; audio/x-raw");
  g_object_set(bin.get(), "caps", wanted, nullptr);
  gst_caps_unref(wanted);
  std::atomic<int> coded = 0;
  g_signal_connect(bin.get(), "pad-added",
                   G_CALLBACK(+[](GstElement*, GstPad* pad, std::atomic<int>* count) {
                     GstCaps* caps = gst_pad_get_current_caps(pad);
                     if (gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-h264"))
                       ++*count;
                     gst_caps_unref(caps);
                   }),
                   &coded);
  std::atomic<int> drained = 0;
  g_signal_connect(bin.get(), "drained",
                   G_CALLBACK(+[](GstElement*, std::atomic<int>* count) { ++*count; }), &drained);
  link_all(bin.get());
  Played played(bin);
  played.play();
  fail_unless_equals_int(coded.load(), 1);
  fail_unless_equals_int(drained.load(), 1);
}
GST_END_TEST

// Sound with pictures of a codec that is not installed must not pass for sound.
GST_START_TEST(a_stream_without_a_decoder_is_told_of) {
  GstElementFactory* decoder = gst_element_factory_find("avdec_ffv1");
  if (decoder == nullptr) return;  // without gst-libav there is nothing to take away
  const TemporaryFolder folder;
  const std::string clip = folder.file("a.mkv");
  render(
      "videotestsrc num-buffers=12 ! video/x-raw,width=64,height=48,framerate=24/1 ! "
      "avenc_ffv1 ! m. audiotestsrc num-buffers=20 ! flacenc ! m. matroskamux name=m ! "
      "filesink location=" +
      clip);
  const guint rank = gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(decoder));
  gst_plugin_feature_set_rank(GST_PLUGIN_FEATURE(decoder), GST_RANK_NONE);
  {
    const Rehearsal server({"--task-seconds", "0.1", "--media", clip});
    const Element bin = make_bin(server);
    link_all(bin.get());
    Played played(bin);
    played.play();
    int missing = 0;
    int warnings = 0;
    for (const Message& message : played.pipeline.messages()) {
      if (gst_message_has_name(message.get(), "missing-plugin")) ++missing;
      if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_WARNING) continue;
      GError* error = nullptr;
      gst_message_parse_warning(message.get(), &error, nullptr);
      fail_unless(g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND));
      fail_unless(g_strrstr(error->message, "video/x-ffv") != nullptr, "%s", error->message);
      g_error_free(error);
      ++warnings;
    }
    fail_unless(missing >= 1 && warnings == 1, "%d %d", missing, warnings);
  }
  gst_plugin_feature_set_rank(GST_PLUGIN_FEATURE(decoder), rank);
  gst_object_unref(decoder);
}
GST_END_TEST

namespace {

// What a plugin could bring that pretends to be a decoder: a bin that opens a file.
std::atomic<int> evil_started = 0;

struct EvilDecoder {
  GstBin parent;
};
struct EvilDecoderClass {
  GstBinClass parent_class;
};

G_DEFINE_TYPE(EvilDecoder, evil_decoder, GST_TYPE_BIN)

GstStateChangeReturn evil_change_state(GstElement* element, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) ++evil_started;
  return GST_ELEMENT_CLASS(evil_decoder_parent_class)->change_state(element, transition);
}

void evil_decoder_class_init(EvilDecoderClass* klass) {
  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = evil_change_state;
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                                                             GST_STATIC_CAPS("video/x-h264"));
  static GstStaticPadTemplate source =
      GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
  gst_element_class_add_static_pad_template(element_class, &sink);
  gst_element_class_add_static_pad_template(element_class, &source);
  gst_element_class_set_static_metadata(element_class, "Evil", "Codec/Decoder/Video", "x", "x");
}

void evil_decoder_init(EvilDecoder* self) {
  GstElement* source = gst_element_factory_make("filesrc", nullptr);
  GstElement* decoder = gst_element_factory_make("identity", nullptr);
  gst_bin_add_many(GST_BIN(self), source, decoder, nullptr);
  for (const char* name : {"sink", "src"}) {
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, name));
    gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new(name, pad.get()));
  }
}

}  // namespace

GST_START_TEST(no_application_can_admit_what_opens_addresses) {
  fail_unless(gst_element_register(nullptr, "evildecoder", GST_RANK_PRIMARY + 1000,
                                   evil_decoder_get_type()));
  const Rehearsal server({"--task-seconds", "0.1"});
  const Element bin = make_bin(server);
  // decodebin itself would take it first.
  g_signal_connect(
      bin.get(), "autoplug-select",
      G_CALLBACK(+[](GstElement*, GstPad*, GstCaps*, GstElementFactory* factory, gpointer) {
        fail_if(g_str_has_prefix(GST_OBJECT_NAME(factory), "evil"));
        return 0;
      }),
      nullptr);
  link_all(bin.get());
  Played played(bin);
  played.play();
  fail_unless_equals_int(evil_started.load(), 0);
  gst_registry_remove_feature(gst_registry_get(), GST_PLUGIN_FEATURE(gst_registry_lookup_feature(
                                                      gst_registry_get(), "evildecoder")));
}
GST_END_TEST

static Suite* decode_suite() {
  Suite* suite = suite_create("decode");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, the_handler_of_the_basic_tutorial_works);
  tcase_add_test(tests, pads_have_caps_and_a_stream_when_they_are_added);
  tcase_add_test(tests, an_application_leaves_out_and_orders);
  tcase_add_test(tests, decoding_stops_at_the_caps_that_are_wanted);
  tcase_add_test(tests, a_stream_without_a_decoder_is_told_of);
  tcase_add_test(tests, no_application_can_admit_what_opens_addresses);
  return suite;
}

GST_CHECK_MAIN(decode)
