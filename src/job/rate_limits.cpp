// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/rate_limits.h"

namespace prompt::job {

std::chrono::milliseconds RateLimits::reserve(Limiters& limiters, const std::string& identity,
                                              unsigned per_minute) {
  if (per_minute == 0) return std::chrono::milliseconds(0);
  const auto now = std::chrono::steady_clock::now();
  const auto limiter = limiters.try_emplace(identity, per_minute).first;
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

}  // namespace prompt::job
