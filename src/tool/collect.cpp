// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt collect, attach and cancel: jobs that are under way already.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "engine/library.h"
#include "tool/command.h"
#include "tool/runner.h"
#include "tool/show.h"

namespace prompt::tool {
namespace {

constexpr std::chrono::seconds longest_cancel{30};

// The library's own files, as no take has a name here.
ExitCode say_files(const std::string& folder, const std::string& label, const Snapshot& job,
                   bool is_json, Display& display) {
  if (is_json) return ExitCode::ok;
  const Result<engine::Library> library = engine::Library::open(folder);
  const Result<engine::LibraryJob> stored =
      library ? library->job(job.job_id) : Result<engine::LibraryJob>(fail(library.error()));
  if (!stored) {
    display.settle(STDERR_FILENO, stored.error().message);
    return ExitCode::failed;
  }
  display.settle(STDERR_FILENO, label + ": in the library");
  for (const engine::LibraryFile& file : stored->files) display.settle(STDOUT_FILENO, file.path);
  return ExitCode::ok;
}

ExitCode see_through(std::vector<Order> orders, const Line& line) {
  const bool is_json = line.has("json");
  std::vector<std::string> labels;
  for (const Order& order : orders) labels.push_back(order.label);
  // All of them at a time: nothing is begun by that.
  const RunOptions options{static_cast<unsigned>(std::max<std::size_t>(orders.size(), 1)), false,
                           is_json};
  Runner runner(std::move(orders), options,
                [&](std::size_t number, const Snapshot& job, Display& display) {
                  return say_files(line.text("library"), labels[number], job, is_json, display);
                });
  return runner.run();
}

Options job_options() {
  return {{"json", 0, "", "Events on stdout, one JSON object a line"}, library_option()};
}

std::string label_of(const Snapshot& job) { return "Job " + short_id(job.job_id); }

void say_left(const engine::LeftAlone& left, bool is_json) {
  if (!is_json) return say("Job " + short_id(left.job_id) + ": left alone, " + left.reason);
  json::Object object;
  object.set("type", json::Value("left"));
  object.set("job-id", json::Value(left.job_id));
  object.set("state", json::Value(to_string(left.state)));
  object.set("reason", json::Value(left.reason));
  print_json(std::move(object));
}

}  // namespace

Options collect_options() { return job_options(); }

ExitCode collect(const Line& line) {
  const std::string folder = line.text("library");
  std::vector<Order> orders;
  Verdict verdict;
  for (const std::string& id : line.words) {
    Result<std::shared_ptr<engine::JobHandle>> job =
        engine::Engine::instance().open_job(id, folder);
    if (!job) {
      verdict.add(say_error(job.error()));
      continue;
    }
    orders.push_back({"Job " + id.substr(0, 8), {}, std::move(*job)});
  }
  if (line.words.empty()) {
    Result<engine::Collected> collected = engine::Engine::instance().collect(folder);
    if (!collected) return say_error(collected.error());
    for (const engine::LeftAlone& left : collected->left) say_left(left, line.has("json"));
    for (std::shared_ptr<engine::JobHandle>& job : collected->jobs)
      orders.push_back({label_of(job->snapshot()), {}, std::move(job)});
    if (orders.empty() && !line.has("json")) say("There is nothing to fetch.");
  }
  if (!orders.empty()) verdict.add(see_through(std::move(orders), line));
  return verdict.code();
}

Options attach_options() {
  Options options = job_options();
  for (Option& option : request_options())
    if (option.name == "model" || option.name == "media" || option.name == "base-url")
      options.push_back(std::move(option));
  return options;
}

ExitCode attach(const Line& line) {
  const Command& self = *find_command("attach");
  if (line.words.size() != 2)
    return say_usage(self, Error{ErrorKind::settings,
                                 "It takes a provider and the id of a task there, as in "
                                 "'gst-prompt attach vibegen task_123'."});
  engine::Settings settings;
  if (const Result<void> applied = apply_request(line, settings); !applied)
    return say_usage(self, applied.error());
  settings.provider = line.words[0];
  settings.task_id = line.words[1];
  return see_through({{"Task " + settings.task_id, settings}}, line);
}

Options cancel_options() { return job_options(); }

ExitCode cancel(const Line& line) {
  const Command& self = *find_command("cancel");
  if (line.words.empty())
    return say_usage(self, Error{ErrorKind::settings, "There is no id behind 'cancel'."});
  Verdict verdict;
  for (const std::string& id : line.words) {
    const Result<std::shared_ptr<engine::JobHandle>> job =
        engine::Engine::instance().open_job(id, line.text("library"));
    if (!job) {
      verdict.add(say_error(job.error()));
      continue;
    }
    (*job)->cancel();
    const Snapshot now = (*job)->wait(engine::JobHandle::Clock::now() + longest_cancel);
    if (line.has("json")) print_json(job_event(now, ""));
    const bool is_cancelled = now.error && now.error->kind == ErrorKind::cancelled;
    std::string said = "Job " + short_id(now.job_id) + ": ";
    if (now.state == JobState::ready)
      said += "its clip is here already; there is nothing to cancel.";
    else if (now.other_process && !now.error)
      said += "another process is at work on it, and only that one can cancel it.";
    else
      said += now.error ? now.error->message : "nothing was confirmed yet; it may still finish.";
    if (!line.has("json") || !is_cancelled) say(said);
    verdict.add(is_cancelled ? ExitCode::ok : ExitCode::failed);
  }
  return verdict.code();
}

}  // namespace prompt::tool
