// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt list and show: what the library has.
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "base/text.h"
#include "engine/library.h"
#include "json/write.h"
#include "tool/command.h"
#include "tool/filter.h"
#include "tool/show.h"
#include "tool/table.h"

namespace prompt::tool {
namespace {

constexpr unsigned page_size = 500;

std::string cost_of(const engine::LibraryJob& job) {
  if (job.is_rehearsed) return "rehearsed";
  if (!job.was_sent) return "not sent";
  if (!job.credits) return "unknown";
  std::string text = price_text(job.credits, job.unit);
  if (job.is_refunded) return text + ", given back";
  return job.credits_are_charged ? text : text + ", expected";
}

// Page by page, so that a million rows take no more memory than one page.
Result<void> for_each_job(const engine::Library& library, const engine::LibraryFilter& filter,
                          std::size_t most,
                          const std::function<void(const engine::LibraryJob&)>& use) {
  engine::LibraryPage page;
  std::size_t left = most;
  do {
    page.limit = static_cast<unsigned>(std::min<std::size_t>(left, page_size));
    const Result<engine::LibraryJobs> jobs = library.jobs(filter, page);
    if (!jobs) return fail(jobs.error());
    for (const engine::LibraryJob& job : jobs->jobs) use(job);
    left -= jobs->jobs.size();
    page.after = jobs->next;
  } while (page.after != 0 && left > 0);
  return {};
}

void show_for_people(const engine::LibraryJob& job) {
  const auto row = [](const char* name, const std::string& text) {
    if (!text.empty()) print(pad_to_cells(name, 12) + text);
  };
  row("Job", job.id);
  row("State", to_string(job.state));
  row("Prompt", show_safely(job.prompt, {}, 16384));
  row("Provider", job.provider + (job.model.empty() ? "" : ", " + job.model));
  row("Medium", to_string(job.media));
  row("Task", job.task_id);
  row("Price", cost_of(job));
  row("Made", time_text(job.created_at_ms));
  if (job.sent_at_ms) row("Sent", time_text(*job.sent_at_ms));
  if (job.finished_at_ms) row("Finished", time_text(*job.finished_at_ms));
  for (const json::Member& member : job.request) {
    constexpr std::array shown = {"prompt", "provider", "model", "media", "base-url"};
    if (std::find(shown.begin(), shown.end(), member.name) != shown.end()) continue;
    const std::string* const text = member.value.as_string();
    row("Asked", member.name + " = " + (text != nullptr ? *text : json::write(member.value)));
  }
  for (const engine::LibraryFile& file : job.files) {
    row("File", file.path);
    row("", format("result %u, %llu bytes, SHA-256 %s", file.result,
                   static_cast<unsigned long long>(file.bytes), file.sha256.c_str()));
  }
  if (job.error) row("Error", job.error->message);
}

}  // namespace

Options list_options() {
  Options options = filter_options();
  options.push_back({"limit", 'L', "N", "At most so many (50)"});
  options.push_back({"all", 'a', "", "All that fit"});
  options.push_back({"json", 0, "", "One JSON object a line"});
  options.push_back(library_option());
  return options;
}

ExitCode list(const Line& line) {
  const Command& self = *find_command("list");
  const Result<engine::LibraryFilter> filter = read_filter(line);
  if (!filter) return say_usage(self, filter.error());
  const Result<unsigned> limit = line.number("limit", 50, 1, 1000000000);
  if (!limit) return say_usage(self, limit.error());
  const Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  const bool is_json = line.has("json");
  const Terminal out = look_at_terminal(1);
  Table table({{"ID"},
               {"STATE"},
               {.heading = "MADE", .is_extra = true},
               {.heading = "PROVIDER", .is_extra = true},
               {.heading = "PRICE", .is_number = true, .is_extra = true},
               {.heading = "PROMPT", .is_elastic = true}});
  const auto use = [&](const engine::LibraryJob& job) {
    if (is_json) return print_json(job_object(job));
    table.add({out.is_terminal ? short_id(job.id) : job.id, to_string(job.state),
               out.is_terminal ? time_text(job.created_at_ms) : utc_text(job.created_at_ms),
               job.provider, cost_of(job), job.prompt});
  };
  const std::size_t most = line.has("all") ? SIZE_MAX : *limit;
  const Result<void> done = for_each_job(*library, *filter, most, use);
  table.print(out);
  if (!done) return say_error(done.error());
  return ExitCode::ok;
}

Options show_options() { return {{"json", 0, "", "One JSON object a line"}, library_option()}; }

ExitCode show(const Line& line) {
  const Command& self = *find_command("show");
  if (line.words.empty())
    return say_usage(self, Error{ErrorKind::settings, "There is no id behind 'show'."});
  const Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  Verdict verdict;
  bool is_first = true;
  for (const std::string& id : line.words) {
    const Result<engine::LibraryJob> job = library->job(id);
    if (!job) {
      verdict.add(say_error(job.error()));
      continue;
    }
    if (!is_first && !line.has("json")) print("");
    is_first = false;
    line.has("json") ? print_json(job_object(*job)) : show_for_people(*job);
    verdict.add(ExitCode::ok);
  }
  return verdict.code();
}

}  // namespace prompt::tool
