// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/retry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "http/http_date.h"

namespace prompt::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double first_backoff_ms = 500;
constexpr double max_backoff_ms = 20'000;
constexpr seconds min_retry_after{1};
constexpr seconds max_retry_after{300};

constexpr int retry_cost = 5;
constexpr int timeout_retry_cost = 10;
constexpr int success_gain = 1;

int cost_of(RetryBudget::After what) {
  return what == RetryBudget::After::timeout ? timeout_retry_cost : retry_cost;
}

Decision wait_and_retry(const FailedAttempt& attempt, const std::function<double()>& random) {
  if (const auto asked = parse_retry_after(attempt.retry_after, attempt.date))
    return {Verdict::retry, clamp_retry_after(*asked)};
  return {Verdict::retry, backoff_delay(attempt.number, random())};
}

// A status line alone says this much, also when the rest of the reply could not be read.
bool is_definite_refusal(int status) {
  return status >= 300 && status < 500 && status != 408 && status != 421;
}

Decision decide_submit(const FailedAttempt& attempt, const std::function<double()>& random) {
  constexpr Decision give_up{Verdict::give_up, {}};
  constexpr Decision ambiguous{Verdict::ambiguous, {}};
  const ExchangeError* error = attempt.error;
  if (error != nullptr && !error->request_left)
    return error->error.retriable ? wait_and_retry(attempt, random) : give_up;
  const int status = error != nullptr ? error->error.http_status : attempt.status;
  if (status == 429 && attempt.retriable.value_or(true)) return wait_and_retry(attempt, random);
  if (is_definite_refusal(status)) return give_up;
  return error == nullptr && attempt.is_refusal && status < 300 ? give_up : ambiguous;
}

bool may_change_by_itself(int status) {
  return status < 300 || status == 408 || status == 421 || status == 425 || status == 429 ||
         status >= 500;
}

Decision decide_repeatable(const FailedAttempt& attempt, const std::function<double()>& random) {
  constexpr Decision give_up{Verdict::give_up, {}};
  if (attempt.error != nullptr)
    return attempt.error->error.retriable ? wait_and_retry(attempt, random) : give_up;
  if (attempt.status >= 401 && attempt.status <= 404) return give_up;
  const bool again = attempt.retriable.value_or(may_change_by_itself(attempt.status));
  return again ? wait_and_retry(attempt, random) : give_up;
}

}  // namespace

Decision decide(const FailedAttempt& attempt, const std::function<double()>& random) {
  return attempt.purpose == Purpose::submit ? decide_submit(attempt, random)
                                            : decide_repeatable(attempt, random);
}

milliseconds backoff_delay(int attempt, double random) {
  const double longest =
      std::min(max_backoff_ms, first_backoff_ms * std::exp2(std::clamp(attempt - 1, 0, 30)));
  return milliseconds(std::llround(longest * std::clamp(random, 0.0, 1.0)));
}

std::optional<seconds> parse_retry_after(std::string_view text, std::string_view date) {
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return g_ascii_isdigit(c); })) {
    // More digits than a number holds still mean "long".
    const std::optional<std::uint64_t> number = parse_decimal(text);
    constexpr std::uint64_t longest = 1'000'000'000;
    return seconds(static_cast<seconds::rep>(std::min(number.value_or(longest), longest)));
  }
  const std::optional<std::int64_t> until = parse_http_date(text);
  const std::optional<std::int64_t> now = parse_http_date(date);
  if (!until || !now) return std::nullopt;
  return seconds(*until - *now);
}

seconds clamp_retry_after(seconds asked) {
  return std::clamp(asked, min_retry_after, max_retry_after);
}

bool RetryBudget::take(After what) {
  if (tokens_ < cost_of(what)) return false;
  tokens_ -= cost_of(what);
  return true;
}

void RetryBudget::give_back(std::optional<After> last_retry) {
  tokens_ = std::min(capacity, tokens_ + (last_retry ? cost_of(*last_retry) : success_gain));
}

}  // namespace prompt::http
