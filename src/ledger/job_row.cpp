// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/job_row.h"

#include <array>
#include <chrono>

namespace prompt::ledger {
namespace {

struct StateName {
  JobState state;
  const char* name;
};

constexpr std::array state_names = {
    StateName{JobState::intended, "intended"},   StateName{JobState::submitting, "submitting"},
    StateName{JobState::queued, "queued"},       StateName{JobState::running, "running"},
    StateName{JobState::fetching, "fetching"},   StateName{JobState::ready, "ready"},
    StateName{JobState::failed, "failed"},       StateName{JobState::cancelled, "cancelled"},
    StateName{JobState::uncertain, "uncertain"},
};

}  // namespace

UnixMs now_unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

const char* to_string(JobState state) {
  for (const StateName& entry : state_names)
    if (entry.state == state) return entry.name;
  return "unknown";
}

std::optional<JobState> job_state_from_string(std::string_view name) {
  for (const StateName& entry : state_names)
    if (name == entry.name) return entry.state;
  return std::nullopt;
}

bool is_final(JobState state) {
  return state == JobState::ready || state == JobState::failed || state == JobState::cancelled ||
         state == JobState::uncertain;
}

bool is_open(JobState state) { return !is_final(state) || state == JobState::uncertain; }

}  // namespace prompt::ledger
