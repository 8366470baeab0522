// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Plays what it is told to, several at once, for tests that make players suffer.
//
//   usage: test-player THREADS
//     standard input, one line a play:
//       ID ELEMENT ON-STOP LIMIT-MS SEEK-MS PROMPT...
//         ELEMENT   promptsrc, promptdecodebin, or decodebin: then PROMPT is a file's path, and
//                   nothing of ours plays
//         ON-STOP   keep or cancel
//         LIMIT-MS  stopped after so long; SEEK-MS: sought in after so long (0: never)
//     the line "rest" ends what is playing and what waits; "resting" is printed when all is down
//     standard output, a line for each play: ID END MESSAGE, where END is begun, eos, error, warned
//     (an end of the stream although an error was posted as a warning) or stopped
#include <gst/gst.h>
#include <malloc.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Play {
  std::string id;
  std::string element;
  std::string on_stop;
  milliseconds limit{0};
  milliseconds seek{0};
  std::string prompt;
};

std::mutex printing;

void print(const Play& play, const char* end, std::string message) {
  for (char& c : message)
    if (c == '\n' || c == '\r') c = ' ';
  const std::lock_guard lock(printing);
  std::printf("%s %s %s\n", play.id.c_str(), end, message.c_str());
  std::fflush(stdout);
}

struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Play> waiting;  // guarded by mutex
  int playing = 0;           // guarded by mutex
  bool is_closed = false;    // guarded by mutex
  std::atomic<bool> rest = false;
};

void add_sink(GstElement*, GstPad* pad, gpointer pipeline) {
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  gst_bin_add(GST_BIN(pipeline), sink);
  GstPad* target = gst_element_get_static_pad(sink, "sink");
  if (GST_PAD_LINK_FAILED(gst_pad_link(pad, target))) std::abort();
  gst_object_unref(target);
  gst_element_sync_state_with_parent(sink);
}

GstElement* make_pipeline(const Play& play) {
  GstElement* pipeline = gst_pipeline_new(nullptr);
  GstElement* element = gst_element_factory_make(play.element.c_str(), nullptr);
  if (element == nullptr) g_error("there is no element '%s'", play.element.c_str());
  gst_bin_add(GST_BIN(pipeline), element);
  if (play.element == "promptsrc") {
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    gst_bin_add(GST_BIN(pipeline), sink);
    gst_element_link(element, sink);
  } else {
    g_signal_connect(element, "pad-added", G_CALLBACK(add_sink), pipeline);
  }
  if (play.element == "decodebin") {
    GstElement* file = gst_element_factory_make("filesrc", nullptr);
    g_object_set(file, "location", play.prompt.c_str(), nullptr);
    gst_bin_add(GST_BIN(pipeline), file);
    gst_element_link(file, element);
  } else {
    g_object_set(element, "prompt", play.prompt.c_str(), nullptr);
    gst_util_set_object_arg(G_OBJECT(element), "on-stop", play.on_stop.c_str());
  }
  return pipeline;
}

std::string text_of(GstMessage* message, bool is_error) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  if (is_error)
    gst_message_parse_error(message, &error, &debug);
  else
    gst_message_parse_warning(message, &error, &debug);
  std::string text = std::string(g_quark_to_string(error->domain)) + " " +
                     std::to_string(error->code) + " " + error->message;
  g_clear_error(&error);
  g_free(debug);
  return text;
}

// Until the end of the stream, an error, or the moment at which somebody has had enough.
void run(const Play& play, Queue& queue) {
  GstElement* pipeline = make_pipeline(play);
  GstBus* bus = gst_element_get_bus(pipeline);
  const Clock::time_point began = Clock::now();
  bool has_sought = play.seek.count() == 0;
  std::string warning;
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  print(play, "begun", "");
  for (;;) {
    const auto elapsed = Clock::now() - began;
    if (elapsed >= play.limit || queue.rest.load()) {
      print(play, "stopped", "");
      break;
    }
    if (!has_sought && elapsed >= play.seek) {
      has_sought = true;
      const GstFormat format = play.element == "promptsrc" ? GST_FORMAT_BYTES : GST_FORMAT_TIME;
      gst_element_seek_simple(pipeline, format, GST_SEEK_FLAG_FLUSH,
                              format == GST_FORMAT_BYTES ? 1000 : 200 * GST_MSECOND);
    }
    GstMessage* message = gst_bus_timed_pop_filtered(
        bus, 20 * GST_MSECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
    if (message == nullptr) continue;
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    if (type == GST_MESSAGE_WARNING) warning = text_of(message, false);
    if (type == GST_MESSAGE_ERROR) print(play, "error", text_of(message, true));
    if (type == GST_MESSAGE_EOS) print(play, warning.empty() ? "eos" : "warned", warning);
    gst_message_unref(message);
    if (type != GST_MESSAGE_WARNING) break;
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
}

void work(Queue& queue) {
  for (;;) {
    Play play;
    {
      std::unique_lock lock(queue.mutex);
      queue.changed.wait(lock, [&] { return queue.is_closed || !queue.waiting.empty(); });
      if (queue.waiting.empty()) return;
      play = std::move(queue.waiting.front());
      queue.waiting.pop_front();
      ++queue.playing;
    }
    run(play, queue);
    {
      const std::lock_guard lock(queue.mutex);
      --queue.playing;
    }
    queue.changed.notify_all();
  }
}

void rest(Queue& queue) {
  queue.rest.store(true);
  {
    std::unique_lock lock(queue.mutex);
    queue.waiting.clear();
    queue.changed.wait(lock, [&] { return queue.playing == 0; });
  }
  queue.rest.store(false);
  malloc_trim(0);  // what was freed is not counted as held
  const std::lock_guard lock(printing);
  std::puts("resting");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int count = argc > 1 ? std::atoi(argv[1]) : 1;
  Queue queue;
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&queue] { work(queue); });
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "rest") {
      rest(queue);
      continue;
    }
    Play play;
    long limit = 0;
    long seek = 0;
    std::istringstream words(line);
    words >> play.id >> play.element >> play.on_stop >> limit >> seek >> std::ws;
    std::getline(words, play.prompt);
    play.limit = milliseconds(limit);
    play.seek = milliseconds(seek);
    {
      const std::lock_guard lock(queue.mutex);
      queue.waiting.push_back(std::move(play));
    }
    queue.changed.notify_one();
  }
  {
    const std::lock_guard lock(queue.mutex);
    queue.is_closed = true;
  }
  queue.changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  return 0;
}
