// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The states of a job: one enumeration for the ledger, the state machine, programs and the property
// job-state, and one table of what each is called.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace prompt {

/// The numbers are those of the GObject enumeration; the ledger stores the names. Entering a state
/// after a restart is the same code as entering it the first time.
enum class JobState {
  idle,        ///< Nothing was asked for yet. Never stored.
  submitting,  ///< About to be sent; with the row's `armed_at`: bytes may have left.
  queued,      ///< The provider has accepted (task id known); it waits there.
  running,     ///< It is being generated.
  fetching,    ///< Finished at the provider; the result's URL is known.
  ready,       ///< The clip is here, whole.
  failed,      ///< It ended without a clip; see the error.
  cancelled,   ///< Cancelled by us.
  uncertain,   ///< It may have been sent, and nothing tells whether a task exists.
  intended,    ///< Decided; nothing was sent. Stored, and shown as `submitting`.
};

struct JobStateName {
  JobState state;
  const char* name;  ///< In the ledger, in logs, and the nick of the property's value.
  const char* help;  ///< For people.
  bool is_stored;    ///< The ledger has rows of this state.
  JobState shown;    ///< What users see of a job whose row has it.
};

/// What is shown and what is stored differ in the first and the last alone.
inline constexpr std::array job_states = {
    JobStateName{JobState::idle, "idle", "Nothing was asked for yet", false, JobState::idle},
    JobStateName{JobState::submitting, "submitting", "The request is on its way", true,
                 JobState::submitting},
    JobStateName{JobState::queued, "queued", "Waiting for its turn at the provider", true,
                 JobState::queued},
    JobStateName{JobState::running, "running", "The provider works on it", true, JobState::running},
    JobStateName{JobState::fetching, "fetching", "The clip is being downloaded", true,
                 JobState::fetching},
    JobStateName{JobState::ready, "ready", "The clip is here", true, JobState::ready},
    JobStateName{JobState::failed, "failed", "The task failed", true, JobState::failed},
    JobStateName{JobState::cancelled, "cancelled", "The job was cancelled", true,
                 JobState::cancelled},
    JobStateName{JobState::uncertain, "uncertain", "It cannot be known whether a paid task exists",
                 true, JobState::uncertain},
    JobStateName{JobState::intended, "intended", "Decided, and nothing was sent", true,
                 JobState::submitting},
};

[[nodiscard]] const char* to_string(JobState state);
/// Of a row; nothing for what no row is.
[[nodiscard]] std::optional<JobState> stored_state_from_string(std::string_view name);
/// What users see of a job whose row has this state; never `intended`.
[[nodiscard]] JobState shown_state(JobState stored);

}  // namespace prompt
