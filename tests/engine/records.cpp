// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The library, the quote and the taking up of jobs, without GStreamer, for tests: does one thing
// with the library of GST_PROMPT_HOME and prints JSON lines. Ends with 0, or with 1 after a line
// that has the error.
//
//   usage: test-records COMMAND [WORD|NAME=VALUE]...
//     quote NAME=VALUE...   of settings
//     collect               follows all that is taken up to its end
//     open-job ID           follows it to its end
//     jobs NAME=VALUE...    text, name, provider, state, media, since, after, limit
//     job ID | spend [SINCE] | verify ID
//     remove ID [twice=1]
//     rename ID name=NAME
//     prune NAME=VALUE...   before, state, keep, twice=1
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/engine.h"
#include "engine/settings_text.h"
#include "json/write.h"

namespace {

using prompt::JobState;
using prompt::Result;
using prompt::engine::Engine;
using prompt::engine::JobHandle;
using prompt::engine::LeftAlone;
using prompt::engine::Library;
using prompt::engine::LibraryFile;
using prompt::engine::LibraryJob;
using prompt::engine::Settings;
using prompt::engine::Told;
using prompt::json::Array;
using prompt::json::Object;
using prompt::json::Value;

using Words = std::map<std::string, std::string>;

constexpr std::chrono::minutes patience{2};

void print(const Object& line) {
  std::puts(prompt::json::write(Value(line)).c_str());
  std::fflush(stdout);
}

int print(const prompt::Error& error) {
  Object line;
  line.set("error", Value(prompt::to_string(error.kind)));
  line.set("message", Value(error.message));
  print(line);
  return 1;
}

void print(const LibraryJob& job) {
  Object line;
  line.set("id", Value(job.id));
  line.set("name", Value(job.name));
  line.set("provider", Value(job.provider));
  line.set("model", Value(job.model));
  line.set("media", Value(prompt::to_string(job.media)));
  line.set("prompt", Value(job.prompt));
  line.set("state", Value(prompt::to_string(job.state)));
  line.set("sent", Value(job.was_sent));
  line.set("rehearsed", Value(job.is_rehearsed));
  line.set("created", Value(job.created_at_ms));
  line.set("task", Value(job.task_id));
  if (job.credits) line.set("credits", Value(*job.credits));
  line.set("charged", Value(job.credits_are_charged));
  line.set("refunded", Value(job.is_refunded));
  line.set("unit", Value(job.unit));
  if (job.error) line.set("error_kind", Value(prompt::to_string(job.error->kind)));
  Array files;
  for (const LibraryFile& file : job.files) files.emplace_back(file.path);
  line.set("files", Value(std::move(files)));
  print(line);
}

void print(const LeftAlone& left) {
  Object line;
  line.set("left", Value(left.job_id));
  line.set("state", Value(prompt::to_string(left.state)));
  line.set("reason", Value(left.reason));
  print(line);
}

std::optional<JobState> state_of(const Words& words) {
  const auto found = words.find("state");
  if (found == words.end()) return std::nullopt;
  for (int i = 0; i <= static_cast<int>(JobState::uncertain); ++i)
    if (found->second == prompt::to_string(static_cast<JobState>(i)))
      return static_cast<JobState>(i);
  std::exit(2);
}

std::optional<std::int64_t> number(const Words& words, const char* name) {
  const auto found = words.find(name);
  if (found == words.end()) return std::nullopt;
  return std::stoll(found->second);
}

std::string text(const Words& words, const char* name) {
  const auto found = words.find(name);
  return found != words.end() ? found->second : std::string();
}

Told told(const Words& words) { return text(words, "twice") == "1" ? Told::twice : Told::once; }

int quote(const Words& words) {
  Settings settings;
  for (const auto& [name, value] : words) {
    const prompt::engine::Setting* const setting = prompt::engine::find_setting(name);
    if (setting == nullptr || !prompt::engine::set_from_text(settings, *setting, value, name))
      return 2;
  }
  const auto quote = Engine::instance().quote(settings);
  if (!quote) return print(quote.error());
  Object line;
  if (quote->price) line.set("price", Value(*quote->price));
  line.set("unit", Value(quote->unit));
  line.set("rehearsed", Value(quote->is_rehearsed));
  line.set("ready", Value(quote->is_ready));
  line.set("under_way", Value(quote->is_under_way));
  line.set("job", Value(quote->job_id));
  line.set("typical", Value(quote->typical_s));
  line.set("p90", Value(quote->p90_s));
  line.set("measured", Value(quote->is_measured));
  print(line);
  return 0;
}

void follow(const JobHandle& job) {
  const prompt::Snapshot now = job.wait(JobHandle::Clock::now() + patience);
  Object line;
  line.set("job", Value(now.job_id));
  line.set("state", Value(prompt::to_string(now.state)));
  line.set("path", Value(job.location(0)));
  line.set("other_process", Value(now.other_process));
  if (now.error) {
    line.set("error", Value(prompt::to_string(now.error->kind)));
    line.set("message", Value(now.error->message));
  }
  print(line);
}

int collect() {
  const auto collected = Engine::instance().collect();
  if (!collected) return print(collected.error());
  for (const LeftAlone& left : collected->left) print(left);
  for (const auto& job : collected->jobs) follow(*job);
  return 0;
}

int open_job(const std::string& id) {
  const auto job = Engine::instance().open_job(id);
  if (!job) return print(job.error());
  follow(**job);
  return 0;
}

int list(const Library& library, const Words& words) {
  prompt::engine::LibraryFilter filter;
  filter.text = text(words, "text");
  filter.name = text(words, "name");
  filter.provider = text(words, "provider");
  filter.state = state_of(words);
  filter.media = prompt::media_from_string(text(words, "media")).value_or(filter.media);
  filter.since_ms = number(words, "since");
  prompt::engine::LibraryPage page;
  page.after = number(words, "after").value_or(0);
  page.limit = static_cast<unsigned>(number(words, "limit").value_or(50));
  const auto found = library.jobs(filter, page);
  if (!found) return print(found.error());
  for (const LibraryJob& job : found->jobs) print(job);
  Object line;
  line.set("next", Value(found->next));
  print(line);
  return 0;
}

int spend(const Library& library, const std::string& since) {
  const auto days = library.spend(since.empty() ? 0 : std::stoll(since));
  if (!days) return print(days.error());
  for (const prompt::engine::LibrarySpend& day : *days) {
    Object line;
    line.set("day", Value(day.day));
    line.set("provider", Value(day.provider));
    line.set("unit", Value(day.unit));
    line.set("credits", Value(day.credits));
    line.set("jobs", Value(static_cast<std::int64_t>(day.jobs)));
    print(line);
  }
  return 0;
}

int prune(Library& library, const Words& words) {
  prompt::engine::PrunePolicy policy;
  policy.before_ms = number(words, "before");
  policy.state = state_of(words);
  if (const auto keep = number(words, "keep")) policy.keep_bytes = static_cast<unsigned>(*keep);
  const auto pruned = library.prune(policy, told(words));
  if (!pruned) return print(pruned.error());
  for (const LeftAlone& left : pruned->left) print(left);
  for (const std::string& id : pruned->removed) {
    Object line;
    line.set("removed", Value(id));
    print(line);
  }
  return 0;
}

int verify(const Library& library, const std::string& id) {
  const auto files = library.verify(id);
  if (!files) return print(files.error());
  for (const prompt::engine::VerifiedFile& file : *files) {
    Object line;
    line.set("path", Value(file.path));
    line.set("intact", Value(file.is_intact));
    line.set("fault", Value(file.fault));
    print(line);
  }
  return 0;
}

int in_library(const std::string& command, const std::string& word, const Words& words) {
  auto library = Library::open();
  if (!library) return print(library.error());
  if (command == "jobs") return list(*library, words);
  if (command == "spend") return spend(*library, word);
  if (command == "verify") return verify(*library, word);
  if (command == "prune") return prune(*library, words);
  if (command == "remove") {
    const auto done = library->remove(word, told(words));
    return done ? 0 : print(done.error());
  }
  if (command == "rename") {
    const auto done = library->rename(word, text(words, "name"));
    return done ? 0 : print(done.error());
  }
  if (command != "job") return 2;
  const auto job = library->job(word);
  if (!job) return print(job.error());
  print(*job);
  return 0;
}

void print_log(const prompt::LogLine&, const char* message) {
  std::fprintf(stderr, "%s\n", message);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  prompt::set_log_sink(print_log);
  const std::string command = argv[1];
  std::string word;
  Words words;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos)
      word = argument;
    else
      words[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  if (command == "quote") return quote(words);
  if (command == "collect") return collect();
  if (command == "open-job") return open_job(word);
  return in_library(command, word, words);
}
