// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which of a provider's listed tasks may be the one whose submit's answer was lost. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "provider/facts.h"
#include "provider/request.h"

namespace prompt::job {

/// Servers' clocks and ours may differ by this much.
inline constexpr std::chrono::seconds clock_skew{30};
/// A list is read no further than this. Reading ends where the tasks are older than ours, so only
/// what was made since then counts: much, where a job is taken up a day later.
inline constexpr unsigned max_list_pages = 100;

class Candidates {
 public:
  Candidates() = default;
  /// What fits: same model (any, if the request names none), same prompt, same task type (where one
  /// is known), created after `armed_at` less the skew.
  Candidates(const provider::Request& request, std::chrono::system_clock::time_point armed_at);
  /// The task type that the provider gives to such a request; empty: any.
  void set_task_type(std::string task_type) { task_type_ = std::move(task_type); }

  /// Takes a page. False: nothing further down can be ours (older than arming).
  bool add(const provider::ListPage& page);
  /// Ids that fit, each once, newest first as listed.
  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
  void clear() { ids_.clear(); }

 private:
  std::string model_;
  std::string prompt_;
  std::string task_type_;
  std::chrono::system_clock::time_point since_;
  std::vector<std::string> ids_;
};

}  // namespace prompt::job
