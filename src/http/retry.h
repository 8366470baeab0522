// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whether and when a failed exchange is tried again. Pure decisions, no I/O: what failed goes in,
// what to do comes out. A submit costs money, so it is never sent again unless it provably did not
// arrive (RFC 9110, section 9.2.2).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "http/client.h"

namespace prompt::http {

enum class Purpose {
  submit,    ///< Costs money when it arrives.
  query,     ///< Status, list, cancel: may be repeated.
  download,  ///< Bytes of a result.
};

/// A failed attempt: either a reply that is no success, or an error instead of one.
struct FailedAttempt {
  Purpose purpose = Purpose::query;
  int number = 1;                        ///< Attempts so far, this one included.
  int status = 0;                        ///< Of the reply; 0 where there was none.
  const ExchangeError* error = nullptr;  ///< Why there was none; nullptr where there was one.
  /// What the provider's error rules say, where they say something.
  std::optional<bool> retriable = {};
  /// A submit's 2xx reply says in so many words that nothing was made ("success": false).
  bool is_refusal = false;
  std::string_view retry_after;  ///< The reply's header of that name; empty where there is none.
  std::string_view date;  ///< The reply's Date header, which dates in Retry-After count from.
};

enum class Verdict {
  retry,      ///< Again after `delay`.
  give_up,    ///< The same would happen again; for a submit: provably nothing was made.
  ambiguous,  ///< A submit that may have been carried out: look for it, never send it again.
};

struct Decision {
  Verdict verdict = Verdict::give_up;
  std::chrono::milliseconds delay{0};
};

/// `random` gives numbers from 0 to 1, for the jitter. How many attempts are allowed, and until
/// when, is the caller's matter (RetryBudget, deadlines).
[[nodiscard]] Decision decide(const FailedAttempt& attempt, const std::function<double()>& random);

/// Exponential back-off with full jitter: between 0 and 0.5 s * 2^(attempt - 1), at most 20 s.
/// `attempt` counts from 1, `random` is a number from 0 to 1.
[[nodiscard]] std::chrono::milliseconds backoff_delay(int attempt, double random);

/// Retry-After (RFC 9110, section 10.2.3): seconds, or a date less the reply's own Date; not
/// clamped. Nothing for garbage, negative numbers, and a date where the reply has no Date.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    std::string_view date);

/// What we are willing to wait because a server says so: 1 to 300 s.
[[nodiscard]] std::chrono::seconds clamp_retry_after(std::chrono::seconds asked);

/// Keeps many jobs from beating on a server that is down: 500 tokens for the process, a retry takes
/// 5, one after a time-out 10, successes give back. Not thread-safe; the loop thread's.
class RetryBudget {
 public:
  enum class After { failure, timeout };

  /// Takes the tokens of a retry; false, and nothing taken, if there are not enough left: then wait
  /// as long as the back-off allows before asking again.
  [[nodiscard]] bool take(After what);
  /// A success: gives back what its last retry took, or one token where it needed none.
  void give_back(std::optional<After> last_retry = std::nullopt);
  [[nodiscard]] int tokens() const { return tokens_; }

 private:
  static constexpr int capacity = 500;
  int tokens_ = capacity;
};

}  // namespace prompt::http
