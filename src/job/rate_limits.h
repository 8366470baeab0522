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

 private:
  using Limiters = std::map<std::string, http::RateLimiter>;
  [[nodiscard]] static std::chrono::milliseconds reserve(Limiters& limiters,
                                                         const std::string& identity,
                                                         unsigned per_minute);
  Limiters submits_;
  Limiters queries_;
};

}  // namespace prompt::job
