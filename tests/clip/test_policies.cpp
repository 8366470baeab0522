// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The pure decisions: how fast it is, when a reader may start, when a window is worth a request.
#include "../support/check.h"

#include "clip/clip_file.h"
#include "clip/rate_meter.h"
#include "clip/tail_plan.h"

namespace {

using namespace prompt::clip;
using prompt::StartPolicy;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

void assert_near(double is, double expected) {
  fail_unless(is > expected * 0.9 && is < expected * 1.1, "%g instead of %g", is, expected);
}

GST_START_TEST(the_rate_follows_the_line) {
  RateMeter meter;
  RateMeter::Clock::time_point now{};
  fail_unless(meter.rate(now) == 0);
  meter.begin(now);
  // What comes at once was waiting somewhere.
  meter.add(now, 64 * kib);
  fail_unless(meter.rate(now) == 0);
  for (int i = 0; i < 100; ++i) meter.add(now += milliseconds(10), 10'000);
  assert_near(meter.rate(now), 1'000'000 + 65'536);
  for (int i = 0; i < 500; ++i) meter.add(now += milliseconds(10), 1'000);
  assert_near(meter.rate(now), 100'000);
}
GST_END_TEST

GST_START_TEST(a_stall_is_slow_and_not_unknown) {
  RateMeter meter;
  RateMeter::Clock::time_point now{};
  meter.begin(now);
  for (int i = 0; i < 100; ++i) meter.add(now += milliseconds(10), 10'000);
  const double before = meter.rate(now);
  fail_unless(meter.rate(now + seconds(2)) < before / 2);
  const double after = meter.rate(now + seconds(1'000));
  fail_unless(after > 0 && after < before / 100);
}
GST_END_TEST

ClipFacts arriving(std::uint64_t received, double rate) {
  ClipFacts facts;
  facts.kind = Kind::mp4;
  facts.size = 2'000'000;
  facts.received = received;
  facts.bytes_per_second = rate;
  return facts;
}

GST_START_TEST(safe_starts_when_the_rest_comes_in_time) {
  const StartPolicy safe = StartPolicy::safe;
  fail_unless(!may_start(arriving(100'000, 100'000), safe, seconds(5)));
  fail_unless(may_start(arriving(1'500'000, 100'000), safe, seconds(5)));
  fail_unless(may_start(arriving(100'000, 1'250'000), safe, seconds(5)));
  // A window at the end need not be waited for.
  ClipFacts windowed = arriving(100'000, 100'000);
  windowed.tail_begin = 600'000;
  fail_unless(may_start(windowed, safe, seconds(5)));
}
GST_END_TEST

GST_START_TEST(safe_without_knowledge_is_first_byte) {
  const StartPolicy safe = StartPolicy::safe;
  fail_unless(may_start(arriving(1, 1), safe, seconds(0)));
  fail_unless(may_start(arriving(1, 0), safe, seconds(5)));
  ClipFacts unknown_size = arriving(1, 1);
  unknown_size.size.reset();
  fail_unless(may_start(unknown_size, safe, seconds(5)));
  ClipFacts measuring = arriving(1, 0);
  measuring.is_measuring = true;
  fail_unless(!may_start(measuring, safe, seconds(5)));
}
GST_END_TEST

GST_START_TEST(no_policy_starts_before_the_kind_is_known) {
  ClipFacts unknown = arriving(1'999'999, 1'000'000);
  unknown.kind.reset();
  for (const StartPolicy policy :
       {StartPolicy::first_byte, StartPolicy::safe, StartPolicy::complete})
    fail_unless(!may_start(unknown, policy, seconds(5)));
}
GST_END_TEST

GST_START_TEST(complete_waits_for_the_proof) {
  ClipFacts facts = arriving(2'000'000, 1'000'000);
  fail_unless(!may_start(facts, StartPolicy::complete, seconds(5)));
  fail_unless(may_start(arriving(1, 1), StartPolicy::first_byte, seconds(5)));
  facts.complete = true;
  for (const StartPolicy policy :
       {StartPolicy::first_byte, StartPolicy::safe, StartPolicy::complete})
    fail_unless(may_start(facts, policy, seconds(5)));
}
GST_END_TEST

TailPlan::Situation far_away(std::uint64_t size) {
  TailPlan::Situation situation;
  situation.received = 64 * kib;
  situation.size = size;
  return situation;
}

GST_START_TEST(a_window_is_asked_for_once) {
  TailPlan plan;
  const auto situation = far_away(10 * mib);
  fail_unless(plan.ask(situation, 10 * mib - 5'000) == 10 * mib - 5'000);
  fail_unless(!plan.ask(situation, 10 * mib - 5'000));
  fail_unless(!plan.ask(situation, 10 * mib - 100));
  plan.forget();
  fail_unless(plan.ask(situation, 10 * mib - 5'000).has_value());
}
GST_END_TEST

GST_START_TEST(near_reads_wait_for_the_download) {
  TailPlan plan;
  const auto situation = far_away(10 * mib);
  fail_unless(!plan.ask(situation, 0));
  fail_unless(!plan.ask(far_away(200 * kib), 190 * kib));
  // 200 KiB ahead is far where it takes more than a second.
  auto slow = far_away(300 * kib);
  slow.bytes_per_second = 10'000;
  fail_unless(plan.ask(slow, 264 * kib).has_value());
  auto fast = far_away(300 * kib);
  fast.bytes_per_second = 10'000'000;
  TailPlan other;
  fail_unless(!other.ask(fast, 264 * kib));
}
GST_END_TEST

GST_START_TEST(large_windows_are_not_fetched) {
  TailPlan plan;
  fail_unless(!plan.ask(far_away(20 * mib), 16 * mib - 1));
  fail_unless(plan.ask(far_away(20 * mib), 16 * mib) == 16 * mib);
  // It would come after the download itself.
  TailPlan other;
  fail_unless(!other.ask(far_away(5 * mib), 2 * mib));
}
GST_END_TEST

GST_START_TEST(the_index_is_fetched_with_the_end) {
  TailPlan plan;
  auto situation = far_away(10 * mib);
  situation.moov_begin = 10 * mib - 300 * kib;
  fail_unless(plan.ask(situation, 10 * mib - 128) == *situation.moov_begin);
  fail_unless(!plan.ask(situation, *situation.moov_begin));
  // Unless it is too large for a window.
  TailPlan other;
  situation.moov_begin = 5 * mib;
  fail_unless(other.ask(situation, 10 * mib - 128) == 10 * mib - 128);
}
GST_END_TEST

GST_START_TEST(no_more_than_a_quarter_mebibyte_is_sent_twice) {
  TailPlan plan;
  const auto situation = far_away(10 * mib);
  std::uint64_t last = 10 * mib;
  std::uint64_t sent = 0;
  for (std::uint64_t back = 100; back < 4 * mib; back += 50'000) {
    const auto begin = plan.ask(situation, 10 * mib - back);
    if (!begin) continue;
    sent += 10 * mib - *begin;
    last = *begin;
  }
  fail_unless(last < 10 * mib && sent - (10 * mib - last) <= 256 * kib);
}
GST_END_TEST

GST_START_TEST(nothing_is_asked_without_size_or_ranges) {
  TailPlan plan;
  auto situation = far_away(10 * mib);
  situation.size.reset();
  fail_unless(!plan.ask(situation, 10 * mib - 100));
  plan.refuse();
  fail_unless(!plan.ask(far_away(10 * mib), 10 * mib - 100));
}
GST_END_TEST

Suite* policies_suite() {
  Suite* suite = suite_create("clip policies");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, the_rate_follows_the_line);
  tcase_add_test(tests, a_stall_is_slow_and_not_unknown);
  tcase_add_test(tests, safe_starts_when_the_rest_comes_in_time);
  tcase_add_test(tests, safe_without_knowledge_is_first_byte);
  tcase_add_test(tests, no_policy_starts_before_the_kind_is_known);
  tcase_add_test(tests, complete_waits_for_the_proof);
  tcase_add_test(tests, a_window_is_asked_for_once);
  tcase_add_test(tests, near_reads_wait_for_the_download);
  tcase_add_test(tests, large_windows_are_not_fetched);
  tcase_add_test(tests, the_index_is_fetched_with_the_end);
  tcase_add_test(tests, no_more_than_a_quarter_mebibyte_is_sent_twice);
  tcase_add_test(tests, nothing_is_asked_without_size_or_ranges);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(policies)
