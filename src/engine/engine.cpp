// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/engine.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <utility>

#include "base/fork_gate.h"
#include "base/log.h"
#include "engine/inside/engine_state.h"
#include "engine/inside/environment.h"
#include "engine/inside/hold.h"
#include "http/url.h"

namespace prompt::engine {
namespace {

constexpr const char* user_agent = "gst-prompt/" PROMPT_VERSION;

std::function<double()> make_random() {
  auto generator = std::make_shared<std::mt19937>(std::random_device{}());
  return [generator] {
    return std::uniform_real_distribution<double>(0.0, 1.0)(*generator);
  };
}

}  // namespace

Engine::State::State(job::Operator settings)
    : operator_settings(std::move(settings)),
      workers(loop, user_agent, http::Workers::Sizes{}, environment("GST_PROMPT_CA_FILE")),
      retries(make_random()),
      context{loop, workers, operator_settings, rate_limits, retries, callbacks} {}

namespace {

// Without it jobs are looked after by polling alone.
std::unique_ptr<http::Listener> open_listener(http::Loop& loop, job::Callbacks& callbacks) {
  const Result<CallbackAddress> address = callback_address();
  if (!address || address->listen.empty()) return nullptr;
  http::Listener::Handler handler{
      [&callbacks](std::string_view target) { return callbacks.is_known(target); },
      [&callbacks](std::string_view target, std::string_view body) {
        callbacks.receive(target, body);
      }};
  Result<std::unique_ptr<http::Listener>> opened =
      http::Listener::open(loop, address->listen, std::move(handler), {}, "callbacks: the address");
  if (!opened) {
    log({LogCategory::engine, LogLevel::warning}, "%s Tasks are looked after without callbacks.",
        opened.error().message.c_str());
    return nullptr;
  }
  const std::string own = "http://" + (*opened)->address();
  const Result<http::Url> url = http::Url::parse_base(address->url.empty() ? own : address->url);
  log({LogCategory::engine, LogLevel::info}, "callbacks: listening at %s",
      (*opened)->address().c_str());
  if (url) callbacks.set_address(url->text(), http::is_loopback_host(url->host()));
  return std::move(*opened);
}

}  // namespace

Engine::Engine() {
  Result<job::Operator> settings = operator_settings();
  // open() says so too, as an error.
  if (!settings)
    log({LogCategory::engine, LogLevel::error}, "%s", settings.error().message.c_str());
  state_ = std::make_unique<State>(settings ? std::move(*settings) : job::Operator{});
  state_->listener = open_listener(state_->loop, state_->callbacks);
}

Engine& Engine::instance() {
  // Never destroyed: the exit of a process must not wait for its threads. A forked child has none
  // of its parent's threads, so it starts anew.
  static ForkSafeMutex mutex;
  static Engine* engine = nullptr;
  static unsigned generation = 0;
  const std::lock_guard lock(mutex);
  if (engine == nullptr || generation != fork_generation()) {
    engine = new Engine;
    generation = fork_generation();
  }
  return *engine;
}

Result<void> Engine::State::check_operator() const {
  if (Result<void> fine = refuse_broken_child(); !fine) return fine;
  if (generation != fork_generation()) return fail(parents_own_error());
  const Result<job::Operator> checked = engine::operator_settings();
  if (!checked) return fail(checked.error());
  // A limit for a provider that is written otherwise would limit nobody.
  for (const auto& cap : checked->daily.named)
    if (const auto known = catalogue.find(cap.first); !known)
      return fail(ErrorKind::settings,
                  "GST_PROMPT_DAILY_CREDITS sets a limit for nobody: " + known.error().message);
  return {};
}

std::shared_ptr<JobHandle> Engine::State::open(Resolved resolved, OnStop on_stop) {
  job::Registry::Opened opened = registry.open(std::move(resolved.spec), resolved.permission);
  return std::make_shared<JobHandle>(std::make_unique<JobHandle::Hold>(
      JobHandle::Hold{std::move(opened.job), std::move(opened.opener), on_stop}));
}

Result<std::shared_ptr<JobHandle>> Engine::open(const Settings& settings) {
  if (const Result<void> fine = state_->check_operator(); !fine) return fail(fine.error());
  Result<Resolved> resolved = resolve(settings, state_->catalogue, state_->rehearsal);
  if (!resolved) return fail(std::move(resolved.error()));
  return state_->open(std::move(*resolved), settings.on_stop);
}

std::vector<std::string> Engine::provider_ids() {
  std::vector<std::string> ids = provider::Catalogue::load().ids();
  ids.emplace_back("rehearsal");
  std::sort(ids.begin(), ids.end());
  return ids;
}

int Engine::thread_count() const { return state_->workers.thread_count() + 1; }

}  // namespace prompt::engine
