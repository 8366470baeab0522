// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/job_state.h"

#include <cstddef>

namespace prompt {
namespace {

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < job_states.size(); ++i)
    if (job_states[i].state != static_cast<JobState>(i)) return false;
  return true;
}
static_assert(is_in_order(), "the table is looked up by number");

const JobStateName& name_of(JobState state) { return job_states[static_cast<std::size_t>(state)]; }

}  // namespace

const char* to_string(JobState state) { return name_of(state).name; }

std::optional<JobState> stored_state_from_string(std::string_view name) {
  for (const JobStateName& entry : job_states)
    if (entry.is_stored && name == entry.name) return entry.state;
  return std::nullopt;
}

JobState shown_state(JobState stored) { return name_of(stored).shown; }

}  // namespace prompt
