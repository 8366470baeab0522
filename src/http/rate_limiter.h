// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Keeps requests below a provider's rate: one limiter per API, key and class of operation. Smooth:
// a few may go at once, the others follow evenly, and no 60 seconds ever see more than the limit.
// Pure: the time is passed in.
#pragma once

#include <chrono>

namespace prompt::http {

class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// `per_minute` at least 1.
  explicit RateLimiter(unsigned per_minute);

  /// Takes a place: when the next request may go, `now` or later. A place that is not used is lost.
  [[nodiscard]] Clock::time_point reserve(Clock::time_point now);
  /// Nothing goes before this (a 429 with Retry-After), places given out already excepted.
  void hold_until(Clock::time_point when);

 private:
  Clock::duration interval_;       // between two requests, in the long run
  Clock::duration burst_allowed_;  // how far ahead of that pace a few may be
  Clock::time_point next_{};       // when the next would go at that pace
  Clock::time_point held_until_{};
};

}  // namespace prompt::http
