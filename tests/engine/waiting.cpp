// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Many jobs that wait, in one process. Takes of one request are opened as standard input says, a
// number a line: once so many jobs have been accepted by the provider, a JSON line tells what the
// process uses. A line without a number only measures.
//
//   usage: test-waiting provider=ID base-url=URL [poll-interval=MS]
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "json/write.h"

namespace {

using prompt::engine::Engine;
using prompt::engine::JobHandle;
using prompt::engine::JobState;
using prompt::engine::Settings;
using prompt::json::Object;
using prompt::json::Value;

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

std::int64_t count_entries(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

void print_usage(std::size_t jobs) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const struct mallinfo2 heap = mallinfo2();
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  Object line;
  line.set("jobs", Value(static_cast<std::int64_t>(jobs)));
  line.set("threads", Value(count_entries("/proc/self/task")));
  line.set("engine-threads", Value(std::int64_t{Engine::instance().thread_count()}));
  line.set("descriptors", Value(count_entries("/proc/self/fd")));
  line.set("heap-bytes", Value(static_cast<std::int64_t>(heap.uordblks + heap.hblkhd)));
  line.set("cpu-us", Value(microseconds(usage.ru_utime) + microseconds(usage.ru_stime)));
  line.set("now-us", Value(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
  std::puts(prompt::json::write(Value(line)).c_str());
  std::fflush(stdout);
}

class Crowd {
 public:
  explicit Crowd(Settings settings) : settings_(std::move(settings)) {}

  // False: one of them has failed.
  bool grow_to(std::size_t count) {
    while (jobs_.size() < count) {
      settings_.take = static_cast<unsigned>(jobs_.size() + 1);
      prompt::Result<std::shared_ptr<JobHandle>> job = Engine::instance().open(settings_);
      if (!job) return complain(job.error());
      (*job)->watch(wake_);
      jobs_.push_back(std::move(*job));
    }
    for (prompt::Wake::Ticket ticket = wake_->ticket();;) {
      std::size_t accepted = 0;
      for (const std::shared_ptr<JobHandle>& job : jobs_) {
        const prompt::engine::Snapshot now = job->snapshot();
        if (now.error) return complain(*now.error);
        const bool is_accepted = now.state >= JobState::queued && now.state <= JobState::ready;
        accepted += is_accepted ? 1 : 0;
      }
      if (accepted == jobs_.size()) return true;
      (void)wake_->wait(ticket, std::chrono::seconds(1));
    }
  }
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }

 private:
  static bool complain(const prompt::Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return false;
  }

  Settings settings_;
  std::shared_ptr<prompt::Wake> wake_ = std::make_shared<prompt::Wake>();
  std::vector<std::shared_ptr<JobHandle>> jobs_;
};

bool apply(Settings& settings, std::string_view name, const std::string& value) {
  if (name == "provider")
    settings.provider = value;
  else if (name == "base-url")
    settings.base_url = value;
  else if (name == "poll-interval")
    settings.poll_interval = std::chrono::milliseconds(std::stol(value));
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  settings.prompt = "a crowd that waits";
  for (int i = 1; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals == nullptr ||
        !apply(settings, std::string_view(argv[i], static_cast<std::size_t>(equals - argv[i])),
               equals + 1)) {
      std::fprintf(stderr, "unknown: %s\n", argv[i]);
      return 2;
    }
  }
  Crowd crowd(std::move(settings));
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty() && !crowd.grow_to(std::stoul(line))) return 1;
    print_usage(crowd.size());
  }
  // As any program: jobs that wait do not hold up the end.
  std::_Exit(0);
}
