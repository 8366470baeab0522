// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Tasks of random durations under a way of polling, on a virtual clock. The numbers are the same on
// every machine: the random generator is one that the C++ standard defines to the last bit, and
// what is made of it is written out here.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <random>
#include <vector>

namespace prompt::job::simulation {

using Milliseconds = std::chrono::milliseconds;

struct Spread {
  double p50_s;
  double p90_s;
};

/// Lognormal durations in seconds (Box and Muller's method).
inline std::vector<double> make_durations(const Spread& spread, std::size_t count,
                                          std::uint64_t seed) {
  constexpr double z_90 = 1.2815515655446004;
  const double sigma = std::log(spread.p90_s / spread.p50_s) / z_90;
  std::mt19937_64 generator(seed);
  const auto uniform = [&generator] {
    return (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53;
  };
  std::vector<double> durations;
  durations.reserve(count);
  while (durations.size() < count) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double z = radius * std::cos(2 * std::numbers::pi * uniform());
    durations.push_back(spread.p50_s * std::exp(sigma * z));
  }
  return durations;
}

/// How long after `elapsed` the next poll comes, when `polls` were made.
using NextPoll = std::function<Milliseconds(Milliseconds elapsed, int polls)>;

struct Outcome {
  double mean_lag_s = 0;  ///< From finished to the poll that sees it.
  double p95_lag_s = 0;
  double polls_per_task = 0;
  Milliseconds smallest_gap = Milliseconds::max();  ///< Between two polls, or acceptance and poll.
  Milliseconds largest_gap{0};
};

/// `answer_time`: from a poll to its answer, from which the next one is planned.
inline Outcome simulate(const NextPoll& next, const std::vector<double>& durations_s,
                        Milliseconds answer_time = Milliseconds(0)) {
  Outcome outcome;
  std::vector<double> lags_s;
  lags_s.reserve(durations_s.size());
  double polls_in_all = 0;
  for (const double duration_s : durations_s) {
    Milliseconds answered(0);
    Milliseconds polled(0);
    int polls = 0;
    do {
      const Milliseconds now = answered + next(answered, polls);
      ++polls;
      outcome.smallest_gap = std::min(outcome.smallest_gap, now - polled);
      outcome.largest_gap = std::max(outcome.largest_gap, now - polled);
      polled = now;
      answered = now + answer_time;
    } while (static_cast<double>(polled.count()) < duration_s * 1000);
    lags_s.push_back(static_cast<double>(polled.count()) / 1000 - duration_s);
    polls_in_all += polls;
  }
  std::sort(lags_s.begin(), lags_s.end());
  const double count = static_cast<double>(lags_s.size());
  for (const double lag_s : lags_s) outcome.mean_lag_s += lag_s / count;
  outcome.p95_lag_s = lags_s[lags_s.size() * 95 / 100];
  outcome.polls_per_task = polls_in_all / count;
  return outcome;
}

}  // namespace prompt::job::simulation
