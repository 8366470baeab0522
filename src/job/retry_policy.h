// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What becomes of what failed: submits, looks at a task, downloads, fresh addresses, lists, cancels
// and writes. All limits and pauses are here (but for http/retry.h, which has the arithmetic), and
// so is the one line that the log gets of each decision. Loop thread.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "http/retry.h"

namespace prompt::job {

struct Retry {
  enum class Verdict {
    again,          ///< After `delay`.
    fresh_address,  ///< A download: again as soon as the provider has named another address.
    other_key,      ///< At once, with the key of somebody else.
    give_up,        ///< The same would happen again, or it happened too often.
    ambiguous,      ///< A submit that may have been carried out: never sent again.
  };
  Verdict verdict = Verdict::give_up;
  std::chrono::milliseconds delay{0};
};

class RetryPolicy {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// `random` gives numbers from 0 to 1, for the jitter.
  explicit RetryPolicy(std::function<double()> random) : random_(std::move(random)) {}

  /// Of all these, `attempt` counts what failed in a row, from 1, this one included.

  /// By what is known of its arrival; after six attempts it is given up.
  [[nodiscard]] Retry after_submit(const http::FailedAttempt& failed) const;
  /// The rehearsal server lost it, and nothing is paid there: again at once, six times in all.
  [[nodiscard]] Retry after_rehearsed_submit(int attempt) const;

  struct Look {
    Milliseconds floor{0};     ///< Of the provider's description.
    bool is_fetching = false;  ///< A clip waits for it: that has an end.
  };
  /// At the task. An empty budget slows it down and does not end it: it is paid for.
  [[nodiscard]] Retry after_look(const Error& error, int attempt, const Look& look);
  void note_good_look() { budget_.give_back(); }

  /// `attempt`: in a row without progress; 0: it made some.
  [[nodiscard]] Retry after_download(const Error& error, int attempt) const;
  /// Addresses in a row that led to nothing. `is_old`: the provider need not have the clip any
  /// more. `may_come`: it is made, and may not be everywhere yet.
  [[nodiscard]] Retry after_address(int attempt, bool is_old, bool may_come) const;
  /// The search for a task whose submit was not answered, until the time that is left is over: the
  /// last look comes then and not before, and a short time is still looked at several times.
  [[nodiscard]] Retry after_search(int attempt, Milliseconds left) const;
  /// Asked once: whoever wants to go does not wait.
  [[nodiscard]] static Retry after_cancel() { return {}; }
  /// Another process held the ledger for too long.
  [[nodiscard]] static Retry after_ledger(const Error& error, int attempt);
  /// Likewise, and the clip is here: the row can be told later, too.
  [[nodiscard]] static Retry after_keeping(int attempt);

 private:
  const std::function<double()> random_;
  http::RetryBudget budget_;
};

/// One line for each decision: `what` ("submit", "status", "download", "list", ...) failed for the
/// so-many-th time in a row, for this reason.
void log_retry(const LogLine& line, const char* what, int attempt, const Retry& retry,
               const Error& reason);

}  // namespace prompt::job
