// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// When something is tried again, and above all when not; how long is waited; the budget of retries
// and the limit of rates.
#include "../support/check.h"

#include "http/rate_limiter.h"
#include "http/retry.h"

namespace prompt::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

double always_half() { return 0.5; }

Verdict status_verdict(Purpose purpose, int status) {
  FailedAttempt attempt;
  attempt.purpose = purpose;
  attempt.status = status;
  return decide(attempt, always_half).verdict;
}

Verdict error_verdict(Purpose purpose, ErrorKind kind, bool retriable, bool left, int status = 0) {
  ExchangeError error{Error{kind, "x."}, left};
  error.error.retriable = retriable;
  error.error.http_status = status;
  FailedAttempt attempt;
  attempt.purpose = purpose;
  attempt.error = &error;
  return decide(attempt, always_half).verdict;
}

GST_START_TEST(test_submit_by_status) {
  for (int status = 200; status < 600; ++status) {
    Verdict expected = Verdict::ambiguous;
    if (status >= 300 && status < 500) expected = Verdict::give_up;
    if (status == 408 || status == 421) expected = Verdict::ambiguous;
    if (status == 429) expected = Verdict::retry;
    fail_unless(status_verdict(Purpose::submit, status) == expected, "%d", status);
  }
}
GST_END_TEST;

GST_START_TEST(test_submit_that_was_refused_in_words) {
  FailedAttempt attempt;
  attempt.purpose = Purpose::submit;
  attempt.status = 200;
  attempt.is_refusal = true;
  fail_unless(decide(attempt, always_half).verdict == Verdict::give_up);
  attempt.retriable = true;
  fail_unless(decide(attempt, always_half).verdict == Verdict::give_up);
  // Words do not outweigh a status that says nothing is known.
  attempt.status = 500;
  fail_unless(decide(attempt, always_half).verdict == Verdict::ambiguous);
  // A 429 that the provider says will stay.
  attempt.status = 429;
  attempt.retriable = false;
  fail_unless(decide(attempt, always_half).verdict == Verdict::give_up);
}
GST_END_TEST;

GST_START_TEST(test_submit_by_error) {
  const auto verdict = [](ErrorKind kind, bool retriable, bool left, int status = 0) {
    return error_verdict(Purpose::submit, kind, retriable, left, status);
  };
  // Nothing left: again, if that can help.
  fail_unless(verdict(ErrorKind::network, true, false) == Verdict::retry);
  fail_unless(verdict(ErrorKind::network, false, false) == Verdict::give_up);
  fail_unless(verdict(ErrorKind::settings, false, false) == Verdict::give_up);
  fail_unless(verdict(ErrorKind::cancelled, false, false) == Verdict::give_up);
  // Something left: never again, whatever the error says of itself.
  for (const ErrorKind kind : {ErrorKind::network, ErrorKind::deadline, ErrorKind::cancelled,
                               ErrorKind::malformed, ErrorKind::too_large})
    for (const bool retriable : {false, true})
      for (const int status : {0, 200, 201, 408, 421, 500, 503})
        fail_unless(verdict(kind, retriable, true, status) == Verdict::ambiguous);
  // The status line of a refusal came through, though its body did not.
  fail_unless(verdict(ErrorKind::malformed, true, true, 400) == Verdict::give_up);
  fail_unless(verdict(ErrorKind::network, true, true, 422) == Verdict::give_up);
  fail_unless(verdict(ErrorKind::deadline, true, true, 429) == Verdict::retry);
}
GST_END_TEST;

GST_START_TEST(test_queries_and_downloads) {
  for (const Purpose purpose : {Purpose::query, Purpose::download}) {
    for (const int status : {408, 421, 425, 429, 500, 502, 503, 504, 200})
      fail_unless(status_verdict(purpose, status) == Verdict::retry, "%d", status);
    for (const int status : {301, 302, 400, 401, 402, 403, 404, 405, 410, 415, 422})
      fail_unless(status_verdict(purpose, status) == Verdict::give_up, "%d", status);
    fail_unless(error_verdict(purpose, ErrorKind::network, true, true) == Verdict::retry);
    fail_unless(error_verdict(purpose, ErrorKind::malformed, true, true, 200) == Verdict::retry);
    fail_unless(error_verdict(purpose, ErrorKind::network, false, false) == Verdict::give_up);
    fail_unless(error_verdict(purpose, ErrorKind::cancelled, false, true) == Verdict::give_up);
  }
  FailedAttempt attempt;
  attempt.status = 400;
  attempt.retriable = true;
  fail_unless(decide(attempt, always_half).verdict == Verdict::retry);
  attempt.status = 401;
  fail_unless(decide(attempt, always_half).verdict == Verdict::give_up);
  attempt.status = 503;
  attempt.retriable = false;
  fail_unless(decide(attempt, always_half).verdict == Verdict::give_up);
}
GST_END_TEST;

GST_START_TEST(test_backoff_doubles_up_to_its_cap) {
  const int longest_ms[] = {500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
  for (int attempt = 1; attempt <= 8; ++attempt) {
    fail_unless(backoff_delay(attempt, 1.0) == milliseconds(longest_ms[attempt - 1]));
    fail_unless(backoff_delay(attempt, 0.25) == milliseconds(longest_ms[attempt - 1] / 4));
    fail_unless(backoff_delay(attempt, 0.0) == milliseconds(0));
  }
  fail_unless(backoff_delay(1'000'000, 1.0) == milliseconds(20000));
  fail_unless(backoff_delay(-5, 2.0) == milliseconds(500));
  FailedAttempt attempt;
  attempt.status = 500;
  attempt.number = 3;
  fail_unless(decide(attempt, always_half).delay == milliseconds(1000));
}
GST_END_TEST;

GST_START_TEST(test_retry_after) {
  constexpr const char* now = "Sun, 06 Nov 1994 08:49:37 GMT";
  const struct {
    const char* text;
    const char* date;
    long expected;  // -1: nothing
  } cases[] = {
      {"7", "", 7},
      {"0", "", 0},
      {"1000000000", "", 1000000000},
      {"99999999999999999999999999", "", 1000000000},
      {"-7", "", -1},
      {"7.5", "", -1},
      {"7 s", "", -1},
      {"soon", "", -1},
      {"", "", -1},
      {"Sun, 06 Nov 1994 08:50:37 GMT", now, 60},
      {"Sunday, 06-Nov-94 08:50:37 GMT", now, 60},
      {"Sun Nov  6 08:50:37 1994", now, 60},
      {"Sun, 06 Nov 1994 08:48:37 GMT", now, -60},
      {"Sun, 06 Nov 1994 08:50:37 GMT", "", -1},
      {"Sun, 06 Nov 1994 08:50:37 GMT", "garbage", -1},
      {"Sun, 99 Foo 1994 08:50:37 GMT", now, -1},
  };
  for (const auto& entry : cases) {
    const std::optional<seconds> parsed = parse_retry_after(entry.text, entry.date);
    const bool wanted = entry.expected != -1;
    fail_unless(parsed.has_value() == wanted, "%s", entry.text);
    fail_unless(!wanted || parsed->count() == entry.expected, "%s", entry.text);
  }
  // What is waited: the server's wish within bounds; without a usable wish the back-off.
  FailedAttempt attempt;
  attempt.purpose = Purpose::submit;
  attempt.status = 429;
  const auto delay = [&](const char* text) {
    attempt.retry_after = text;
    attempt.date = now;
    return decide(attempt, always_half).delay;
  };
  fail_unless(delay("7") == seconds(7));
  fail_unless(delay("0") == seconds(1));
  fail_unless(delay("1000000000") == seconds(300));
  fail_unless(delay("Sun, 06 Nov 1994 08:48:37 GMT") == seconds(1));
  fail_unless(delay("Sun, 06 Nov 1994 09:48:37 GMT") == seconds(300));
  fail_unless(delay("soon") == milliseconds(250));
}
GST_END_TEST;

GST_START_TEST(test_budget) {
  RetryBudget budget;
  int retries = 0;
  while (budget.take(RetryBudget::After::failure)) ++retries;
  fail_unless(retries == 100);
  fail_unless(!budget.take(RetryBudget::After::timeout) && budget.tokens() == 0);
  budget.give_back(RetryBudget::After::timeout);
  fail_unless(budget.tokens() == 10 && budget.take(RetryBudget::After::timeout));
  for (int i = 0; i < 5; ++i) budget.give_back();
  fail_unless(!budget.take(RetryBudget::After::timeout));
  fail_unless(budget.take(RetryBudget::After::failure));
  for (int i = 0; i < 1000; ++i) budget.give_back(RetryBudget::After::failure);
  fail_unless(budget.tokens() == 500);
}
GST_END_TEST;

GST_START_TEST(test_no_minute_sees_more_than_the_limit) {
  using Clock = RateLimiter::Clock;
  const Clock::time_point start = Clock::time_point(std::chrono::hours(1));
  for (const unsigned limit : {1U, 2U, 10U, 20U, 60U, 1000U}) {
    RateLimiter limiter(limit);
    std::vector<Clock::time_point> times;
    // Everybody asks at once, and again after a long pause.
    for (unsigned i = 0; i < 3 * limit; ++i) times.push_back(limiter.reserve(start));
    const Clock::time_point later = times.back() + std::chrono::minutes(10);
    for (unsigned i = 0; i < 3 * limit; ++i) times.push_back(limiter.reserve(later));
    std::size_t first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
      fail_unless(last == 0 || times[last] >= times[last - 1]);
      while (times[last] - times[first] >= std::chrono::minutes(1)) ++first;
      fail_unless(last - first + 1 <= limit, "%zu within a minute, limit %u", last - first + 1,
                  limit);
    }
    // Neither is it much less than allowed.
    const double minutes =
        std::chrono::duration<double, std::ratio<60>>(times[3 * limit - 1] - start).count();
    fail_unless(minutes < 3.3, "%u took %g minutes", 3 * limit, minutes);
    // A single one after a pause does not wait, nor do a few at higher rates.
    RateLimiter fresh(limit);
    fail_unless(fresh.reserve(start) == start);
    if (limit >= 60)
      for (int i = 0; i < 4; ++i) fail_unless(fresh.reserve(start) == start);
    fail_unless(fresh.reserve(start) > start);
  }
}
GST_END_TEST;

GST_START_TEST(test_limiter_can_be_held) {
  using Clock = RateLimiter::Clock;
  const Clock::time_point start = Clock::time_point(std::chrono::hours(1));
  RateLimiter limiter(60);
  limiter.hold_until(start + seconds(7));
  limiter.hold_until(start + seconds(3));
  fail_unless(limiter.reserve(start) == start + seconds(7));
  fail_unless(limiter.reserve(start + seconds(20)) == start + seconds(20));
}
GST_END_TEST;

Suite* http_retry_suite() {
  Suite* suite = suite_create("http-retry");
  TCase* tests = tcase_create("retry");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_submit_by_status);
  tcase_add_test(tests, test_submit_that_was_refused_in_words);
  tcase_add_test(tests, test_submit_by_error);
  tcase_add_test(tests, test_queries_and_downloads);
  tcase_add_test(tests, test_backoff_doubles_up_to_its_cap);
  tcase_add_test(tests, test_retry_after);
  tcase_add_test(tests, test_budget);
  tcase_add_test(tests, test_no_minute_sees_more_than_the_limit);
  tcase_add_test(tests, test_limiter_can_be_held);
  return suite;
}

}  // namespace
}  // namespace prompt::http

using prompt::http::http_retry_suite;
GST_CHECK_MAIN(http_retry)
