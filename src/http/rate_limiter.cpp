// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/rate_limiter.h"

#include <algorithm>

namespace prompt::http {
namespace {

constexpr unsigned max_burst = 5;

// A twelfth of the limit at once, at most five: low limits have no burst at all.
unsigned burst_of(unsigned per_minute) { return std::clamp(per_minute / 12, 1U, max_burst); }

}  // namespace

RateLimiter::RateLimiter(unsigned per_minute) {
  const unsigned limit = std::max(per_minute, 1U);
  const unsigned burst = burst_of(limit);
  // The burst comes on top of the even pace, so the pace leaves room for it; rounded up.
  interval_ = Clock::duration(std::chrono::minutes(1)) / (limit - burst + 1) + Clock::duration(1);
  burst_allowed_ = interval_ * (burst - 1);
}

RateLimiter::Clock::time_point RateLimiter::reserve(Clock::time_point now) {
  // The generic cell rate algorithm: a token bucket that remembers a single time.
  const Clock::time_point earliest = std::max(now, held_until_);
  const Clock::time_point pace = std::max(next_, earliest);
  next_ = pace + interval_;
  return std::max(earliest, pace - burst_allowed_);
}

void RateLimiter::hold_until(Clock::time_point when) { held_until_ = std::max(held_until_, when); }

}  // namespace prompt::http
