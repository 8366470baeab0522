// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt check, remove and prune: what is in the library, and what is not any more.
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "engine/library.h"
#include "tool/command.h"
#include "tool/filter.h"
#include "tool/show.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

constexpr const char* force_help =
    "Also what is unfinished or may be under way at the provider, and what was paid for and never "
    "fetched: that money is lost";

engine::Told told(const Line& line) {
  return line.has("force") ? engine::Told::twice : engine::Told::once;
}

std::string bytes_text(std::uint64_t bytes) {
  const double size = static_cast<double>(bytes);
  if (bytes < 10'000) return format("%.0f B", size);
  if (bytes < 10'000'000) return format("%.0f kB", size / 1e3);
  if (bytes < 10'000'000'000) return format("%.0f MB", size / 1e6);
  return format("%.1f GB", size / 1e9);
}

// "500M", "20G": powers of 1000, as disks are sold; K, M, G, T.
Result<std::uint64_t> parse_bytes(const std::string& text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  auto [unit, error] = std::from_chars(text.data(), end, value);
  std::uint64_t factor = 1;
  if (error == std::errc() && unit + 1 == end) {
    const std::string_view units = "KMGT";
    const std::size_t power = units.find(*unit);
    for (std::size_t i = 0; power != std::string_view::npos && i <= power; ++i) factor *= 1000;
    if (factor > 1) ++unit;
  }
  if (error != std::errc() || unit != end || value > UINT64_MAX / factor)
    return fail(ErrorKind::settings,
                "'" + text + "' is no size: it takes bytes, or as in 500M or 20G.");
  return value * factor;
}

void say_gone(const std::string& id, bool is_json) {
  if (!is_json) return say("Job " + short_id(id) + ": taken out");
  json::Object object;
  object.set("type", json::Value("removed"));
  object.set("job-id", json::Value(id));
  print_json(std::move(object));
}

ExitCode check_one(const engine::Library& library, const std::string& id, bool is_json,
                   std::size_t& intact) {
  const Result<std::vector<engine::VerifiedFile>> files = library.verify(id);
  if (!files) return say_error(files.error());
  ExitCode code = ExitCode::ok;
  for (const engine::VerifiedFile& file : *files) {
    if (is_json) {
      json::Object object;
      object.set("type", json::Value("file"));
      object.set("job-id", json::Value(id));
      object.set("path", json::Value(file.path));
      object.set("intact", json::Value(file.is_intact));
      if (!file.is_intact) object.set("fault", json::Value(file.fault));
      print_json(std::move(object));
    } else if (!file.is_intact) {
      print(file.path + " " + file.fault);
    }
    if (file.is_intact)
      ++intact;
    else
      code = ExitCode::failed;
  }
  return code;
}

}  // namespace

Options check_options() { return {{"json", 0, "", "One JSON object a line"}, library_option()}; }

ExitCode check(const Line& line) {
  const Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  const bool is_json = line.has("json");
  Verdict verdict;
  std::size_t intact = 0;
  for (const std::string& id : line.words) verdict.add(check_one(*library, id, is_json, intact));
  engine::LibraryPage page;
  while (line.words.empty()) {
    const Result<engine::LibraryJobs> jobs = library->jobs({}, page);
    if (!jobs) return say_error(jobs.error());
    for (const engine::LibraryJob& job : jobs->jobs)
      if (!job.files.empty()) verdict.add(check_one(*library, job.id, is_json, intact));
    page.after = jobs->next;
    if (page.after == 0) break;
  }
  if (!is_json) say(format("%zu file%s as downloaded.", intact, intact == 1 ? " is" : "s are"));
  return verdict.code() == ExitCode::ok ? ExitCode::ok : ExitCode::failed;
}

Options remove_options() {
  return {{"force", 0, "", force_help},
          {"json", 0, "", "Events on stdout, one JSON object a line"},
          library_option()};
}

ExitCode remove(const Line& line) {
  const Command& self = *find_command("remove");
  if (line.words.empty())
    return say_usage(self, Error{ErrorKind::settings, "There is no id behind 'remove'."});
  Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  Verdict verdict;
  for (const std::string& id : line.words) {
    const Result<engine::LibraryJob> job = library->job(id);
    const Result<void> removed = job ? library->remove(job->id, told(line)) : fail(job.error());
    if (!removed) {
      const bool may_force = job && removed.error().kind == ErrorKind::settings;
      say(removed.error().message + (may_force ? " With --force it goes, too." : ""));
      verdict.add(may_force ? ExitCode::refused : exit_code_of(removed.error(), false));
      continue;
    }
    say_gone(job->id, line.has("json"));
    verdict.add(ExitCode::ok);
  }
  if (verdict.code() == ExitCode::ok && !line.has("json"))
    say("Asking for the same again pays again.");
  return verdict.code();
}

Options prune_options() {
  return {{"older-than", 0, "TIME", "What was made earlier: 30d, 2w, 2026-12-01"},
          {"state", 0, "STATE", "What is in this state, as in failed"},
          {"keep-bytes", 0, "SIZE", "The oldest, until the clips take no more than this: 20G"},
          {"dry-run", 0, "", "Only show what would go"},
          {"force", 0, "", force_help},
          {"json", 0, "", "Events on stdout, one JSON object a line"},
          library_option()};
}

ExitCode prune(const Line& line) {
  const Command& self = *find_command("prune");
  engine::PrunePolicy policy;
  if (line.has("older-than")) {
    const Result<std::int64_t> time = parse_since(line.text("older-than"));
    if (!time) return say_usage(self, time.error());
    policy.before_ms = *time;
  }
  if (line.has("state")) {
    const Result<JobState> state = parse_state(line.text("state"));
    if (!state) return say_usage(self, state.error());
    policy.state = *state;
  }
  if (line.has("keep-bytes")) {
    const Result<std::uint64_t> bytes = parse_bytes(line.text("keep-bytes"));
    if (!bytes) return say_usage(self, bytes.error());
    policy.keep_bytes = *bytes;
  }
  policy.is_dry_run = line.has("dry-run");
  Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  const Result<engine::Pruned> pruned = library->prune(policy, told(line));
  if (!pruned) return say_usage(self, pruned.error());
  const bool is_json = line.has("json");
  for (const std::string& id : pruned->removed) {
    if (policy.is_dry_run && !is_json)
      say("Job " + short_id(id) + ": would go");
    else
      say_gone(id, is_json);
  }
  for (const engine::LeftAlone& left : pruned->left)
    if (!is_json) say("Job " + short_id(left.job_id) + ": left, " + left.reason);
  if (!is_json)
    say(format("%zu job%s, %s%s.", pruned->removed.size(), pruned->removed.size() == 1 ? "" : "s",
               bytes_text(pruned->bytes).c_str(),
               policy.is_dry_run ? " would go" : "; asking for the same again pays again"));
  return ExitCode::ok;
}

}  // namespace prompt::tool
