// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Two who open the same request, of whom one may pay: how does each fare? Prints one JSON line.
//
//   usage: test-openers NAME=VALUE...
//     count=N      how many requests (takes 1 to N), some at once
//     order=       other-first, payer-first, or together (from two threads)
//     other=       why the other one may not pay: cache-only, max-credits, no-key, wrong-key, or
//                  nobody (there is no other)
//     payer=       may-pay, refresh, or nobody
//     key=TEXT     the payer's key, as the property api-key
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "json/write.h"

namespace {

using prompt::engine::CachePolicy;
using prompt::engine::Engine;
using prompt::engine::JobHandle;
using prompt::engine::JobState;
using prompt::engine::Settings;
using prompt::engine::Snapshot;
using Opened = prompt::Result<std::shared_ptr<JobHandle>>;

constexpr unsigned at_once = 50;

struct Options {
  unsigned count = 1;
  std::string order = "other-first";
  std::string other = "cache-only";
  std::string payer = "may-pay";
  std::string key;
};

struct Fates {
  std::int64_t ready = 0;
  std::int64_t refused = 0;
  std::set<std::string> errors;
};

Settings settings_of(unsigned take) {
  Settings settings;
  settings.prompt = "a red fox in the snow";
  settings.take = take;
  return settings;
}

Opened open_payer(const Options& options, unsigned take) {
  Settings settings = settings_of(take);
  settings.api_key = prompt::Secret(options.key);
  if (options.payer == "refresh") settings.cache = CachePolicy::refresh;
  return Engine::instance().open(settings);
}

Opened open_other(const Options& options, unsigned take) {
  Settings settings = settings_of(take);
  if (options.other == "cache-only") settings.cache = CachePolicy::only;
  if (options.other == "max-credits") settings.max_credits = 1;
  if (options.other == "wrong-key") settings.api_key = prompt::Secret("sk-video-wrong");
  return Engine::instance().open(settings);
}

void follow(const Opened& opened, Fates& fates) {
  if (!opened) {
    ++fates.refused;
    fates.errors.insert("at once: " + opened.error().message);
    return;
  }
  auto wake = std::make_shared<prompt::Wake>();
  (*opened)->watch(wake);
  for (prompt::Wake::Ticket ticket = wake->ticket();;) {
    const Snapshot now = (*opened)->snapshot();
    if (now.state == JobState::ready && !(*opened)->location(0).empty()) {
      ++fates.ready;
      return;
    }
    if (now.error) {
      ++fates.refused;
      fates.errors.insert(std::string(prompt::to_string(now.error->kind)) + ": " +
                          now.error->message);
      return;
    }
    (void)wake->wait(ticket, std::chrono::milliseconds(1000));
  }
}

void open_pair(const Options& options, unsigned take, std::vector<Opened>& payers,
               std::vector<Opened>& others) {
  const auto pay = [&] {
    if (options.payer == "nobody") return;
    payers.push_back(open_payer(options, take));
  };
  const auto other = [&] {
    if (options.other == "nobody") return;
    others.push_back(open_other(options, take));
  };
  if (options.order == "together") {
    std::thread first(pay);
    other();
    first.join();
  } else if (options.order == "payer-first") {
    pay();
    other();
  } else {
    other();
    pay();
  }
}

prompt::json::Value to_json(const Fates& fates) {
  prompt::json::Object out;
  out.set("ready", prompt::json::Value(fates.ready));
  out.set("refused", prompt::json::Value(fates.refused));
  prompt::json::Array errors;
  for (const std::string& error : fates.errors) errors.emplace_back(error);
  out.set("errors", prompt::json::Value(std::move(errors)));
  return prompt::json::Value(std::move(out));
}

bool apply(Options& options, const std::string& name, const std::string& value) {
  if (name == "count")
    options.count = static_cast<unsigned>(std::stoul(value));
  else if (name == "order")
    options.order = value;
  else if (name == "other")
    options.other = value;
  else if (name == "payer")
    options.payer = value;
  else if (name == "key")
    options.key = value;
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals == nullptr ||
        !apply(options, std::string(argv[i], static_cast<std::size_t>(equals - argv[i])),
               equals + 1)) {
      std::fprintf(stderr, "unknown: %s\n", argv[i]);
      return 2;
    }
  }
  Fates payers;
  Fates others;
  for (unsigned take = 1; take <= options.count;) {
    std::vector<Opened> opened_payers;
    std::vector<Opened> opened_others;
    for (unsigned i = 0; i < at_once && take <= options.count; ++i, ++take)
      open_pair(options, take, opened_payers, opened_others);
    for (const Opened& one : opened_payers) follow(one, payers);
    for (const Opened& one : opened_others) follow(one, others);
  }
  prompt::json::Object line;
  line.set("payers", to_json(payers));
  line.set("others", to_json(others));
  std::puts(prompt::json::write(prompt::json::Value(std::move(line))).c_str());
  return 0;
}
