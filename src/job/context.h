// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What all jobs of a process share, and the settings of its operator.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/loop.h"
#include "http/workers.h"
#include "job/callbacks.h"
#include "job/endpoint.h"
#include "job/rate_limits.h"
#include "job/retry_policy.h"
#include "provider/request.h"

namespace prompt::job {

/// How much may be spent within 24 hours.
struct DailyCaps {
  std::optional<double> of_each;  ///< At each provider whose unit is credits, by itself.
  std::vector<std::pair<std::string, double>> named;  ///< By a description's id, in its unit.
  [[nodiscard]] bool is_any_set() const { return of_each || !named.empty(); }
};

/// Set by the environment, for the whole process.
struct Operator {
  bool resubmit_when_ambiguous = false;                      ///< GST_PROMPT_ON_AMBIGUOUS=resubmit
  std::optional<std::chrono::milliseconds> settling;         ///< GST_PROMPT_SETTLING_SECONDS
  DailyCaps daily;                                           ///< GST_PROMPT_DAILY_CREDITS
  std::uint64_t max_clip_bytes = 2ULL * 1024 * 1024 * 1024;  ///< GST_PROMPT_MAX_BYTES
};

/// Lives as long as the process.
struct Context {
  http::Loop& loop;
  http::Workers& workers;
  const Operator& settings;
  RateLimits& rate_limits;  // loop thread
  RetryPolicy& retries;     // loop thread
  Callbacks& callbacks;     // loop thread, but for the address
};

/// All that a job is made of; constant afterwards.
struct Spec {
  std::shared_ptr<const provider::Description> description;
  provider::Request request;     ///< Completed and checked.
  std::string provider;          ///< As the user wrote it.
  bool is_stood_in_for = false;  ///< By the rehearsal server: nothing is paid.
  std::string request_json;
  std::string request_hash;
  std::string asked_hash;  ///< Of provider::asked_json(); empty: a task that is named by its id.
  std::string library;     ///< Folder.
  std::optional<double> expected_credits;
  std::string callback_url;
  std::string task_id;  ///< Attach to this one.
  std::chrono::milliseconds poll_interval{0};
  std::chrono::seconds generation_timeout{0};
};

}  // namespace prompt::job
