// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/retry_policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace prompt::job {
namespace {

using Milliseconds = std::chrono::milliseconds;
using Verdict = Retry::Verdict;
using std::chrono::seconds;

/// Submits that certainly did not arrive, or were refused for their rate, before giving up.
constexpr int max_submits = 6;
/// Failed looks for a fresh address in a row, while a clip waits for it.
constexpr int max_fetch_looks = 8;
/// Between looks while the whole process fails more than it succeeds.
constexpr seconds pause_without_budget{20};
/// Downloads in a row that brought no byte before giving up.
constexpr int max_downloads_without_progress = 8;
/// From here on the address may be an old one: of a server that has moved, say.
constexpr int downloads_of_one_address = 2;
/// Fresh addresses in a row that led to nothing; the pauses between them are 31 s in all.
constexpr int max_addresses = 6;
/// And what may still come is asked for again no less often than this.
constexpr double longest_address_pause_s = 16;
constexpr std::array search_pauses = {seconds(2), seconds(5), seconds(10), seconds(20),
                                      seconds(30)};
constexpr Milliseconds least_search_pause{100};
/// Other processes write, too, and none of it takes long; but a machine may be busy.
constexpr int max_ledger_waits = 40;
constexpr Milliseconds ledger_pause{200};
constexpr int max_tries_to_keep = 6;
constexpr Milliseconds pause_to_keep{500};

/// One bad answer says nothing of the next.
bool is_worth_another_look(ErrorKind kind) {
  return kind == ErrorKind::malformed || kind == ErrorKind::too_large ||
         kind == ErrorKind::deadline;
}

}  // namespace

Retry RetryPolicy::after_submit(const http::FailedAttempt& failed) const {
  const http::Decision decision = http::decide(failed, random_);
  switch (decision.verdict) {
    case http::Verdict::ambiguous:
      return {Verdict::ambiguous};
    case http::Verdict::give_up:
      return {Verdict::give_up};
    case http::Verdict::retry:
      break;
  }
  if (failed.number >= max_submits) return {Verdict::give_up};
  return {Verdict::again, decision.delay};
}

Retry RetryPolicy::after_rehearsed_submit(int attempt) const {
  if (attempt >= max_submits) return {Verdict::give_up};
  return {Verdict::again,
          attempt <= 1 ? Milliseconds(0) : http::backoff_delay(attempt - 1, random_())};
}

Retry RetryPolicy::after_look(const Error& error, int attempt, const Look& look) {
  if (!is_worth_another_look(error.kind) && !error.retriable) return {Verdict::give_up};
  if (look.is_fetching && attempt > max_fetch_looks) return {Verdict::give_up};
  Milliseconds pause = std::max(http::backoff_delay(attempt, random_()), look.floor);
  if (error.retry_after) pause = http::clamp_retry_after(*error.retry_after);
  using After = http::RetryBudget::After;
  if (!budget_.take(error.kind == ErrorKind::deadline ? After::timeout : After::failure))
    pause = std::max(pause, Milliseconds(pause_without_budget));
  return {Verdict::again, pause};
}

Retry RetryPolicy::after_download(const Error& error, int attempt) const {
  if (error.kind == ErrorKind::expired) return {Verdict::fresh_address};
  if (!error.retriable || attempt >= max_downloads_without_progress) return {Verdict::give_up};
  if (error.retry_after) return {Verdict::again, http::clamp_retry_after(*error.retry_after)};
  if (attempt >= downloads_of_one_address) return {Verdict::fresh_address};
  return {Verdict::again, http::backoff_delay(attempt, random_())};
}

Retry RetryPolicy::after_address(int attempt, bool is_old, bool may_come) const {
  if (attempt > (is_old ? 1 : max_addresses) && !may_come) return {Verdict::give_up};
  // At once, then after 1, 2, 4 ... seconds: a file may be announced before it is everywhere.
  if (attempt == 1) return {Verdict::fresh_address};
  const double pause_s =
      std::min(std::exp2(attempt - 2), longest_address_pause_s) * (1 + 0.25 * random_());
  return {Verdict::fresh_address,
          std::chrono::duration_cast<Milliseconds>(std::chrono::duration<double>(pause_s))};
}

Retry RetryPolicy::after_search(int attempt, Milliseconds left) const {
  if (left.count() <= 0) return {Verdict::give_up};
  const auto step = static_cast<std::size_t>(attempt - 1);
  const Milliseconds usual = search_pauses[std::min(step, search_pauses.size() - 1)];
  return {Verdict::again,
          std::min({usual, left + Milliseconds(1), std::max(left / 3, least_search_pause)})};
}

Retry RetryPolicy::after_ledger(const Error& error, int attempt) {
  if (error.kind != ErrorKind::storage || !error.retriable || attempt > max_ledger_waits)
    return {Verdict::give_up};
  return {Verdict::again, ledger_pause};
}

Retry RetryPolicy::after_keeping(int attempt) {
  if (attempt >= max_tries_to_keep) return {Verdict::give_up};
  return {Verdict::again, pause_to_keep};
}

void log_retry(const LogLine& line, const char* what, int attempt, const Retry& retry,
               const Error& reason) {
  if (retry.verdict == Verdict::give_up || retry.verdict == Verdict::ambiguous)
    return log(line, "no retry: no %s (attempt %d): %s: %s", what, attempt, to_string(reason.kind),
               reason.message.c_str());
  const char* how = retry.verdict == Verdict::fresh_address ? " at a fresh address"
                    : retry.verdict == Verdict::other_key   ? " with another key"
                                                            : "";
  log(line, "retry: no %s (attempt %d), again in %lld ms%s: %s: %s", what, attempt,
      static_cast<long long>(retry.delay.count()), how, to_string(reason.kind),
      reason.message.c_str());
}

}  // namespace prompt::job
