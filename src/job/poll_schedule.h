// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// When to look whether a task is done. A fixed interval spends most of its polls while completion
// is unlikely. For a known distribution of durations with density f and survival S, the mean lag
// for a given mean number of polls is smallest when polls come at a rate proportional to sqrt(f/S)
// (docs/performance.md shows why and what it brings). Pure: no clock, no timer, no randomness; the
// same arguments make the same schedule. Making one takes a fraction of a millisecond and at most
// some 2 KiB. All functions may be called from any thread once it is made.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "provider/description.h"

namespace prompt::job {

class PollSchedule {
 public:
  /// So many earlier durations say more than the description does.
  static constexpr std::size_t enough_history = 8;

  /// From what is known: eight or more earlier durations (seconds from acceptance to completion, in
  /// any order; what is not a positive number is passed over) are fitted, else `typical` counts.
  /// The mean number of polls is that of a fixed schedule of `polling.average`; never are two polls
  /// closer than `polling.floor`. Some polls insure against a prediction that is too long: tasks
  /// that take a third of it are noticed about 1.5 times as late as with the fixed schedule when
  /// p90/p50 is 1.4 or more, and 2.3 times as late when it is 1.3 (docs/performance.md: all
  /// figures, and why no schedule gets both). Nor is ever a gap longer than six averages, and
  /// behind the time by which 99 of 100 tasks should be done the interval is `polling.average`.
  PollSchedule(const provider::Polling& polling, const provider::TypicalTime& typical,
               std::span<const double> history_s);
  /// A fixed interval (the property poll-interval), not below the floor. What is known of the
  /// durations still makes the expected time and progress.
  PollSchedule(const provider::Polling& polling, std::chrono::milliseconds fixed,
               const provider::TypicalTime& typical = {}, std::span<const double> history_s = {});

  /// How long after `elapsed` (since acceptance) the next poll comes. Never below the floor.
  /// Planned polls have their times since acceptance, so that slow answers do not thin them out.
  [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds elapsed) const;
  /// The expected remaining time of a task that has run for `elapsed`. Never zero.
  [[nodiscard]] std::chrono::milliseconds expected_remaining(
      std::chrono::milliseconds elapsed) const;
  /// Whether nineteen of twenty tasks are done by `elapsed`: what is expected to remain says
  /// little.
  [[nodiscard]] bool is_late(std::chrono::milliseconds elapsed) const;
  /// An estimate of the progress, 0..0.99, for providers that report none. Never falls.
  [[nodiscard]] double expected_progress(std::chrono::milliseconds elapsed) const;

 private:
  std::chrono::milliseconds floor_;              // constant
  std::chrono::milliseconds late_interval_;      // constant; behind the last planned poll
  double median_s_;                              // constant; of the expected durations
  double sigma_;                                 // constant; of their logarithms
  std::vector<std::uint32_t> planned_polls_ms_;  // constant; since acceptance, ascending
};

}  // namespace prompt::job
