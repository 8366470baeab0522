// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How fast a download has been over its last seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace prompt::clip {

class RateMeter {
 public:
  using Clock = std::chrono::steady_clock;

  /// The body begins: nothing of it has arrived.
  void begin(Clock::time_point now);
  /// So many more bytes have arrived.
  void add(Clock::time_point now, std::uint64_t bytes);
  /// Bytes per second over the last three seconds, falling while nothing arrives; 0 as long as
  /// there was too little to measure.
  [[nodiscard]] double rate(Clock::time_point now) const;

 private:
  struct Sample {
    Clock::time_point time;
    std::uint64_t total;
  };
  std::deque<Sample> samples_;  // oldest first; at most one in sample_distance
  std::uint64_t total_ = 0;
};

}  // namespace prompt::clip
