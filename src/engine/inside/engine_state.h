// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the engine consists of. Only the files that engine.h is made in include this.
#pragma once

#include <memory>

#include "base/fork_gate.h"
#include "engine/engine.h"
#include "engine/inside/resolve.h"
#include "http/listener.h"
#include "job/registry.h"
#include "ledger/jobs.h"

namespace prompt::engine {

struct Engine::State {
  explicit State(job::Operator settings);

  /// What the environment says now is what can be. Error: settings. Any thread, as the next one.
  [[nodiscard]] Result<void> check_operator() const;
  [[nodiscard]] std::shared_ptr<JobHandle> open(Resolved resolved, OnStop on_stop);
  /// Goes on with the job of this row, and pays for nothing. Errors: those of Engine::open_job().
  [[nodiscard]] Result<std::shared_ptr<JobHandle>> take_up(ledger::Ledger& ledger,
                                                           const ledger::JobRow& row);

  const unsigned generation = fork_generation();
  const job::Operator operator_settings;
  const provider::Catalogue catalogue = provider::Catalogue::load();
  http::Loop loop;
  http::Workers workers;
  job::RateLimits rate_limits;
  job::RetryPolicy retries;
  job::Callbacks callbacks;
  job::Context context;
  job::Registry registry{context};
  std::unique_ptr<http::Listener> listener;
  std::shared_ptr<RehearsalProcess> rehearsal = std::make_shared<RehearsalProcess>();
};

}  // namespace prompt::engine
