// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine without GStreamer, for tests that kill processes: opens one request, prints a JSON
// line for each change of the job, and ends when the clip is here (0) or with an error (1).
//
//   usage: test-headless NAME=VALUE...
//     of the request: the settings' names and text forms (engine/settings_text.h); image adds one,
//       timeout is generation-timeout
//     opens=N        opens the request N times at once, from N threads; at the end a line says how
//                    many of them are ready and how many different jobs and clips they have
//     stop-at=STATE  lets go of the job as soon as it is in this state (or its text begins so, or,
//                    with "input", as soon as standard input has a byte), and ends when standard
//                    input is closed
//     also-task=1    opens the job's task by its id too, once it is known, and follows both
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.h"
#include "engine/engine.h"
#include "engine/settings_text.h"
#include "json/write.h"

namespace {

using prompt::engine::Engine;
using prompt::engine::JobHandle;
using prompt::engine::JobState;
using prompt::engine::Settings;
using prompt::engine::Snapshot;
using prompt::json::Object;
using prompt::json::Value;

bool apply(Settings& settings, std::string_view name, const std::string& value) {
  // Refusing wrong caps is the engine's, too, whoever sets them.
  if (name == "max-credits") {
    settings.max_credits = std::stod(value);
    return true;
  }
  if (name == "timeout") name = "generation-timeout";
  if (name == "image") name = "images";
  const prompt::engine::Setting* const setting = prompt::engine::find_setting(name);
  return setting != nullptr &&
         prompt::engine::set_from_text(settings, *setting, value, std::string(name)).has_value();
}

struct Options {
  unsigned opens = 1;
  std::string stop_at;
  bool also_task = false;
};

bool apply(Options& options, std::string_view name, const std::string& value) {
  if (name == "opens")
    options.opens = static_cast<unsigned>(std::stoul(value));
  else if (name == "stop-at")
    options.stop_at = value;
  else if (name == "also-task")
    options.also_task = value == "1";
  else
    return false;
  return true;
}

void print(const Object& line) {
  std::puts(prompt::json::write(Value(line)).c_str());
  std::fflush(stdout);
}

// Of all results that are here, whole, whatever became of the job.
Value whole_files(const JobHandle& job) {
  prompt::json::Array paths;
  for (unsigned result = 0; result < 16; ++result) {
    const std::string path = job.location(result);
    if (!path.empty() && !path.ends_with(".part")) paths.emplace_back(path);
  }
  return Value(std::move(paths));
}

void print(const Snapshot& now, const std::string& path, const JobHandle* job = nullptr) {
  Object line;
  line.set("state", Value(prompt::to_string(now.state)));
  line.set("job", Value(now.job_id));
  line.set("task", Value(now.task_id));
  line.set("text", Value(now.status_text));
  line.set("from_library", Value(now.from_library));
  line.set("other_process", Value(now.other_process));
  line.set("resumable", Value(now.resumable));
  if (now.credits) line.set("credits", Value(*now.credits));
  if (now.progress) line.set("progress", Value(*now.progress));
  if (!path.empty()) line.set("path", Value(path));
  if (job != nullptr) line.set("files", whole_files(*job));
  if (now.error) {
    line.set("error", Value(prompt::to_string(now.error->kind)));
    line.set("message", Value(now.error->message));
    line.set("code", Value(now.error->code));
    line.set("status", Value(now.error->http_status));
  }
  print(line);
}

void print_log(const prompt::LogLine& line, const char* message) {
  std::fprintf(stderr, "%s:%d: %s: %s\n", line.place().short_file(), line.place().line, line.job(),
               message);
}

using Opened = prompt::Result<std::shared_ptr<JobHandle>>;

bool has_input() {
  pollfd input{0, POLLIN, 0};
  return ::poll(&input, 1, 0) == 1;
}

// Follows a job to its end and prints every change (or only waits); 0: the clip is here.
int follow(const JobHandle& job, prompt::Wake& wake, const Options& options, bool prints) {
  std::uint64_t printed = 0;
  for (prompt::Wake::Ticket ticket = wake.ticket();;) {
    const Snapshot now = job.snapshot();
    const bool ready = now.state == JobState::ready;
    if (prints && now.version != printed)
      print(now, ready ? job.location(0) : "", ready || now.error ? &job : nullptr);
    printed = now.version;
    if (ready) return 0;
    if (now.error) return 1;
    if (!options.stop_at.empty() && (options.stop_at == prompt::to_string(now.state) ||
                                     now.status_text.starts_with(options.stop_at)))
      return 0;
    if (options.also_task && !now.task_id.empty()) return 0;
    const bool stops_at_input = options.stop_at == "input";
    if (stops_at_input && has_input()) return 0;
    (void)wake.wait(ticket, std::chrono::milliseconds(stops_at_input ? 20 : 1000));
  }
}

std::shared_ptr<prompt::Wake> watch(JobHandle& job) {
  auto wake = std::make_shared<prompt::Wake>();
  job.watch(wake);
  return wake;
}

// All at once, as several elements would.
int open_many(const Settings& settings, const Options& options) {
  std::vector<Opened> opened(options.opens);
  std::vector<std::thread> threads;
  for (Opened& one : opened)
    threads.emplace_back([&one, &settings] { one = Engine::instance().open(settings); });
  for (std::thread& thread : threads) thread.join();
  std::int64_t ready = 0;
  std::set<std::string> jobs;
  std::set<std::string> clips;
  for (const Opened& one : opened) {
    if (!one) continue;
    const std::shared_ptr<prompt::Wake> wake = watch(**one);
    if (follow(**one, *wake, options, false) == 0) ++ready;
    jobs.insert((*one)->snapshot().job_id);
    clips.insert((*one)->location(0));
  }
  Object line;
  line.set("state", Value("opened"));
  line.set("ready", Value(ready));
  line.set("jobs", Value(static_cast<std::int64_t>(jobs.size())));
  line.set("clips", Value(static_cast<std::int64_t>(clips.size())));
  print(line);
  return ready == static_cast<std::int64_t>(options.opens) ? 0 : 1;
}

// One element asks for the request, another for its task.
int open_also_by_task(Settings settings, const JobHandle& first, prompt::Wake& wake,
                      Options options) {
  settings.task_id = first.snapshot().task_id;
  options.also_task = false;
  const Opened second = Engine::instance().open(settings);
  if (!second) return 1;
  const std::shared_ptr<prompt::Wake> second_wake = watch(**second);
  const int by_task = follow(**second, *second_wake, options, true);
  return follow(first, wake, options, true) == 0 ? by_task : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  Options options;
  for (int i = 1; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    const auto length = static_cast<std::size_t>(equals == nullptr ? 0 : equals - argv[i]);
    const std::string_view name(argv[i], length);
    if (equals == nullptr ||
        (!apply(settings, name, equals + 1) && !apply(options, name, equals + 1))) {
      std::fprintf(stderr, "unknown: %s\n", argv[i]);
      return 2;
    }
  }
  prompt::set_log_sink(print_log);
  if (options.opens > 1) return open_many(settings, options);
  Opened opened = Engine::instance().open(settings);
  if (!opened) {
    Snapshot refused;
    refused.state = JobState::failed;
    refused.error = opened.error();
    print(refused, "");
    return 1;
  }
  const std::shared_ptr<prompt::Wake> wake = watch(**opened);
  int outcome = follow(**opened, *wake, options, true);
  if (options.also_task && outcome == 0)
    outcome = open_also_by_task(settings, **opened, *wake, options);
  if (options.stop_at.empty()) return outcome;
  opened->reset();
  while (std::getchar() != EOF) {
  }
  return outcome;
}
