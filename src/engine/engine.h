// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The one engine of a process: it owns the loop thread, the HTTP workers and every job. Elements
// come and go; a job that was begun goes on. Process exit never waits for it: what is in flight
// stays in the ledger and is taken up at the next start.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/job_handle.h"
#include "engine/settings.h"

namespace prompt::engine {

class [[gnu::visibility("default")]] Engine {
 public:
  /// The process's engine, made at the first call (also anew in a forked child). Any thread.
  [[nodiscard]] static Engine& instance();

  /// Checks the settings and joins or begins the job of this request. May read small files (key,
  /// local images), so not for an application's thread; never waits for the network, a job or the
  /// ledger. Errors: settings, not_authorized (no key); everything later comes by the snapshot.
  [[nodiscard]] Result<std::shared_ptr<JobHandle>> open(const Settings& settings);

  /// The ids of all providers that can be asked for now, "rehearsal" among them, sorted.
  [[nodiscard]] static std::vector<std::string> provider_ids();

  /// For tests: threads that the engine has now, the loop included.
  [[nodiscard]] int thread_count() const;

 private:
  Engine();
  ~Engine() = delete;
  struct [[gnu::visibility("hidden")]] State;
  std::unique_ptr<State> state_;  // constant after construction
};

}  // namespace prompt::engine
