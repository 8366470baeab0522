// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// promptsrc against the stand-in server: what it asks for and when, what it gives, what it tells.
#include "fixture.h"

#include <thread>

using namespace prompt::element::test;
using prompt::Ref;

namespace {

Element make_source(const Rehearsal& server, const char* prompt) {
  Element source = make("promptsrc");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", prompt, nullptr);
  return source;
}

Ref<GstPad> source_pad(const Element& source) {
  return Ref<GstPad>::adopt(gst_element_get_static_pad(source.get(), "src"));
}

GstMessage* play_to_end(Pipeline& pipeline) {
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(end != nullptr);
  if (GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", read_error(end).message.c_str());
  return end;
}

void wait_for_submit(const Rehearsal& server, long wanted = 1) {
  fail_unless_equals_int64(server.wait_for({"providers", "vibegen", "submits"}, wanted), wanted);
}

// A pipeline of one source that waits for a task without end.
struct Waiting {
  explicit Waiting(const char* sink = "fakesink")
      : server({"--task-seconds", "600"}), pipeline(std::string("promptsrc name=src ! ") + sink) {
    source = pipeline.find("src");
    server.apply(source.get());
    g_object_set(source.get(), "prompt", "a long wait", nullptr);
    pipeline.set_state(GST_STATE_PLAYING);
    wait_for_submit(server);
  }
  Rehearsal server;
  Pipeline pipeline;
  Element source;
};

std::string pull_all(GstPad* pad) {
  std::string bytes;
  for (;;) {
    GstBuffer* buffer = nullptr;
    const GstFlowReturn flow = gst_pad_get_range(pad, bytes.size(), 100000, &buffer);
    if (flow == GST_FLOW_EOS) return bytes;
    fail_unless_equals_int(flow, GST_FLOW_OK);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    bytes.append(reinterpret_cast<const char*>(map.data), map.size);
    gst_buffer_unmap(buffer, &map);
    gst_buffer_unref(buffer);
  }
}

}  // namespace

GST_START_TEST(queries_submit_nothing) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const Element source = make_source(server, "a query");
  const Ref<GstPad> pad = source_pad(source);
  for (const GstState state : {GST_STATE_NULL, GST_STATE_READY}) {
    gst_element_set_state(source.get(), state);
    for (int i = 0; i < 20; ++i) {
      GstQuery* query = gst_query_new_scheduling();
      fail_unless(gst_pad_query(pad.get(), query));
      fail_unless(gst_query_has_scheduling_mode_with_flags(query, GST_PAD_MODE_PULL,
                                                           GST_SCHEDULING_FLAG_SEEKABLE));
      fail_unless(gst_query_has_scheduling_mode(query, GST_PAD_MODE_PUSH));
      GstSchedulingFlags flags = GST_SCHEDULING_FLAG_SEEKABLE;
      gst_query_parse_scheduling(query, &flags, nullptr, nullptr, nullptr);
      // That would make players insert a queue that posts BUFFERING.
      fail_unless((flags & GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED) == 0);
      gst_query_unref(query);
      gint64 length = 0;
      gst_pad_query_duration(pad.get(), GST_FORMAT_BYTES, &length);
    }
  }
  gst_element_set_state(source.get(), GST_STATE_NULL);
  // Whatever was asked before this one would have been submitted before it.
  fail_unless(!fetch(server, "another prompt").empty());
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(uri_query_ends_in_an_extension_and_hides_the_prompt) {
  const Element source = make("promptsrc");
  const Ref<GstPad> pad = source_pad(source);
  const auto ask = [&] {
    GstQuery* query = gst_query_new_uri();
    fail_unless(gst_pad_query(pad.get(), query));
    gchar* text = nullptr;
    gst_query_parse_uri(query, &text);
    gst_query_unref(query);
    const prompt::OwnedString owned(text);
    const std::string uri(owned.get());
    const std::unique_ptr<GstUri, decltype(&gst_uri_unref)> parsed(gst_uri_from_string(uri.c_str()),
                                                                   gst_uri_unref);
    const prompt::OwnedString path(gst_uri_get_path(parsed.get()));
    fail_unless(path != nullptr && std::string(path.get()) == uri.substr(7), "%s", uri.c_str());
    return uri;
  };
  g_object_set(source.get(), "prompt", "secret garden", nullptr);
  const std::string first = ask();
  fail_unless(first.size() > 4 && first.substr(first.size() - 4) == ".mp4", "%s", first.c_str());
  fail_unless(first.find("garden") == std::string::npos);
  assert_text(ask(), first);
  g_object_set(source.get(), "take", 2, nullptr);
  fail_unless(ask() != first);
  gst_util_set_object_arg(G_OBJECT(source.get()), "media", "audio");
  const std::string music = ask();
  fail_unless(music.substr(music.size() - 4) == ".mp3", "%s", music.c_str());
}
GST_END_TEST

GST_START_TEST(bytes_are_the_providers_in_push_and_pull_mode_and_in_null) {
  const TemporaryFolder folder;
  std::string clip;
  {
    const Rehearsal server({"--task-seconds", "0.1"});
    clip = fetch(server, "the original");
    std::ignore = g_file_set_contents(folder.file("clip.mp4").c_str(), clip.data(),
                                      static_cast<gssize>(clip.size()), nullptr);
  }
  fail_unless(clip.size() > 100000);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--chunked"}, {"--no-range", "--rate", "4000000"}}) {
    std::vector<std::string> options = {"--task-seconds", "0.1", "--media",
                                        folder.file("clip.mp4")};
    options.insert(options.end(), more.begin(), more.end());
    const Rehearsal server(options);
    fail_unless(fetch(server, "pushed") == clip);

    // In pull mode typefind activates a source that is still in NULL.
    const Element source = make_source(server, "pulled");
    const Ref<GstPad> pad = source_pad(source);
    fail_unless(gst_pad_activate_mode(pad.get(), GST_PAD_MODE_PULL, TRUE));
    fail_unless(pull_all(pad.get()) == clip);
    GstBuffer* buffer = nullptr;
    fail_unless_equals_int(gst_pad_get_range(pad.get(), clip.size() - 10, 20, &buffer),
                           GST_FLOW_OK);
    fail_unless_equals_int64(static_cast<gint64>(gst_buffer_get_size(buffer)), 10);
    gst_buffer_unref(buffer);
    buffer = gst_buffer_new_allocate(nullptr, 1000, nullptr);
    GstBuffer* given = buffer;
    fail_unless_equals_int(gst_pad_get_range(pad.get(), 4000, 1000, &given), GST_FLOW_OK);
    fail_unless(given == buffer);
    fail_unless_equals_int(gst_buffer_memcmp(buffer, 0, clip.data() + 4000, 1000), 0);
    gst_buffer_unref(buffer);
    // More than there is and more than fits into memory.
    buffer = nullptr;
    fail_unless_equals_int(gst_pad_get_range(pad.get(), 5, 0xf0000000U, &buffer), GST_FLOW_OK);
    fail_unless_equals_int64(gst_buffer_get_size(buffer), clip.size() - 5);
    gst_buffer_unref(buffer);
    gint64 length = 0;
    fail_unless(gst_pad_query_duration(pad.get(), GST_FORMAT_BYTES, &length));
    fail_unless_equals_int64(length, static_cast<gint64>(clip.size()));
    gst_pad_activate_mode(pad.get(), GST_PAD_MODE_PULL, FALSE);
    fail_unless_equals_int64(server.submits(), 2);
  }
}
GST_END_TEST

GST_START_TEST(same_request_opened_three_times_at_once_is_submitted_once) {
  const Rehearsal server({"--task-seconds", "0.5"});
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<Pipeline>> pipelines;
  for (int i = 0; i < 3; ++i) {
    pipelines.push_back(std::make_unique<Pipeline>(
        prompt::format("promptsrc name=src ! filesink location=%s/%d", folder.path().c_str(), i)));
    const Element source = pipelines.back()->find("src");
    server.apply(source.get());
    g_object_set(source.get(), "prompt", "the same", nullptr);
  }
  std::vector<std::thread> threads;
  for (const auto& pipeline : pipelines)
    threads.emplace_back([&pipeline] { pipeline->set_state(GST_STATE_PLAYING); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& pipeline : pipelines)
    fail_unless(pipeline->wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR) != nullptr &&
                GST_MESSAGE_TYPE(pipeline->messages().back().get()) == GST_MESSAGE_EOS);
  const std::string first = read_bytes(folder.file("0"));
  fail_unless(!first.empty() && read_bytes(folder.file("1")) == first &&
              read_bytes(folder.file("2")) == first);
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(uridecodebins_of_one_uri_submit_once) {
  const Rehearsal server({"--task-seconds", "0.3"});
  std::vector<std::unique_ptr<Pipeline>> pipelines;
  for (const char* factory : {"uridecodebin", "uridecodebin3", "uridecodebin"}) {
    pipelines.push_back(std::make_unique<Pipeline>(
        std::string(factory) + " name=d uri=\"prompt:one of three\" ! fakesink"));
    const Element bin = pipelines.back()->find("d");
    g_signal_connect(bin.get(), "source-setup",
                     G_CALLBACK(+[](GstElement*, GstElement* source, gpointer data) {
                       static_cast<const Rehearsal*>(data)->apply(source);
                     }),
                     const_cast<Rehearsal*>(&server));
  }
  for (const auto& pipeline : pipelines) pipeline->set_state(GST_STATE_PLAYING);
  for (const auto& pipeline : pipelines) {
    GstMessage* end = pipeline->wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(end != nullptr, "%s ends never", GST_OBJECT_NAME(pipeline->get()));
    if (GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_error("%s", read_error(end).debug.c_str());
  }
  fail_unless_equals_int64(server.submits(), 1);
}
GST_END_TEST

GST_START_TEST(restart_plays_the_same_clip_again) {
  const Rehearsal server({"--task-seconds", "0.2"});
  Pipeline pipeline("promptsrc name=src ! fakesink name=sink");
  const Element source = pipeline.find("src");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", "again and again", nullptr);
  for (const GstState between : {GST_STATE_READY, GST_STATE_NULL, GST_STATE_READY}) {
    play_to_end(pipeline);
    pipeline.set_state(between);
  }
  fail_unless_equals_int64(server.submits(), 1);
  // Stopped while it waits, and started again.
  g_object_set(source.get(), "take", 2, nullptr);
  pipeline.set_state(GST_STATE_PAUSED);
  wait_for_submit(server, 2);
  pipeline.set_state(GST_STATE_READY);
  play_to_end(pipeline);
  fail_unless_equals_int64(server.submits(), 2);
}
GST_END_TEST

GST_START_TEST(refresh_pays_once_for_each_element_and_change) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const auto play = [&](const Element& source, long submits) {
    Pipeline pipeline(make("pipeline"));
    const Element sink = make("fakesink");
    gst_bin_add_many(GST_BIN(pipeline.get()), source.get(), sink.get(), nullptr);
    fail_unless(gst_element_link(source.get(), sink.get()));
    play_to_end(pipeline);
    // Before that, the job would be joined.
    fail_unless(pipeline.wait_for_job("ready"));
    fail_unless_equals_int64(server.submits(), submits);
    pipeline.set_state(GST_STATE_READY);
    gst_element_unlink(source.get(), sink.get());
    gst_bin_remove(GST_BIN(pipeline.get()), source.get());
    gst_element_set_state(source.get(), GST_STATE_NULL);
  };
  const Element source = make_source(server, "fresh");
  play(source, 1);
  gst_util_set_object_arg(G_OBJECT(source.get()), "cache", "refresh");
  play(source, 2);
  play(source, 2);
  play(source, 2);
  g_object_set(source.get(), "prompt", "fresh", nullptr);
  play(source, 3);
}
GST_END_TEST

GST_START_TEST(seeks_while_waiting_do_not_hang_and_lose_nothing) {
  for (const GstSeekFlags flags : {GST_SEEK_FLAG_NONE, GST_SEEK_FLAG_FLUSH}) {
    const Rehearsal server({"--task-seconds", "2"});
    Pipeline pipeline("promptsrc name=src ! fakesink name=sink");
    const Element source = pipeline.find("src");
    server.apply(source.get());
    g_object_set(source.get(), "prompt", "sought", nullptr);
    pipeline.set_state(GST_STATE_PLAYING);
    wait_for_submit(server);
    const Ref<GstPad> pad = source_pad(source);
    for (int i = 0; i < 20; ++i) {
      // Sent to the pad, as demuxers do, and to the element.
      GstEvent* seek = gst_event_new_seek(1.0, GST_FORMAT_BYTES, flags, GST_SEEK_TYPE_SET,
                                          i == 19 ? 1000 : i, GST_SEEK_TYPE_NONE, 0);
      const milliseconds begin = now();
      const gboolean done = i % 2 == 1 ? gst_pad_send_event(pad.get(), seek)
                                       : gst_element_send_event(source.get(), seek);
      const milliseconds took = now() - begin;
      fail_unless(done);
      fail_unless(took <= milliseconds(250) * slowness(), "a seek took %d ms",
                  static_cast<int>(took.count()));
    }
    // A seek that is not ours to do leaves the stream as it is.
    fail_unless(!gst_pad_send_event(
        pad.get(), gst_event_new_seek(1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, 0,
                                      GST_SEEK_TYPE_NONE, 0)));
    GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
    const Element sink = pipeline.find("sink");
    GstSample* sample = nullptr;
    g_object_get(sink.get(), "last-sample", &sample, nullptr);
    const guint64 last = GST_BUFFER_OFFSET_END(gst_sample_get_buffer(sample));
    gst_sample_unref(sample);
    gint64 length = 0;
    gst_pad_query_duration(pad.get(), GST_FORMAT_BYTES, &length);
    fail_unless_equals_int64(last, length);
    fail_unless_equals_int64(server.submits(), 1);
  }
}
GST_END_TEST

GST_START_TEST(eos_while_waiting_says_that_the_job_goes_on) {
  Waiting waiting;
  const std::string job = text_property(waiting.source.get(), "job-id");
  fail_unless(!job.empty());
  gst_element_send_event(waiting.pipeline.get(), gst_event_new_eos());
  fail_unless(waiting.pipeline.wait(GST_MESSAGE_EOS) != nullptr);
  bool is_told = false;
  for (const Message& message : waiting.pipeline.messages()) {
    if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_WARNING) continue;
    prompt::GErrorPtr warning;
    gst_message_parse_warning(message.get(), warning.out(), nullptr);
    is_told = std::string(warning->message).find("job " + job + " goes on") != std::string::npos;
  }
  fail_unless(is_told);
  const std::string progress = waiting.pipeline.progress();
  fail_unless(progress.rfind("START", 0) == 0 && progress.find("CANCELED") != std::string::npos,
              "%s", progress.c_str());
}
GST_END_TEST

GST_START_TEST(stopping_while_waiting_cancels_the_progress_only) {
  Waiting waiting;
  fail_unless(waiting.pipeline.wait_until([&](GstMessage*) {
    return waiting.pipeline.progress().find("CONTINUE") != std::string::npos;
  }) != nullptr);
  waiting.pipeline.set_state(GST_STATE_READY);
  waiting.pipeline.drain();
  const std::string progress = waiting.pipeline.progress();
  fail_unless(progress.substr(progress.size() - 8) == "CANCELED", "%s", progress.c_str());
  // What could be seen of the job can still be seen.
  fail_unless(!text_property(waiting.source.get(), "job-id").empty());
  fail_unless(nick_property(waiting.source.get(), "job-state") != "cancelled");
}
GST_END_TEST

GST_START_TEST(progress_is_told_in_order_and_completed_before_the_first_byte) {
  const Rehearsal server({"--task-seconds", "3.5"});
  Pipeline pipeline("promptsrc name=src ! fakesink");
  const Element source = pipeline.find("src");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", "watched", nullptr);
  // The order of messages and buffers as they happen.
  struct Order {
    std::mutex mutex;
    std::string events;
    std::vector<milliseconds> continues;
  } order;
  const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
  gst_bus_set_sync_handler(
      bus.get(),
      [](GstBus*, GstMessage* message, gpointer data) {
        auto* seen = static_cast<Order*>(data);
        const std::lock_guard lock(seen->mutex);
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_PROGRESS) {
          GstProgressType type = GST_PROGRESS_TYPE_ERROR;
          gst_message_parse_progress(message, &type, nullptr, nullptr);
          seen->events += "SCPXE"[type];
          if (type == GST_PROGRESS_TYPE_CONTINUE) seen->continues.push_back(now());
        }
        return GST_BUS_PASS;
      },
      &order, nullptr);
  const Ref<GstPad> pad = source_pad(source);
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto* seen = static_cast<Order*>(data);
        const std::lock_guard lock(seen->mutex);
        if (seen->events.empty() || seen->events.back() != 'b') seen->events += 'b';
        return GST_PAD_PROBE_OK;
      },
      &order, nullptr);
  play_to_end(pipeline);
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
  const std::string continues(order.continues.size(), 'C');
  fail_unless(order.continues.size() >= 2, "%s", order.events.c_str());
  assert_text(order.events, "S" + continues + "Pb");
  for (std::size_t i = 1; i < order.continues.size(); ++i)
    fail_unless(order.continues[i] - order.continues[i - 1] >= milliseconds(990));
  fail_unless_equals_int(pipeline.count(GST_MESSAGE_BUFFERING), 0);
}
GST_END_TEST

GST_START_TEST(job_messages_properties_and_tags_tell_what_happens) {
  // Before the pipeline, which tells more until it is stopped.
  struct Notified {
    std::mutex mutex;
    std::string names;
  } notified;
  const Rehearsal server({"--task-seconds", "1.5"});
  Pipeline pipeline("promptsrc name=src ! fakesink");
  const Element source = pipeline.find("src");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", "a told story", nullptr);
  assert_text(nick_property(source.get(), "job-state"), "idle");
  g_signal_connect(source.get(), "notify",
                   G_CALLBACK(+[](GObject* object, GParamSpec* spec, gpointer data) {
                     // Reading a property here would deadlock if a lock were held.
                     GValue value = G_VALUE_INIT;
                     g_object_get_property(object, spec->name, &value);
                     g_value_unset(&value);
                     auto* seen = static_cast<Notified*>(data);
                     const std::lock_guard lock(seen->mutex);
                     seen->names += std::string(" ") + spec->name;
                   }),
                   &notified);
  play_to_end(pipeline);
  // The end of the download may be known a moment after the end of the stream.
  fail_unless(pipeline.wait_for_job("ready"));

  std::vector<std::string> states;
  for (const Message& message : pipeline.messages()) {
    if (!gst_message_has_name(message.get(), "prompt-job")) continue;
    const GstStructure* fields = gst_message_get_structure(message.get());
    for (const char* name : {"job-id", "provider", "model", "task-id", "state"})
      fail_unless(gst_structure_has_field_typed(fields, name, G_TYPE_STRING), "%s", name);
    for (const char* name : {"progress", "credits"})
      fail_unless(gst_structure_has_field_typed(fields, name, G_TYPE_DOUBLE), "%s", name);
    for (const char* name : {"elapsed", "eta"})
      fail_unless(gst_structure_has_field_typed(fields, name, G_TYPE_UINT64), "%s", name);
    assert_text(gst_structure_get_string(fields, "provider"), "quickgen");
    const std::string state = gst_structure_get_string(fields, "state");
    if (states.empty() || states.back() != state) states.push_back(state);
  }
  fail_unless(states.size() >= 3 && states.back() == "ready", "%s", prompt::join(states).c_str());
  fail_unless(std::find(states.begin(), states.end(), "running") != states.end());

  assert_text(nick_property(source.get(), "job-state"), "ready");
  double credits = 0;
  g_object_get(source.get(), "credits", &credits, nullptr);
  fail_unless_equals_float(credits, 15);
  const std::string task = text_property(source.get(), "current-task-id");
  fail_unless(!task.empty() && !text_property(source.get(), "job-id").empty());
  fail_unless(read_bytes(text_property(source.get(), "clip-location")).size() > 100000);
  const std::lock_guard lock(notified.mutex);
  for (const char* name : {"job-state", "job-id", "current-task-id", "credits", "clip-location"})
    fail_unless((notified.names + " ").find(std::string(" ") + name + " ") != std::string::npos,
                "no notify of %s", name);

  const auto tag = std::find_if(
      pipeline.messages().begin(), pipeline.messages().end(), [&](const Message& message) {
        return GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_TAG &&
               GST_MESSAGE_SRC(message.get()) == GST_OBJECT_CAST(source.get());
      });
  fail_unless(tag != pipeline.messages().end());
  GstTagList* tags = nullptr;
  gst_message_parse_tag(tag->get(), &tags);
  const auto text_of = [tags](const char* name) {
    gchar* text = nullptr;
    gst_tag_list_get_string(tags, name, &text);
    const prompt::OwnedString owned(text);
    return std::string(owned ? owned.get() : "");
  };
  assert_text(text_of(GST_TAG_TITLE), "a told story");
  assert_text(text_of(GST_TAG_ENCODER), "VibeGen seedance 2.0");
  assert_text(text_of(GST_TAG_APPLICATION_NAME), "VibeGen");
  assert_text(text_of(GST_TAG_COMMENT), task);
  gst_tag_list_unref(tags);
}
GST_END_TEST

GST_START_TEST(property_set_while_in_use_counts_from_the_next_start) {
  Waiting waiting;
  static std::atomic<int> warnings = 0;
  gst_debug_add_log_function(
      +[](GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*, gint,
          GObject*, GstDebugMessage*, gpointer) {
        if (level == GST_LEVEL_WARNING &&
            std::string(gst_debug_category_get_name(category)) == "promptsrc")
          ++warnings;
      },
      nullptr, nullptr);
  gst_debug_set_threshold_for_name("promptsrc", GST_LEVEL_WARNING);
  g_object_set(waiting.source.get(), "prompt", "something else", nullptr);
  fail_unless_equals_int(warnings.load(), 1);
  waiting.pipeline.set_state(GST_STATE_READY);
  g_object_set(waiting.source.get(), "take", 2, nullptr);
  fail_unless_equals_int(warnings.load(), 1);
  waiting.pipeline.set_state(GST_STATE_PAUSED);
  wait_for_submit(waiting.server, 2);
  gst_debug_set_threshold_for_name("promptsrc", GST_LEVEL_NONE);
}
GST_END_TEST

GST_START_TEST(start_policy_complete_waits_for_the_whole_clip) {
  const Rehearsal server({"--task-seconds", "0.1", "--rate", "800000"});
  for (const char* policy : {"first-byte", "complete"}) {
    Pipeline pipeline("promptsrc name=src ! fakesink");
    const Element source = pipeline.find("src");
    server.apply(source.get());
    g_object_set(source.get(), "prompt", policy, nullptr);
    gst_util_set_object_arg(G_OBJECT(source.get()), "start-policy", policy);
    const Ref<GstPad> pad = source_pad(source);
    std::string location;
    struct First {
      GstElement* source;
      std::string location;
    } first{source.get(), ""};
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer data) {
          auto* seen = static_cast<First*>(data);
          seen->location = text_property(seen->source, "clip-location");
          return GST_PAD_PROBE_REMOVE;
        },
        &first, nullptr);
    play_to_end(pipeline);
    const bool was_partial = first.location.find(".part") != std::string::npos;
    fail_unless(was_partial == (std::string(policy) == "first-byte"), "%s: %s", policy,
                first.location.c_str());
  }
}
GST_END_TEST

static Suite* source_suite() {
  Suite* suite = suite_create("source");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, queries_submit_nothing);
  tcase_add_test(tests, uri_query_ends_in_an_extension_and_hides_the_prompt);
  tcase_add_test(tests, bytes_are_the_providers_in_push_and_pull_mode_and_in_null);
  tcase_add_test(tests, same_request_opened_three_times_at_once_is_submitted_once);
  tcase_add_test(tests, uridecodebins_of_one_uri_submit_once);
  tcase_add_test(tests, restart_plays_the_same_clip_again);
  tcase_add_test(tests, refresh_pays_once_for_each_element_and_change);
  tcase_add_test(tests, seeks_while_waiting_do_not_hang_and_lose_nothing);
  tcase_add_test(tests, eos_while_waiting_says_that_the_job_goes_on);
  tcase_add_test(tests, stopping_while_waiting_cancels_the_progress_only);
  tcase_add_test(tests, progress_is_told_in_order_and_completed_before_the_first_byte);
  tcase_add_test(tests, job_messages_properties_and_tags_tell_what_happens);
  tcase_add_test(tests, property_set_while_in_use_counts_from_the_next_start);
  tcase_add_test(tests, start_policy_complete_waits_for_the_whole_clip);
  return suite;
}

GST_CHECK_MAIN(source)
