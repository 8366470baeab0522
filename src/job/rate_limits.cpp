// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/rate_limits.h"

#include <algorithm>

namespace prompt::job {

std::chrono::milliseconds RateLimits::reserve(Limiters& limiters, const std::string& identity,
                                              unsigned per_minute) {
  if (per_minute == 0) return held(identity);
  const auto now = Clock::now();
  const auto limiter = limiters.try_emplace(identity, per_minute).first;
  if (const auto hold = held_until_.find(identity); hold != held_until_.end())
    limiter->second.hold_until(hold->second);
  const auto at = limiter->second.reserve(now);
  if (at <= now) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(at - now);
}

std::chrono::milliseconds RateLimits::reserve_submit(const std::string& identity,
                                                     unsigned per_minute) {
  return reserve(submits_, identity, per_minute);
}

std::chrono::milliseconds RateLimits::reserve_query(const std::string& identity,
                                                    unsigned per_minute) {
  return reserve(queries_, identity, per_minute);
}

void RateLimits::hold(const std::string& identity, std::chrono::milliseconds time) {
  Clock::time_point& until = held_until_[identity];
  until = std::max(until, Clock::now() + time);
}

std::chrono::milliseconds RateLimits::held(const std::string& identity) const {
  const auto found = held_until_.find(identity);
  const auto now = Clock::now();
  if (found == held_until_.end() || found->second <= now) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(found->second - now);
}

}  // namespace prompt::job
