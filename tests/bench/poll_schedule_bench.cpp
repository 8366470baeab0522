// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The tables of docs/performance.md on polling: 10,000 tasks on a virtual clock under each way of
// polling. All but the time of construction is the same on every machine.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "../job/poll_simulation.h"
#include "job/poll_schedule.h"

namespace {

using prompt::job::PollSchedule;
using prompt::job::simulation::make_durations;
using prompt::job::simulation::NextPoll;
using prompt::job::simulation::Outcome;
using prompt::job::simulation::simulate;
using prompt::job::simulation::Spread;
using prompt::provider::Polling;
using std::chrono::milliseconds;

constexpr std::size_t task_count = 10'000;
constexpr Spread usual{60, 110};
constexpr Spread narrow{60, 78};

NextPoll shaped(const Spread& predicted, std::span<const double> history = {}) {
  return [schedule = PollSchedule(Polling{}, {predicted.p50_s, predicted.p90_s}, history)](
             milliseconds elapsed, int) {
    return schedule.next(elapsed);
  };
}

NextPoll fixed(int seconds) {
  return [seconds](milliseconds, int) {
    return milliseconds(seconds * 1'000);
  };
}

// 1 s, then half as much again each time, at most 30 s.
milliseconds back_off(milliseconds, int polls) {
  return milliseconds(std::lround(std::min(30.0, std::pow(1.5, polls)) * 1'000));
}

Spread scaled(const Spread& spread, double factor) {
  return {spread.p50_s * factor, spread.p90_s * factor};
}

void print_row(const std::string& schedule, const Outcome& outcome, const Outcome& reference) {
  std::printf("| %-34s | %5.2f | %5.1f | %5.1f | %4.2f | %4.2f |\n", schedule.c_str(),
              outcome.mean_lag_s, outcome.p95_lag_s, outcome.polls_per_task,
              outcome.mean_lag_s / reference.mean_lag_s,
              outcome.polls_per_task / reference.polls_per_task);
}

// All ways of polling for tasks that take `truth`.
void print_scenario(const char* title, const Spread& predicted, const Spread& truth,
                    std::uint64_t seed) {
  const std::vector<double> durations = make_durations(truth, task_count, seed);
  const Outcome reference = simulate(fixed(5), durations);
  std::printf("\n%s: tasks of p50 %.0f s, p90 %.0f s\n", title, truth.p50_s, truth.p90_s);
  std::printf(
      "| schedule                           | lag s | p95 s | polls | lag/fixed 5 s | polls/fixed "
      "5 s |\n");
  std::printf("|---|---|---|---|---|---|\n");
  char name[64];
  std::snprintf(name, sizeof name, "shaped by p50 %.0f s, p90 %.0f s", predicted.p50_s,
                predicted.p90_s);
  print_row(name, simulate(shaped(predicted), durations), reference);
  print_row("fixed 2 s", simulate(fixed(2), durations), reference);
  print_row("fixed 5 s", reference, reference);
  print_row("fixed 30 s", simulate(fixed(30), durations), reference);
  print_row("exponential 1 s x 1.5, at most 30 s", simulate(back_off, durations), reference);
}

// What earlier durations are worth, by their number; each an average over several histories.
void print_history(const Spread& truth, std::uint64_t seed) {
  constexpr int histories = 100;
  const std::vector<double> durations = make_durations(truth, task_count, seed);
  const Outcome reference = simulate(fixed(5), durations);
  std::printf("\nHistory: tasks of p50 %.0f s, p90 %.0f s, described as p50 60 s, p90 110 s\n",
              truth.p50_s, truth.p90_s);
  std::printf("| earlier durations | lag s | polls | lag/fixed 5 s | polls/fixed 5 s |\n");
  std::printf("|---|---|---|---|---|\n");
  for (const std::size_t count : {0U, 8U, 16U, 64U}) {
    double lag_s = 0;
    double polls = 0;
    for (int i = 0; i < histories; ++i) {
      const std::vector<double> history =
          make_durations(truth, count, seed + 1 + static_cast<std::uint64_t>(i));
      const Outcome outcome = simulate(shaped(usual, history), durations);
      lag_s += outcome.mean_lag_s / histories;
      polls += outcome.polls_per_task / histories;
    }
    std::printf("| %2zu | %4.2f | %4.1f | %4.2f | %4.2f |\n", count, lag_s, polls,
                lag_s / reference.mean_lag_s, polls / reference.polls_per_task);
  }
}

// Lag and polls against the fixed schedule's, by how far the truth is from the prediction.
void print_insurance(std::uint64_t seed) {
  constexpr double factors[] = {1 / 3.0, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 10};
  std::printf("\nlag/fixed 5 s (polls/fixed 5 s) when tasks take so many times the prediction\n");
  std::printf("| p50 s | p90/p50 | 1/3 | 0.4 | 0.5 | 0.7 | 1 | 1.5 | 2 | 3 | 10 |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const double p50_s : {15.0, 60.0, 300.0}) {
    for (const double ratio : {1.1, 1.3, 1.4, 1.5, 110 / 60.0, 2.5}) {
      const Spread predicted{p50_s, p50_s * ratio};
      const NextPoll next = shaped(predicted);
      std::printf("| %.0f | %.2f |", p50_s, ratio);
      for (const double factor : factors) {
        const std::vector<double> durations =
            make_durations(scaled(predicted, factor), task_count, seed);
        const Outcome outcome = simulate(next, durations);
        const Outcome reference = simulate(fixed(5), durations);
        std::printf(" %.2f (%.2f) |", outcome.mean_lag_s / reference.mean_lag_s,
                    outcome.polls_per_task / reference.polls_per_task);
      }
      std::printf("\n");
    }
  }
}

void print_construction() {
  std::printf("\nConstruction, mean of 200\n| p50 s | p90 s | history | us |\n|---|---|---|---|\n");
  for (const Spread& spread : {usual, narrow, Spread{300, 550}, Spread{3'600, 7'200}}) {
    for (const std::size_t count : {0U, 64U}) {
      const std::vector<double> history = make_durations(spread, count, 1);
      constexpr int repeats = 200;
      milliseconds sum(0);
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < repeats; ++i)
        sum += PollSchedule(Polling{}, {spread.p50_s, spread.p90_s}, history).next(sum);
      const std::chrono::duration<double, std::micro> time =
          std::chrono::steady_clock::now() - begin;
      std::printf("| %.0f | %.0f | %zu | %.0f |\n", spread.p50_s, spread.p90_s, count,
                  time.count() / repeats);
    }
  }
}

}  // namespace

// An argument is another seed.
int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20261;
  std::printf("%zu tasks each, seed %llu; average 5 s, floor 1 s\n", task_count,
              static_cast<unsigned long long>(seed));
  print_scenario("Right prediction", usual, usual, seed);
  print_scenario("Right and narrow prediction", narrow, narrow, seed);
  print_scenario("Wrong: a third of the prediction", usual, scaled(usual, 1 / 3.0), seed);
  print_scenario("Wrong: three times the prediction", usual, scaled(usual, 3), seed);
  print_scenario("Wrong and narrow: a third", narrow, scaled(narrow, 1 / 3.0), seed);
  print_scenario("Wrong and narrow: three times", narrow, scaled(narrow, 3), seed);
  print_history(usual, seed);
  print_history(narrow, seed);
  print_insurance(seed);
  print_construction();
  return 0;
}
