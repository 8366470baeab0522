// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the poll schedule promises, on a virtual clock: the same polls as a fixed interval and less
// lag when the prediction is right, a bounded loss when it is wrong, and never more than the floor
// allows.
#include "../support/check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "job/poll_schedule.h"
#include "poll_simulation.h"

using prompt::job::PollSchedule;
using prompt::job::simulation::make_durations;
using prompt::job::simulation::Outcome;
using prompt::job::simulation::simulate;
using prompt::job::simulation::Spread;
using prompt::provider::Polling;
using prompt::provider::TypicalTime;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t task_count = 10'000;
constexpr std::uint64_t seed = 20261;
constexpr Spread usual{60, 110};
constexpr Spread narrow{60, 78};

TypicalTime to_typical(const Spread& spread) { return {spread.p50_s, spread.p90_s}; }

Spread scaled(const Spread& spread, double factor) {
  return {spread.p50_s * factor, spread.p90_s * factor};
}

Outcome run(const PollSchedule& schedule, const std::vector<double>& durations,
            milliseconds answer_time = milliseconds(0)) {
  return simulate([&schedule](milliseconds elapsed, int) { return schedule.next(elapsed); },
                  durations, answer_time);
}

struct Pair {
  Outcome shaped;
  Outcome fixed;
};

// Tasks that take `truth`, polled by what `schedule` knows and by the fixed interval.
Pair compare(const PollSchedule& schedule, const Spread& truth) {
  const std::vector<double> durations = make_durations(truth, task_count, seed);
  const Polling polling;
  return {run(schedule, durations), run(PollSchedule(polling, polling.average), durations)};
}

void assert_at_most(double value, double limit, const char* what) {
  fail_unless(value <= limit, "%s: %.3f, at most %.3f", what, value, limit);
}

void assert_same_polls(const Pair& pair) {
  const double ratio = pair.shaped.polls_per_task / pair.fixed.polls_per_task;
  fail_unless(std::fabs(ratio - 1) < 0.01, "%.2f polls, fixed %.2f", pair.shaped.polls_per_task,
              pair.fixed.polls_per_task);
}

}  // namespace

GST_START_TEST(test_right_prediction_cuts_the_lag_on_the_same_polls) {
  const Pair at_usual = compare(PollSchedule(Polling{}, to_typical(usual), {}), usual);
  fail_unless(std::fabs(at_usual.fixed.mean_lag_s - 2.5) < 0.05);
  assert_same_polls(at_usual);
  assert_at_most(at_usual.shaped.mean_lag_s, 1.85, "lag");
  const Pair at_narrow = compare(PollSchedule(Polling{}, to_typical(narrow), {}), narrow);
  assert_same_polls(at_narrow);
  assert_at_most(at_narrow.shaped.mean_lag_s, 1.05, "lag at a narrow spread");
}
GST_END_TEST

GST_START_TEST(test_wrong_prediction_costs_little) {
  const PollSchedule schedule(Polling{}, to_typical(usual), {});
  for (const double factor : {1 / 3.0, 0.4, 0.5, 0.7, 1.5, 2.0, 3.0, 10.0}) {
    const Pair pair = compare(schedule, scaled(usual, factor));
    assert_at_most(pair.shaped.mean_lag_s, 1.5 * pair.fixed.mean_lag_s, "lag");
    assert_at_most(pair.shaped.polls_per_task, 1.5 * pair.fixed.polls_per_task, "polls");
  }
}
GST_END_TEST

GST_START_TEST(test_wrong_prediction_of_other_times_and_spreads_costs_little) {
  for (const double p50_s : {30.0, 60.0, 300.0}) {
    for (const double ratio : {1.4, 1.5, 2.2}) {
      const Spread predicted{p50_s, p50_s * ratio};
      const PollSchedule schedule(Polling{}, to_typical(predicted), {});
      for (const double factor : {1 / 3.0, 0.5, 3.0}) {
        const Pair pair = compare(schedule, scaled(predicted, factor));
        assert_at_most(pair.shaped.mean_lag_s, 1.56 * pair.fixed.mean_lag_s, "lag");
        assert_at_most(pair.shaped.polls_per_task, 1.5 * pair.fixed.polls_per_task, "polls");
      }
    }
  }
}
GST_END_TEST

// docs/performance.md shows that a schedule with the gain of a narrow prediction must lose more
// when that prediction is too long. This is how much.
GST_START_TEST(test_wrong_narrow_prediction_is_bounded) {
  const PollSchedule schedule(Polling{}, to_typical(narrow), {});
  for (const double factor : {1 / 3.0, 0.4, 0.5, 0.7, 3.0, 10.0}) {
    const Pair pair = compare(schedule, scaled(narrow, factor));
    assert_at_most(pair.shaped.mean_lag_s, 2.4 * pair.fixed.mean_lag_s, "lag");
    assert_at_most(pair.shaped.polls_per_task, 1.5 * pair.fixed.polls_per_task, "polls");
  }
}
GST_END_TEST

GST_START_TEST(test_polls_keep_the_floor_and_a_largest_gap) {
  for (const int average_ms : {1'000, 1'500, 5'000, 20'000}) {
    for (const int floor_ms : {20, 1'000, 3'000}) {
      Polling polling;
      polling.average = milliseconds(average_ms);
      polling.floor = milliseconds(floor_ms);
      const milliseconds average = std::max(polling.average, polling.floor);
      for (const double p50_s : {0.2, 3.0, 20.0, 60.0, 1000.0}) {
        for (const double ratio : {1.0001, 1.3, 1.8, 6.0}) {
          const PollSchedule schedule(polling, {p50_s, p50_s * ratio}, {});
          for (const int answer_ms : {0, 90, 870}) {
            const std::vector<double> durations = make_durations({p50_s, p50_s * 3}, 50, seed);
            const Outcome outcome = run(schedule, durations, milliseconds(answer_ms));
            fail_unless(outcome.smallest_gap >= polling.floor);
            // An answer may come too late for the next planned poll, which then has to wait.
            fail_unless(outcome.largest_gap <=
                        6 * average + polling.floor + milliseconds(answer_ms) + milliseconds(1));
          }
        }
      }
    }
  }
}
GST_END_TEST

GST_START_TEST(test_the_floor_holds_after_polls_that_were_not_planned) {
  const Polling polling;
  const PollSchedule schedule(polling, to_typical(narrow), {});
  for (milliseconds elapsed(0); elapsed < milliseconds(200'000); elapsed += milliseconds(37))
    fail_unless(schedule.next(elapsed) >= polling.floor);
}
GST_END_TEST

GST_START_TEST(test_slow_answers_do_not_thin_the_polls_out) {
  const PollSchedule schedule(Polling{}, to_typical(usual), {});
  const std::vector<double> durations = make_durations(usual, task_count, seed);
  const Outcome at_once = run(schedule, durations);
  const Outcome slow = run(schedule, durations, milliseconds(800));
  fail_unless(slow.polls_per_task > 0.95 * at_once.polls_per_task);
  assert_at_most(slow.mean_lag_s, 1.05 * at_once.mean_lag_s, "lag");
}
GST_END_TEST

GST_START_TEST(test_a_timer_that_fires_early_costs_no_poll) {
  const PollSchedule schedule(Polling{}, to_typical(usual), {});
  const milliseconds first = schedule.next(milliseconds(0));
  const milliseconds second = first + schedule.next(first);
  fail_unless(second - first > milliseconds(2'000));
  const milliseconds early = first - milliseconds(3);
  fail_unless(early + schedule.next(early) == second);
}
GST_END_TEST

GST_START_TEST(test_behind_the_expected_time_the_interval_is_the_average) {
  for (const Spread& spread : {usual, narrow}) {
    const PollSchedule schedule(Polling{}, to_typical(spread), {});
    for (const int elapsed_s : {200, 1'000, 100'000})
      fail_unless(schedule.next(std::chrono::seconds(elapsed_s)) == milliseconds(5'000));
  }
}
GST_END_TEST

GST_START_TEST(test_eight_durations_say_more_than_the_description) {
  const TypicalTime described{20, 40};
  const std::vector<double> history = make_durations({120, 170}, 64, seed + 1);
  const PollSchedule from_history(Polling{}, described, history);
  const PollSchedule from_description(Polling{}, described, {});
  const Pair known = compare(from_history, {120, 170});
  const Pair unknown = compare(from_description, {120, 170});
  assert_at_most(known.shaped.mean_lag_s, 0.75 * unknown.shaped.mean_lag_s, "lag");
  fail_unless(std::fabs(known.shaped.polls_per_task / known.fixed.polls_per_task - 1) < 0.1);

  const PollSchedule from_eight(Polling{}, described, std::span(history).first(8));
  const PollSchedule from_seven(Polling{}, described, std::span(history).first(7));
  fail_if(from_eight.next(milliseconds(0)) == from_description.next(milliseconds(0)));
  for (const int elapsed_ms : {0, 9'000, 25'000, 60'000, 200'000})
    fail_unless(from_seven.next(milliseconds(elapsed_ms)) ==
                from_description.next(milliseconds(elapsed_ms)));
}
GST_END_TEST

GST_START_TEST(test_the_order_of_the_history_does_not_matter) {
  std::vector<double> history = make_durations(usual, 20, seed + 2);
  const PollSchedule one(Polling{}, {20, 40}, history);
  std::sort(history.begin(), history.end());
  const PollSchedule other(Polling{}, {20, 40}, history);
  for (int elapsed_ms = 0; elapsed_ms < 300'000; elapsed_ms += 500)
    fail_unless(one.next(milliseconds(elapsed_ms)) == other.next(milliseconds(elapsed_ms)));
}
GST_END_TEST

GST_START_TEST(test_a_history_of_one_value_is_no_certainty) {
  const std::vector<double> history(64, 73.0);
  const PollSchedule schedule(Polling{}, {60, 60.5}, history);
  const Outcome outcome = run(schedule, std::vector<double>(10, 73.0));
  assert_at_most(outcome.mean_lag_s, 2, "lag");
  assert_at_most(outcome.polls_per_task, 73 / 5.0 + 1, "polls");
  const Pair pair = compare(schedule, {73, 73 * 1.15});
  assert_at_most(pair.shaped.mean_lag_s, 0.75, "lag");
}
GST_END_TEST

// A job that was closed for the night has a completion time of the next morning.
GST_START_TEST(test_late_outliers_do_not_spoil_the_history) {
  std::vector<double> history = make_durations(usual, 16, seed + 3);
  const PollSchedule clean(Polling{}, {60, 110}, history);
  history[3] = 40'000;
  history[11] = 86'400;
  const PollSchedule spoilt(Polling{}, {60, 110}, history);
  const Pair clean_pair = compare(clean, usual);
  const Pair spoilt_pair = compare(spoilt, usual);
  assert_at_most(spoilt_pair.shaped.mean_lag_s, 1.15 * clean_pair.shaped.mean_lag_s, "lag");
  assert_at_most(spoilt_pair.shaped.polls_per_task, 1.1 * spoilt_pair.fixed.polls_per_task,
                 "polls");
}
GST_END_TEST

GST_START_TEST(test_what_is_no_duration_is_passed_over) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> history = {nan, infinity, -infinity, 0, -5, nan, 0, -1};
  const PollSchedule none(Polling{}, {60, 110}, {});
  const PollSchedule garbage(Polling{}, {60, 110}, history);
  const std::vector<double> good = make_durations({20, 30}, 9, seed + 4);
  history.insert(history.end(), good.begin(), good.end());
  const PollSchedule mixed(Polling{}, {60, 110}, history);
  const PollSchedule clean(Polling{}, {60, 110}, good);
  for (int elapsed_ms = 0; elapsed_ms < 300'000; elapsed_ms += 500) {
    const milliseconds elapsed(elapsed_ms);
    fail_unless(garbage.next(elapsed) == none.next(elapsed));
    fail_unless(mixed.next(elapsed) == clean.next(elapsed));
  }
}
GST_END_TEST

GST_START_TEST(test_absurd_arguments_give_a_usable_schedule) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double huge = std::numeric_limits<double>::max();
  const TypicalTime times[] = {{0, 0},     {-1, 5},         {60, 60},    {60, 10},
                               {nan, nan}, {60, nan},       {nan, 9},    {huge, huge},
                               {60, huge}, {1e-300, 1e300}, {1e9, 1.1e9}};
  for (const TypicalTime& typical : times) {
    for (const int average_ms : {0, 5'000, 2'000'000'000}) {
      for (const int floor_ms : {0, 1'000, 2'000'000'000}) {
        Polling polling;
        polling.average = milliseconds(average_ms);
        polling.floor = milliseconds(floor_ms);
        const PollSchedule schedule(polling, typical, {});
        milliseconds now(0);
        for (int i = 0; i < 2'000; ++i) {
          const milliseconds wait = schedule.next(now);
          fail_unless(wait >= std::max(polling.floor, milliseconds(1)));
          fail_unless(wait <= 7 * std::max({polling.average, polling.floor, milliseconds(1)}));
          now += wait;
          fail_unless(schedule.expected_remaining(now) > milliseconds(0));
          const double progress = schedule.expected_progress(now);
          fail_unless(progress >= 0 && progress <= 0.99);
        }
      }
    }
  }
}
GST_END_TEST

GST_START_TEST(test_the_property_poll_interval_is_kept_to_the_floor) {
  const Polling polling;
  const PollSchedule slow(polling, milliseconds(30'000), {60, 110});
  const PollSchedule too_fast(polling, milliseconds(10), {60, 110});
  for (const int elapsed_ms : {0, 1, 45'000, 1'000'000}) {
    fail_unless(slow.next(milliseconds(elapsed_ms)) == milliseconds(30'000));
    fail_unless(too_fast.next(milliseconds(elapsed_ms)) == polling.floor);
  }
  const PollSchedule long_tasks(polling, milliseconds(30'000), {600, 900});
  fail_unless(long_tasks.expected_remaining(milliseconds(0)) > milliseconds(600'000));
}
GST_END_TEST

GST_START_TEST(test_progress_never_falls) {
  for (const Spread& spread : {usual, narrow, Spread{300, 1'500}, Spread{4, 5}}) {
    const PollSchedule schedule(Polling{}, to_typical(spread), {});
    double last = schedule.expected_progress(milliseconds(0));
    fail_unless_equals_float(last, 0.0);
    for (int elapsed_ms = 0; elapsed_ms < 10'000'000; elapsed_ms += 1'000) {
      const double progress = schedule.expected_progress(milliseconds(elapsed_ms));
      fail_unless(progress >= last && progress <= 0.99);
      last = progress;
    }
    if (spread.p90_s < 2 * spread.p50_s) fail_unless(last > 0.9);
  }
}
GST_END_TEST

GST_START_TEST(test_progress_and_rest_fit_the_expected_time) {
  for (const Spread& spread : {usual, narrow, Spread{4, 5}}) {
    const PollSchedule schedule(Polling{}, to_typical(spread), {});
    const milliseconds median(std::lround(spread.p50_s * 1000));
    milliseconds last = milliseconds::max();
    for (milliseconds elapsed(0); elapsed < median / 2; elapsed += milliseconds(500)) {
      const milliseconds remaining = schedule.expected_remaining(elapsed);
      fail_unless(remaining < last);
      fail_unless(elapsed + remaining > median && elapsed + remaining < median * 5 / 4);
      last = remaining;
    }
    const double half = schedule.expected_progress(median / 2);
    fail_unless(half > 0.4 && half < 0.5, "%.2f at half of the median", half);
  }
}
GST_END_TEST

static Suite* poll_schedule_suite() {
  Suite* const suite = suite_create("poll-schedule");
  TCase* const tests = tcase_create("poll-schedule");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_right_prediction_cuts_the_lag_on_the_same_polls);
  tcase_add_test(tests, test_wrong_prediction_costs_little);
  tcase_add_test(tests, test_wrong_prediction_of_other_times_and_spreads_costs_little);
  tcase_add_test(tests, test_wrong_narrow_prediction_is_bounded);
  tcase_add_test(tests, test_polls_keep_the_floor_and_a_largest_gap);
  tcase_add_test(tests, test_the_floor_holds_after_polls_that_were_not_planned);
  tcase_add_test(tests, test_slow_answers_do_not_thin_the_polls_out);
  tcase_add_test(tests, test_a_timer_that_fires_early_costs_no_poll);
  tcase_add_test(tests, test_behind_the_expected_time_the_interval_is_the_average);
  tcase_add_test(tests, test_eight_durations_say_more_than_the_description);
  tcase_add_test(tests, test_the_order_of_the_history_does_not_matter);
  tcase_add_test(tests, test_a_history_of_one_value_is_no_certainty);
  tcase_add_test(tests, test_late_outliers_do_not_spoil_the_history);
  tcase_add_test(tests, test_what_is_no_duration_is_passed_over);
  tcase_add_test(tests, test_absurd_arguments_give_a_usable_schedule);
  tcase_add_test(tests, test_the_property_poll_interval_is_kept_to_the_floor);
  tcase_add_test(tests, test_progress_never_falls);
  tcase_add_test(tests, test_progress_and_rest_fit_the_expected_time);
  return suite;
}

GST_CHECK_MAIN(poll_schedule)
