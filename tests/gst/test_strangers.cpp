// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Who may spend: what a demuxer or a downloader opens by itself never pays, and a URI that an
// application is handed says its price first. Counted at the stand-in.
#include "fixture.h"

using namespace prompt::element::test;

namespace {

// Elements that others make can only be told by the environment where the stand-in is.
class Surroundings {
 public:
  explicit Surroundings(const Rehearsal& server) {
    g_setenv("QUICKGEN_BASE_URL", server.base_url().c_str(), TRUE);
    g_setenv("QUICKGEN_API_KEY", canary_key, TRUE);
    g_setenv("GST_PROMPT_PROVIDER", "quickgen", TRUE);
    g_setenv("GST_PROMPT_HOME", server.library().c_str(), TRUE);
  }
  ~Surroundings() {
    for (const char* name : {"QUICKGEN_BASE_URL", "QUICKGEN_API_KEY", "GST_PROMPT_PROVIDER",
                             "GST_PROMPT_HOME", "GST_PROMPT_URI"})
      g_unsetenv(name);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;
};

constexpr const char* sinks = " video-sink=fakesink audio-sink=fakesink";

struct Playlist {
  std::string name;
  std::string text;
};

std::vector<Playlist> playlists() {
  const std::string mpd =
      R"(<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
         xmlns:xlink="http://www.w3.org/1999/xlink" mediaPresentationDuration="PT5S"
         profiles="urn:mpeg:dash:profile:isoff-main:2011" minBufferTime="PT1S">)";
  const std::string video =
      R"(<Period duration="PT5S"><AdaptationSet mimeType="video/mp4"><Representation id="1"
         codecs="avc1.640028" width="1280" height="720" bandwidth="100000">)";
  const std::string end = "</Representation></AdaptationSet></Period></MPD>";
  return {
      {"segment.m3u8",
       "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nprompt:a%20segment\n#EXT-X-ENDLIST\n"},
      {"variant.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\nprompt:a%20variant\n"},
      {"map.m3u8",
       "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:5\n#EXT-X-MAP:URI=\"prompt:a%20map\"\n"
       "#EXTINF:5,\nsegment.mp4\n#EXT-X-ENDLIST\n"},
      {"segment.mpd", mpd + video +
                          R"(<SegmentList duration="5"><Initialization sourceURL="prompt:head"/>
                             <SegmentURL media="prompt:a%20dash%20segment"/></SegmentList>)" +
                          end},
      {"base.mpd", mpd + "<BaseURL>prompt:a%20base</BaseURL>" + video + end},
      {"xlink.mpd",
       mpd + R"(<Period xlink:href="prompt:an%20xlink" xlink:actuate="onLoad"/></MPD>)"},
  };
}

Playlist smooth_streaming() {
  return {"Manifest",
          R"(<?xml version="1.0"?><SmoothStreamingMedia MajorVersion="2" MinorVersion="0"
          Duration="50000000"><StreamIndex Type="video" Name="video" Chunks="1" QualityLevels="1"
          Url="prompt:smooth{bitrate}"><QualityLevel Index="0" Bitrate="100000" FourCC="H264"
          MaxWidth="640" MaxHeight="360" CodecPrivateData="000000016764001FACD9405005BB0110000003)"
          R"(00100000030320F18319600000000168EBECB22C"/><c d="50000000"/></StreamIndex>)"
          "</SmoothStreamingMedia>"};
}

std::string write_down(const TemporaryFolder& folder, const Playlist& playlist) {
  prompt::GErrorPtr error;
  fail_unless(g_file_set_contents(folder.file(playlist.name).c_str(), playlist.text.c_str(), -1,
                                  error.out()) != FALSE);
  return "file://" + folder.file(playlist.name);
}

// Demuxers try again for many seconds, so the first error of a source of theirs is enough.
bool is_failure(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) return true;
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_PROGRESS) return false;
  GstProgressType type = GST_PROGRESS_TYPE_START;
  gst_message_parse_progress(message, &type, nullptr, nullptr);
  return type == GST_PROGRESS_TYPE_ERROR || type == GST_PROGRESS_TYPE_COMPLETE;
}

bool is_price(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING) return false;
  const GstStructure* details = nullptr;
  gst_message_parse_warning_details(message, &details);
  return details != nullptr && gst_structure_has_name(details, "prompt-price");
}

int count_prices(const Pipeline& pipeline) {
  int prices = 0;
  for (const Message& message : pipeline.messages()) prices += is_price(message.get()) ? 1 : 0;
  return prices;
}

// With or without GStreamer's newer demuxers, which open nothing but http by themselves.
void rank_new_demuxers(guint rank) {
  for (const char* name : {"hlsdemux2", "dashdemux2", "mssdemux2"}) {
    GstPluginFeature* feature = gst_registry_lookup_feature(gst_registry_get(), name);
    if (feature == nullptr) continue;
    gst_plugin_feature_set_rank(feature, rank);
    gst_object_unref(feature);
  }
}

void play(const Rehearsal& server, const std::string& player, const char* rest,
          const std::vector<Playlist>& playlists, milliseconds limit) {
  const TemporaryFolder folder;
  for (const Playlist& playlist : playlists) {
    const std::string uri = write_down(folder, playlist);
    Pipeline pipeline(player + " uri=" + uri + rest);
    pipeline.set_state(GST_STATE_PLAYING);
    (void)pipeline.wait_until(is_failure, limit);
    pipeline.set_state(GST_STATE_NULL);
    fail_unless(server.submits() == 0, "%s was paid for in '%s'", playlist.name.c_str(),
                player.c_str());
    fail_unless_equals_int(count_prices(pipeline), 0);
  }
}

// A bin that is no pipeline, with a bus of its own, as downloaders give their sources one.
Element lone_bin(const Element& source) {
  Element bin = Element::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  gst_bin_add_many(GST_BIN(bin.get()), source.get(), sink, nullptr);
  fail_unless(gst_element_link(source.get(), sink));
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(bin.get(), bus);
  gst_object_unref(bus);
  return bin;
}

Element from_uri(const std::string& uri) {
  prompt::GErrorPtr error;
  GstElement* made = gst_element_make_from_uri(GST_URI_SRC, uri.c_str(), nullptr, error.out());
  fail_unless(made != nullptr, "%s", error ? error->message : "");
  return Element::adopt(GST_ELEMENT(gst_object_ref_sink(made)));
}

GstMessage* play_to_the_end(Pipeline& pipeline) {
  pipeline.set_state(GST_STATE_PLAYING);
  return pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
}

}  // namespace

GST_START_TEST(playlists_do_not_pay) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  constexpr milliseconds limit{5000};
  // Takes what is written for a path of its own folder, and goes on trying to open that.
  play(server, "playbin", sinks, {smooth_streaming()}, milliseconds(1000));
  rank_new_demuxers(GST_RANK_NONE);
  for (const char* player : {"playbin", "playbin3"})
    play(server, player, sinks, playlists(), limit);
  for (const char* player :
       {"uridecodebin", "uridecodebin3", "urisourcebin", "urisourcebin parse-streams=true"})
    play(server, player, " ! fakesink", playlists(), limit);
  rank_new_demuxers(GST_RANK_PRIMARY + 1);
}
GST_END_TEST

GST_START_TEST(demuxer_says_why_and_how_to_go_on) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  const TemporaryFolder folder;
  const std::string uri = write_down(folder, playlists().front());
  Pipeline pipeline("playbin uri=" + uri + " video-sink=fakesink");
  pipeline.set_state(GST_STATE_PAUSED);
  const SeenError error = read_error(pipeline.wait(GST_MESSAGE_ERROR));
  // The demuxer's own message, with ours in it.
  const std::string all = error.message + error.debug;
  for (const char* part : {"may not pay", "hlsdemux", "open the URI itself once"})
    fail_unless(all.find(part) != std::string::npos, "%s", all.c_str());
  fail_unless_equals_int64(server.submits(), 0);
}
GST_END_TEST

GST_START_TEST(uri_without_a_pipeline_plays_only_the_library) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  {
    Pipeline bin(lone_bin(from_uri("prompt:a fox")));
    const SeenError error = read_error(play_to_the_end(bin));
    fail_unless(error.is(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND), "%s",
                error.message.c_str());
    fail_unless(error.message.find("no pipeline") != std::string::npos, "%s",
                error.message.c_str());
    assert_text(error.text("error-code"), "NOT_IN_LIBRARY");
    fail_unless_equals_int64(server.submits(), 0);
  }
  {
    // A key is no order.
    const Element source = from_uri("prompt:a fox");
    server.apply(source.get());
    g_object_set(source.get(), "provider", nullptr, nullptr);
    fail_unless(gst_uri_handler_set_uri(GST_URI_HANDLER(source.get()), "prompt:a fox", nullptr));
    g_object_set(source.get(), "api-key", canary_key, "max-credits", 1000.0, nullptr);
    Pipeline bin(lone_bin(source));
    (void)read_error(play_to_the_end(bin));
    fail_unless_equals_int64(server.submits(), 0);
  }
  // Somebody orders it.
  (void)fetch(server, "a fox");
  fail_unless_equals_int64(server.submits(), 1);
  Pipeline bin(lone_bin(from_uri("prompt:a fox")));
  fail_unless(GST_MESSAGE_TYPE(play_to_the_end(bin)) == GST_MESSAGE_EOS);
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(application_that_sets_what_it_wants_pays) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  const Element source = from_uri("prompt:a fox");
  g_object_set(source.get(), "prompt", "a red fox", nullptr);
  Pipeline bin(lone_bin(source));
  fail_unless(GST_MESSAGE_TYPE(play_to_the_end(bin)) == GST_MESSAGE_EOS);
  fail_unless_equals_int64(server.submits(), 1);
  fail_unless_equals_int(count_prices(bin), 0);
}
GST_END_TEST

GST_START_TEST(uri_that_was_handed_says_its_price_first) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  for (const int prices : {1, 0}) {
    Pipeline pipeline("playbin uri=\"prompt:a fox\" video-sink=fakesink audio-sink=fakesink");
    pipeline.set_state(GST_STATE_PLAYING);
    const auto is_price_or_job = [](GstMessage* message) {
      return is_price(message) || gst_message_has_name(message, "prompt-job");
    };
    GstMessage* news = pipeline.wait_until(is_price_or_job);
    fail_unless(news != nullptr);
    fail_unless_equals_int(is_price(news) ? 1 : 0, prices);
    if (prices == 1) {
      prompt::GErrorPtr warning;
      gst_message_parse_warning(news, warning.out(), nullptr);
      const GstStructure* details = nullptr;
      gst_message_parse_warning_details(news, &details);
      double credits = 0;
      fail_unless(gst_structure_get_double(details, "credits", &credits));
      fail_unless(credits > 0);
      const std::string price = prompt::format("%g credits", credits);
      fail_unless(std::string(warning->message).find(price) != std::string::npos, "%s",
                  warning->message);
    }
    GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
    fail_unless_equals_int(count_prices(pipeline), prices);
    fail_unless_equals_int64(server.submits(), 1);
  }
}
GST_END_TEST

GST_START_TEST(what_a_cap_refuses_is_not_announced) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  const Element source = from_uri("prompt:a fox");
  g_object_set(source.get(), "max-credits", 0.5, nullptr);
  Element pipeline = Element::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  gst_bin_add_many(GST_BIN(pipeline.get()), source.get(), sink, nullptr);
  fail_unless(gst_element_link(source.get(), sink));
  Pipeline played(pipeline);
  const SeenError error = read_error(play_to_the_end(played));
  fail_unless(error.message.find("max-credits") != std::string::npos, "%s", error.message.c_str());
  fail_unless_equals_int(count_prices(played), 0);
  fail_unless_equals_int64(server.submits(), 0);
}
GST_END_TEST

GST_START_TEST(operator_keeps_uris_from_paying) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  const auto play = [] {
    Pipeline pipeline("playbin uri=\"prompt:a fox\" video-sink=fakesink audio-sink=fakesink");
    GstMessage* end = play_to_the_end(pipeline);
    fail_unless(end != nullptr);
    fail_unless_equals_int(count_prices(pipeline), 0);
    return GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS ? std::string() : read_error(end).message;
  };
  for (const char* value : {"play", "Pay", "yes", "0", "play "}) {
    g_setenv("GST_PROMPT_URI", value, TRUE);
    const std::string message = play();
    fail_unless(message.find("GST_PROMPT_URI") != std::string::npos, "%s", message.c_str());
    fail_unless_equals_int64(server.submits(), 0);
  }
  g_setenv("GST_PROMPT_URI", "play", TRUE);
  // Who writes down what is wanted has ordered it, and then it plays.
  (void)fetch(server, "a fox");
  assert_text(play(), "");
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(many_openers_of_one_uri_pay_once) {
  const Rehearsal server({"--task-seconds", "0.3"});
  const Surroundings surroundings(server);
  for (int round = 1; round <= 3; ++round) {
    const std::string line =
        prompt::format("uridecodebin uri=\"prompt:round %d\" ! fakesink", round);
    std::vector<std::unique_ptr<Pipeline>> pipelines;
    for (int i = 0; i < 4; ++i) pipelines.push_back(std::make_unique<Pipeline>(line));
    for (const auto& pipeline : pipelines) pipeline->set_state(GST_STATE_PLAYING);
    for (const auto& pipeline : pipelines) {
      GstMessage* end = pipeline->wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS, "%s",
                  end != nullptr ? read_error(end).message.c_str() : "nothing happened");
    }
    fail_unless_equals_int64(server.submits(), round);
  }
}
GST_END_TEST

static Suite* strangers_suite() {
  Suite* suite = suite_create("strangers");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, playlists_do_not_pay);
  tcase_add_test(tests, demuxer_says_why_and_how_to_go_on);
  tcase_add_test(tests, uri_without_a_pipeline_plays_only_the_library);
  tcase_add_test(tests, application_that_sets_what_it_wants_pays);
  tcase_add_test(tests, uri_that_was_handed_says_its_price_first);
  tcase_add_test(tests, what_a_cap_refuses_is_not_announced);
  tcase_add_test(tests, operator_keeps_uris_from_paying);
  tcase_add_test(tests, many_openers_of_one_uri_pay_once);
  return suite;
}

GST_CHECK_MAIN(strangers)
