// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is tried again, when, and how often; and the line that says so.
#include "../support/check.h"

#include <string>
#include <vector>

#include "job/retry_policy.h"

namespace prompt::job {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Retry::Verdict;

std::vector<std::string> lines;

void keep_line(const LogLine&, const char* message) { lines.emplace_back(message); }

RetryPolicy made() {
  return RetryPolicy([] { return 0.5; });
}

Error error_of(ErrorKind kind, bool retriable) {
  Error error{kind, "x."};
  error.retriable = retriable;
  return error;
}

bool is(const Retry& retry, Verdict verdict, milliseconds delay = milliseconds(0)) {
  return retry.verdict == verdict && retry.delay == delay;
}

GST_START_TEST(a_submit_is_tried_six_times_if_it_did_not_arrive_and_never_if_it_may_have) {
  const RetryPolicy policy = made();
  http::ExchangeError lost{error_of(ErrorKind::network, true), false};
  http::FailedAttempt failed;
  failed.purpose = http::Purpose::submit;
  failed.error = &lost;
  for (failed.number = 1; failed.number < 6; ++failed.number)
    fail_unless(policy.after_submit(failed).verdict == Verdict::again, "%d", failed.number);
  fail_unless(is(policy.after_submit(failed), Verdict::give_up));
  lost.request_left = true;
  for (failed.number = 1; failed.number <= 6; ++failed.number)
    fail_unless(is(policy.after_submit(failed), Verdict::ambiguous), "%d", failed.number);
}
GST_END_TEST

GST_START_TEST(a_rehearsed_submit_is_sent_again_at_once_and_then_more_slowly) {
  const RetryPolicy policy = made();
  fail_unless(is(policy.after_rehearsed_submit(1), Verdict::again));
  fail_unless(is(policy.after_rehearsed_submit(2), Verdict::again, milliseconds(250)));
  fail_unless(is(policy.after_rehearsed_submit(5), Verdict::again, milliseconds(2000)));
  fail_unless(is(policy.after_rehearsed_submit(6), Verdict::give_up));
}
GST_END_TEST

GST_START_TEST(a_look_goes_on_for_ever_unless_a_clip_waits_for_it_or_it_is_hopeless) {
  RetryPolicy policy = made();
  const Error busy = error_of(ErrorKind::network, true);
  const RetryPolicy::Look look{milliseconds(300), false};
  fail_unless(is(policy.after_look(busy, 1, look), Verdict::again, milliseconds(300)));
  fail_unless(is(policy.after_look(busy, 3, look), Verdict::again, milliseconds(1000)));
  fail_unless(is(policy.after_look(busy, 50, look), Verdict::again, seconds(10)));
  const RetryPolicy::Look waited_for{milliseconds(300), true};
  fail_unless(is(policy.after_look(busy, 8, waited_for), Verdict::again, seconds(10)));
  fail_unless(is(policy.after_look(busy, 9, waited_for), Verdict::give_up));
  // One bad answer says nothing of the next.
  for (const ErrorKind kind : {ErrorKind::malformed, ErrorKind::too_large, ErrorKind::deadline})
    fail_unless(policy.after_look(error_of(kind, false), 1, look).verdict == Verdict::again);
  fail_unless(
      is(policy.after_look(error_of(ErrorKind::rejected, false), 1, look), Verdict::give_up));
  Error told = busy;
  told.retry_after = seconds(7);
  fail_unless(is(policy.after_look(told, 1, look), Verdict::again, seconds(7)));
}
GST_END_TEST

GST_START_TEST(an_empty_budget_slows_looks_down) {
  RetryPolicy policy = made();
  const Error busy = error_of(ErrorKind::network, true);
  for (int i = 0; i < 100; ++i)
    fail_unless(policy.after_look(busy, 1, {}).delay < seconds(1), "%d", i);
  fail_unless(is(policy.after_look(busy, 1, {}), Verdict::again, seconds(20)));
  for (int i = 0; i < 5; ++i) policy.note_good_look();
  fail_unless(policy.after_look(busy, 1, {}).delay < seconds(1));
}
GST_END_TEST

GST_START_TEST(a_download_gets_another_address_before_it_is_given_up) {
  const RetryPolicy policy = made();
  const Error broken = error_of(ErrorKind::network, true);
  fail_unless(is(policy.after_download(broken, 0), Verdict::again, milliseconds(250)));
  fail_unless(is(policy.after_download(broken, 1), Verdict::again, milliseconds(250)));
  fail_unless(is(policy.after_download(broken, 2), Verdict::fresh_address));
  fail_unless(is(policy.after_download(broken, 8), Verdict::give_up));
  fail_unless(
      is(policy.after_download(error_of(ErrorKind::expired, false), 1), Verdict::fresh_address));
  fail_unless(
      is(policy.after_download(error_of(ErrorKind::wrong_media, false), 1), Verdict::give_up));
  Error told = broken;
  told.retry_after = seconds(2);
  fail_unless(is(policy.after_download(told, 5), Verdict::again, seconds(2)));
}
GST_END_TEST

GST_START_TEST(fresh_addresses_are_asked_for_at_growing_intervals) {
  const RetryPolicy policy = made();
  for (const auto& [attempt, ms] :
       {std::pair(1, 0), std::pair(2, 1125), std::pair(4, 4500), std::pair(6, 18000)})
    fail_unless(
        is(policy.after_address(attempt, false, false), Verdict::fresh_address, milliseconds(ms)),
        "%d", attempt);
  fail_unless(is(policy.after_address(7, false, false), Verdict::give_up));
  fail_unless(policy.after_address(1, true, false).verdict == Verdict::fresh_address);
  fail_unless(is(policy.after_address(2, true, false), Verdict::give_up));
  // What may come is waited for.
  fail_unless(
      is(policy.after_address(30, true, true), Verdict::fresh_address, milliseconds(18000)));
}
GST_END_TEST

GST_START_TEST(a_search_ends_with_its_time_and_looks_once_more_then) {
  const RetryPolicy policy = made();
  fail_unless(is(policy.after_search(1, seconds(60)), Verdict::again, seconds(2)));
  fail_unless(is(policy.after_search(4, seconds(600)), Verdict::again, seconds(20)));
  fail_unless(is(policy.after_search(9, seconds(600)), Verdict::again, seconds(30)));
  fail_unless(is(policy.after_search(1, milliseconds(3000)), Verdict::again, seconds(1)));
  fail_unless(is(policy.after_search(1, milliseconds(40)), Verdict::again, milliseconds(41)));
  fail_unless(is(policy.after_search(1, milliseconds(0)), Verdict::give_up));
}
GST_END_TEST

GST_START_TEST(the_ledger_is_waited_for_and_a_cancel_is_asked_once) {
  const Error locked = error_of(ErrorKind::storage, true);
  fail_unless(is(RetryPolicy::after_ledger(locked, 40), Verdict::again, milliseconds(200)));
  fail_unless(is(RetryPolicy::after_ledger(locked, 41), Verdict::give_up));
  fail_unless(
      is(RetryPolicy::after_ledger(error_of(ErrorKind::storage, false), 1), Verdict::give_up));
  fail_unless(is(RetryPolicy::after_keeping(5), Verdict::again, milliseconds(500)));
  fail_unless(is(RetryPolicy::after_keeping(6), Verdict::give_up));
  fail_unless(is(RetryPolicy::after_cancel(), Verdict::give_up));
}
GST_END_TEST

GST_START_TEST(each_decision_has_its_line) {
  set_log_sink(keep_line);
  const LogLine line(LogCategory::job, LogLevel::info, "1234");
  const Error error{ErrorKind::expired, "Gone."};
  log_retry(line, "status", 3, {Verdict::again, milliseconds(250)}, error);
  log_retry(line, "download", 1, {Verdict::fresh_address, milliseconds(0)}, error);
  log_retry(line, "submit", 1, {Verdict::other_key, milliseconds(0)}, error);
  log_retry(line, "cancel", 1, {}, error);
  fail_unless(lines.size() == 4);
  assert_text(lines[0], "retry: no status (attempt 3), again in 250 ms: expired: Gone.");
  assert_text(lines[1],
              "retry: no download (attempt 1), again in 0 ms at a fresh address: expired: Gone.");
  assert_text(lines[2],
              "retry: no submit (attempt 1), again in 0 ms with another key: expired: Gone.");
  assert_text(lines[3], "no retry: no cancel (attempt 1): expired: Gone.");
}
GST_END_TEST

}  // namespace
}  // namespace prompt::job

static Suite* retry_policy_suite() {
  using namespace prompt::job;
  Suite* suite = suite_create("retry_policy");
  TCase* tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, a_submit_is_tried_six_times_if_it_did_not_arrive_and_never_if_it_may_have);
  tcase_add_test(tests, a_rehearsed_submit_is_sent_again_at_once_and_then_more_slowly);
  tcase_add_test(tests, a_look_goes_on_for_ever_unless_a_clip_waits_for_it_or_it_is_hopeless);
  tcase_add_test(tests, an_empty_budget_slows_looks_down);
  tcase_add_test(tests, a_download_gets_another_address_before_it_is_given_up);
  tcase_add_test(tests, fresh_addresses_are_asked_for_at_growing_intervals);
  tcase_add_test(tests, a_search_ends_with_its_time_and_looks_once_more_then);
  tcase_add_test(tests, the_ledger_is_waited_for_and_a_cancel_is_asked_once);
  tcase_add_test(tests, each_decision_has_its_line);
  return suite;
}

GST_CHECK_MAIN(retry_policy)
