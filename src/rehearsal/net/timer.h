// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Something to do later, on the main loop's thread; forgotten when the timer goes.
#pragma once

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace prompt::rehearsal {

class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  /// Calls `action` once after so many seconds (0 = at the next turn of the loop), instead of what
  /// was planned before.
  void start(double seconds, std::function<void()> action) {
    stop();
    action_ = std::move(action);
    const double milliseconds = std::clamp(std::ceil(seconds * 1000), 0.0, 4e9);
    source_ = g_timeout_add(static_cast<guint>(milliseconds), on_time, this);
  }
  void stop() {
    if (source_ != 0) g_source_remove(source_);
    source_ = 0;
  }

 private:
  static gboolean on_time(gpointer data) {
    auto* self = static_cast<Timer*>(data);
    self->source_ = 0;
    // The action may destroy the timer, so it runs as a copy.
    const std::function<void()> action = std::move(self->action_);
    action();
    return G_SOURCE_REMOVE;
  }

  guint source_ = 0;
  std::function<void()> action_;
};

}  // namespace prompt::rehearsal
