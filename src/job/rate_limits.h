// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The descriptions' rate limits, kept per API and key over all jobs of the process. Loop thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "http/rate_limiter.h"

namespace prompt::job {

class RateLimits {
 public:
  /// How long to wait before the next request may go; the place is taken. `per_minute` 0:
  /// unlimited.
  [[nodiscard]] std::chrono::milliseconds reserve_submit(const std::string& identity,
                                                         unsigned per_minute);
  [[nodiscard]] std::chrono::milliseconds reserve_query(const std::string& identity,
                                                        unsigned per_minute);
  /// The provider asked for quiet (429 with Retry-After): it means the key, and so whatever goes to
  /// this API with it.
  void hold(const std::string& identity, std::chrono::milliseconds time);
  /// How long that lasts yet.
  [[nodiscard]] std::chrono::milliseconds held(const std::string& identity) const;

 private:
  using Clock = http::RateLimiter::Clock;
  using Limiters = std::map<std::string, http::RateLimiter>;
  [[nodiscard]] std::chrono::milliseconds reserve(Limiters& limiters, const std::string& identity,
                                                  unsigned per_minute);
  std::map<std::string, Clock::time_point> held_until_;
  Limiters submits_;
  Limiters queries_;
};

}  // namespace prompt::job
