// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a JobHandle holds.
#pragma once

#include <memory>

#include "base/fork_gate.h"
#include "engine/job_handle.h"
#include "engine/settings.h"
#include "job/job_view.h"

namespace prompt::engine {

/// Constant once made.
struct JobHandle::Hold {
  std::shared_ptr<job::JobView> job;
  job::Openers::OpenerPtr opener;
  OnStop on_stop = OnStop::keep;
  unsigned generation = fork_generation();

  /// The process was forked since: no thread works on the job here, and its mutexes may be held.
  [[nodiscard]] bool is_parents() const { return generation != fork_generation(); }
};

}  // namespace prompt::engine
