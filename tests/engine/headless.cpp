// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine without GStreamer, for tests that kill processes: opens one request, prints a JSON
// line for each change of the job, and ends when the clip is here (0) or with an error (1).
//
//   usage: test-headless NAME=VALUE...    provider, prompt, base-url, duration, take, cache,
//   task-id,
//                                         on-stop, poll-interval, timeout, max-credits, image
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "base/log.h"
#include "engine/engine.h"
#include "json/write.h"

namespace {

using prompt::engine::CachePolicy;
using prompt::engine::OnStop;
using prompt::engine::Settings;
using prompt::engine::Snapshot;
using prompt::json::Object;
using prompt::json::Value;

bool apply(Settings& settings, std::string_view name, const std::string& value) {
  if (name == "provider")
    settings.provider = value;
  else if (name == "prompt")
    settings.prompt = value;
  else if (name == "model")
    settings.model = value;
  else if (name == "base-url")
    settings.base_url = value;
  else if (name == "library")
    settings.library = value;
  else if (name == "task-id")
    settings.task_id = value;
  else if (name == "callback-url")
    settings.callback_url = value;
  else if (name == "resolution")
    settings.resolution = value;
  else if (name == "image")
    settings.images.push_back(value);
  else if (name == "duration")
    settings.duration_s = static_cast<unsigned>(std::stoul(value));
  else if (name == "take")
    settings.take = static_cast<unsigned>(std::stoul(value));
  else if (name == "max-credits")
    settings.max_credits = std::stod(value);
  else if (name == "poll-interval")
    settings.poll_interval = std::chrono::milliseconds(std::stol(value));
  else if (name == "timeout")
    settings.generation_timeout = std::chrono::seconds(std::stol(value));
  else if (name == "on-stop")
    settings.on_stop = value == "cancel" ? OnStop::cancel : OnStop::keep;
  else if (name == "cache")
    settings.cache = value == "refresh" ? CachePolicy::refresh
                     : value == "only"  ? CachePolicy::only
                                        : CachePolicy::use;
  else
    return false;
  return true;
}

void print(const Snapshot& now, const std::string& path) {
  Object line;
  line.set("state", Value(prompt::job::to_string(now.state)));
  line.set("job", Value(now.job_id));
  line.set("task", Value(now.task_id));
  line.set("text", Value(now.status_text));
  line.set("from_library", Value(now.from_library));
  line.set("other_process", Value(now.other_process));
  line.set("resumable", Value(now.resumable));
  if (now.credits) line.set("credits", Value(*now.credits));
  if (now.progress) line.set("progress", Value(*now.progress));
  if (!path.empty()) line.set("path", Value(path));
  if (now.error) {
    line.set("error", Value(prompt::to_string(now.error->kind)));
    line.set("message", Value(now.error->message));
    line.set("code", Value(now.error->code));
    line.set("status", Value(now.error->http_status));
  }
  std::puts(prompt::json::write(Value(line)).c_str());
  std::fflush(stdout);
}

void print_log(prompt::LogLevel, const char* message) { std::fprintf(stderr, "%s\n", message); }

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals == nullptr ||
        !apply(settings, std::string_view(argv[i], static_cast<std::size_t>(equals - argv[i])),
               equals + 1)) {
      std::fprintf(stderr, "unknown: %s\n", argv[i]);
      return 2;
    }
  }
  prompt::set_log_sink(print_log);
  const auto opened = prompt::engine::Engine::instance().open(settings);
  if (!opened) {
    Snapshot refused;
    refused.state = prompt::engine::ViewState::failed;
    refused.error = opened.error();
    print(refused, "");
    return 1;
  }
  const auto wake = std::make_shared<prompt::Wake>();
  (*opened)->watch(wake);
  std::uint64_t printed = 0;
  for (prompt::Wake::Ticket ticket = wake->ticket();;) {
    const Snapshot now = (*opened)->snapshot();
    const bool ready = now.state == prompt::engine::ViewState::ready;
    const auto clip = ready ? (*opened)->clip(0) : nullptr;
    if (now.version != printed) print(now, clip != nullptr ? clip->facts().path : "");
    printed = now.version;
    if (ready) return 0;
    if (now.error) return 1;
    (void)wake->wait(ticket, std::chrono::seconds(1));
  }
}
