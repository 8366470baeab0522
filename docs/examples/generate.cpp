// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// From a prompt to a clip without GStreamer: says what it would cost, has it made, and shows what
// the library has and what was spent. Only the engine's face is used (src/engine/*.h).
//
//   usage: generate [--quote] [PROMPT] [NAME=VALUE]...
//
// Without provider=NAME it is rehearsed: no key, no cost, no network. Names are those of the
// elements' properties: duration=10, resolution=720p, take=2 ... With --quote it ends there.
#include <cstdio>
#include <string>

#include "engine/engine.h"
#include "engine/settings_text.h"

namespace {

using prompt::Error;
using prompt::engine::Engine;
using prompt::engine::JobHandle;
using prompt::engine::Library;
using prompt::engine::Quote;
using prompt::engine::Settings;

int say(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

prompt::Result<void> set(Settings& settings, const std::string& name, const std::string& value) {
  const prompt::engine::Setting* const setting = prompt::engine::find_setting(name);
  if (setting == nullptr)
    return prompt::fail(prompt::ErrorKind::settings, "There is no property '" + name + "'.");
  return prompt::engine::set_from_text(settings, *setting, value, "The property '" + name + "'");
}

void show(const Quote& quote) {
  if (quote.is_ready)
    std::puts("Price: nothing, the clip is in the library.");
  else if (quote.is_under_way)
    std::puts("Price: nothing more, it was asked for already.");
  else if (!quote.price)
    std::puts("Price: not known.");
  else
    std::printf("Price: %g %s%s.\n", *quote.price, quote.unit.c_str(),
                quote.is_rehearsed ? ", were it not rehearsed" : "");
  std::printf("Time: %.0f s as a rule, nine of ten within %.0f s.\n", quote.typical_s, quote.p90_s);
}

int generate(const Settings& settings) {
  const auto job = Engine::instance().open(settings);
  if (!job) return say(job.error());
  // However long it takes: what is not waited for goes on at the provider, and is found again.
  for (;;) {
    const prompt::Snapshot now = (*job)->wait(JobHandle::Clock::now() + std::chrono::seconds(10));
    if (now.error) return say(*now.error);
    if (now.state == prompt::JobState::ready) break;
    std::printf("%s: %s\n", prompt::to_string(now.state), now.status_text.c_str());
  }
  std::printf("Clip: %s\n", (*job)->location(settings.result).c_str());
  return 0;
}

int show_library(const std::string& folder) {
  const auto library = Library::open(folder);
  if (!library) return say(library.error());
  const auto page = library->jobs();
  if (!page) return say(page.error());
  std::puts("Library:");
  for (const prompt::engine::LibraryJob& job : page->jobs)
    std::printf("  %.8s  %-9s  %s, %s: %s\n", job.id.c_str(), prompt::to_string(job.state),
                job.provider.c_str(), job.model.c_str(), job.prompt.c_str());
  const auto spent = library->spend();
  if (!spent) return say(spent.error());
  std::puts(spent->empty() ? "Spent: nothing." : "Spent:");
  for (const prompt::engine::LibrarySpend& day : *spent)
    std::printf("  %s  %s: %g %s for %u jobs\n", day.day.c_str(), day.provider.c_str(), day.credits,
                day.unit.c_str(), day.jobs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  settings.provider = "rehearsal";
  settings.prompt = "a red fox in the snow";
  bool is_quote_only = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = word.find('=');
    if (word == "--quote") {
      is_quote_only = true;
    } else if (equals == std::string::npos || word.find(' ') < equals) {
      settings.prompt = word;
    } else if (const auto done = set(settings, word.substr(0, equals), word.substr(equals + 1));
               !done) {
      return say(done.error());
    }
  }
  const auto quote = Engine::instance().quote(settings);
  if (!quote) return say(quote.error());
  show(*quote);
  if (is_quote_only) return 0;
  if (const int failed = generate(settings); failed != 0) return failed;
  return show_library(settings.library);
}
