// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The loop thread: one thread with a GMainContext of its own that owns all job state machines,
// timers and deadlines. Nothing on it may wait for the network.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "base/ref.h"
#include "http/timers.h"

namespace prompt::http {

class Loop;

/// A pending call; destroying it (or cancel()) makes sure that the call is not begun any more when
/// done on the loop thread; from other threads a call that is just running may still finish.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer();
  void cancel();
  [[nodiscard]] bool is_pending() const;

 private:
  friend class Loop;
  Timer(const std::shared_ptr<Timers>& timers, Timers::Key key);
  std::weak_ptr<Timers> timers_;
  Timers::Key key_;
};

class Loop {
 public:
  Loop();
  /// Stops and joins the thread. Calls that were not begun are dropped; what their destructors post
  /// is dropped, too. Not on the loop thread.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs `call` on the loop thread, in the order of posting. Any thread.
  void post(std::function<void()> call);
  /// Runs `call` on the loop thread after `delay` (monotonic time). Any thread.
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, std::function<void()> call);
  [[nodiscard]] bool is_loop_thread() const;
  /// For sources that are made, attached and destroyed on the loop thread.
  [[nodiscard]] GMainContext* context() const { return context_.get(); }

 private:
  Ref<GMainContext> context_;       // constant until destruction
  Ref<GMainLoop> main_loop_;        // constant until destruction
  std::shared_ptr<Timers> timers_;  // constant until destruction
  std::atomic<bool> closed_ = false;
  std::thread thread_;  // constant after construction
};

}  // namespace prompt::http
