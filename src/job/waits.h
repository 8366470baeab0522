// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a job is doing in this process, which is not always what its row says: a row that is
// submitting may be sent, or looked for in the provider's list. Each of these has what it waits for
// in a struct of its own; it ends with it, so that no timer, exchange or candidate is left to what
// comes after. Loop thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "http/loop.h"
#include "job/candidates.h"
#include "job/job_exchange.h"
#include "job/poll_schedule.h"
#include "job/result_fetch.h"

namespace prompt::job {

using Clock = std::chrono::steady_clock;

/// What each of them may have under way. Destroying it cancels both.
struct Wait {
  http::Timer timer;
  JobExchange exchange;
};

/// The ledger and the library are read, and somebody is found who pays.
struct Deciding : Wait {};

/// Another process, or another job of this one, is at work on the row.
struct Following : Wait {};

/// The request is sent, and sent again where it certainly did not arrive.
struct Submitting : Wait {
  int attempt = 0;
};

/// The answer to the submit was lost; its task is looked for.
struct Reconciling : Wait {
  Error cause;
  Clock::time_point until;
  Clock::time_point callback_until;  ///< A callback may name the task as long as this.
  unsigned page = 0;
  int attempt = 0;  ///< Searches that did not find it.
  Candidates candidates;
  // The list has the timer and the exchange above; the task that a callback named has these.
  http::Timer announced_timer;
  JobExchange announced_exchange;
  int announced_attempt = 0;  ///< Looks at it that failed.
};

/// The task exists, and is looked at from time to time.
struct Polling : Wait {
  explicit Polling(PollSchedule its_schedule) : schedule(std::move(its_schedule)) {}
  PollSchedule schedule;
  http::Timer deadline;
  int attempt = 0;  ///< Looks in a row that failed.
  std::optional<Error> last_error;
  std::string unknown_word;  ///< The last word for a state, if the description does not list it.
  std::optional<Clock::time_point> ready_without_result_since;
  int looks_without_result = 0;
  bool asked_for_result = false;
  bool may_ask_for_result = false;
  bool is_idle = false;  ///< Until the next look that was planned.
};

/// The results come into the library.
struct Fetching : Wait {
  std::vector<std::unique_ptr<ResultFetch>> fetches;
  std::optional<Polling> refresh;  ///< While fresh addresses are asked for.
  int refreshes = 0;               ///< In a row that led to nothing.
  bool are_urls_fresh = false;     ///< Told to this process, and not to an earlier one.
  /// The clip is behind the key, at a place that has no other name.
  bool is_content_awaited = false;
};

/// The provider is asked to stop it.
struct Cancelling : Wait {};

/// This process has no part in it any more.
struct Ended : Wait {};

using Doing = std::variant<Deciding, Following, Submitting, Reconciling, Polling, Fetching,
                           Cancelling, Ended>;

/// The looks at the task, of whatever looks; nullptr where nothing does.
[[nodiscard]] inline Polling* polling_of(Doing& doing) {
  if (auto* const polling = std::get_if<Polling>(&doing)) return polling;
  auto* const fetching = std::get_if<Fetching>(&doing);
  return fetching != nullptr && fetching->refresh ? &*fetching->refresh : nullptr;
}

/// What is under way now.
[[nodiscard]] inline Wait& wait_of(Doing& doing) {
  if (Polling* const polling = polling_of(doing)) return *polling;
  return std::visit([](Wait& wait) -> Wait& { return wait; }, doing);
}

}  // namespace prompt::job
