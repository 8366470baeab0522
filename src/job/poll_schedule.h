// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// When to look whether a task is done. A fixed interval spends most of its polls while completion is
// unlikely. For a known distribution of durations with density f and survival S, the mean lag for a
// given mean number of polls is smallest when polls come at a rate proportional to sqrt(f/S)
// (docs/performance.md shows why and what it brings). Pure: no clock, no timer.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "provider/description.h"

namespace prompt::job {

class PollSchedule {
 public:
  /// From what is known: eight or more earlier durations (seconds from acceptance to completion) are
  /// fitted, else `typical` counts. The mean number of polls is that of a fixed schedule of
  /// `polling.average`; never are two polls closer than `polling.floor`. A wrong prediction is
  /// bounded: beyond and before the expected time the rate never falls so far that the mean lag of a
  /// task that takes a third or three times as long exceeds 1.5 times the fixed schedule's.
  PollSchedule(const provider::Polling& polling, const provider::TypicalTime& typical,
               std::span<const double> history_s);
  /// A fixed interval (the property poll-interval), not below the floor.
  PollSchedule(const provider::Polling& polling, std::chrono::milliseconds fixed);

  /// How long after `elapsed` (since acceptance) the next poll comes. Never below the floor.
  [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds elapsed) const;
  /// The expected remaining time of a task that has run for `elapsed`.
  [[nodiscard]] std::chrono::milliseconds expected_remaining(std::chrono::milliseconds elapsed) const;
  /// An estimate of the progress, 0..0.99, for providers that report none.
  [[nodiscard]] double expected_progress(std::chrono::milliseconds elapsed) const;

 private:
  std::chrono::milliseconds floor_;       // constant
  std::chrono::milliseconds fixed_;       // constant; 0: by the distribution
  double median_s_ = 60;                  // constant
  double sigma_ = 0.47;                   // constant; of the logarithm
  std::vector<double> poll_times_s_;      // constant; planned polls since acceptance, ascending
  double late_interval_s_ = 5;            // constant; behind the last planned poll
};

}  // namespace prompt::job
