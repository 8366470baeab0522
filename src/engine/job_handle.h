// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// An element's hold on a job. The job itself lives in the engine and outlives every handle.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/snapshot.h"
#include "base/wake.h"

namespace prompt::engine {

using prompt::JobState;
using prompt::not_in_library_code;
using prompt::Snapshot;

/// Keeps a listener registered; destroying it from any thread makes sure that no further call is
/// begun, and waits for none (the callback must hold what it uses).
class Subscription;

class [[gnu::visibility("default")]] JobHandle {
 public:
  using Clock = std::chrono::steady_clock;
  /// What is behind it, for the engine alone.
  struct [[gnu::visibility("hidden")]] Hold;

  /// Made by the Engine only.
  explicit JobHandle(std::unique_ptr<Hold> hold);
  /// With on-stop=cancel, the last handle of an unfinished job cancels it.
  ~JobHandle();
  JobHandle(const JobHandle&) = delete;
  JobHandle& operator=(const JobHandle&) = delete;

  /// A consistent picture of the job now. Any thread, never blocks on I/O.
  [[nodiscard]] Snapshot snapshot() const;
  /// The file of a result, whole or still growing, once the job is `fetching` or `ready`; empty
  /// before, or if the task has no such result. Any thread, never blocks on I/O.
  [[nodiscard]] std::string location(unsigned result) const;
  /// Waits until the job is ready or has ended with an error, or until this moment, and gives the
  /// picture then. Never for a thread that others wait for.
  [[nodiscard]] Snapshot wait(Clock::time_point until) const;
  /// `wake` hears of every change of the job and of its clips. Any thread.
  void watch(const std::shared_ptr<Wake>& wake);
  /// Calls `changed` after every change of the job or its clips, on an engine thread (any): it must
  /// only hand on, never block and never call into GStreamer.
  [[nodiscard]] std::shared_ptr<Subscription> listen(std::function<void()> changed);
  /// Cancels the job: the provider's cancel where it has one; the job ends as `cancelled` at once
  /// here, and its snapshot's error says what may still be charged.
  void cancel();

  [[nodiscard]] const Hold& hold() const { return *hold_; }

 private:
  std::unique_ptr<Hold> hold_;  // constant
};

}  // namespace prompt::engine
