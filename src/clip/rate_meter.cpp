// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/rate_meter.h"

#include <algorithm>

namespace prompt::clip {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds window{3000};
constexpr milliseconds sample_distance{50};
// What arrives at once was waiting in buffers and says nothing.
constexpr milliseconds least_time{50};

}  // namespace

void RateMeter::begin(Clock::time_point now) {
  samples_.assign(1, Sample{now, 0});
  total_ = 0;
}

void RateMeter::add(Clock::time_point now, std::uint64_t bytes) {
  if (samples_.empty()) begin(now);
  total_ += bytes;
  if (now - samples_.back().time >= sample_distance) samples_.push_back(Sample{now, total_});
  // One sample from before the window stays: the window begins somewhere behind it.
  while (samples_.size() > 2 && now - samples_[1].time > window) samples_.pop_front();
}

double RateMeter::rate(Clock::time_point now) const {
  if (samples_.empty()) return 0;
  const Sample& oldest = samples_.front();
  const std::chrono::duration<double> elapsed = now - oldest.time;
  if (elapsed < least_time || total_ == 0) return 0;
  // A stall longer than the window would make it 0, which means unknown.
  return std::max(static_cast<double>(total_ - oldest.total) / elapsed.count(), 1.0);
}

}  // namespace prompt::clip
