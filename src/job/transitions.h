// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which state of a job may follow which. The row of a job that is taken up is in whatever state it
// was left in; from there on, in this process, only these. Pure.
#pragma once

#include <algorithm>
#include <array>

#include "base/job_state.h"

namespace prompt::job {

struct Transition {
  JobState from;
  JobState to;
  const char* when;
};

inline constexpr std::array transitions = {
    // Nothing has left.
    Transition{JobState::intended, JobState::submitting, "the request is about to be sent"},
    Transition{JobState::intended, JobState::queued, "a new row is attached to a task by its id"},
    Transition{JobState::intended, JobState::cancelled, "before it was sent"},
    Transition{JobState::intended, JobState::failed, "the rehearsal server lost it too often"},

    // It may have left; the row's `armed_at` says so.
    Transition{JobState::submitting, JobState::intended, "the rehearsal server lost it: free"},
    Transition{JobState::submitting, JobState::queued, "accepted, or found after a lost answer"},
    Transition{JobState::submitting, JobState::failed, "refused, and nothing exists"},
    Transition{JobState::submitting, JobState::cancelled, "before it was sent, or again"},
    Transition{JobState::submitting, JobState::uncertain, "its answer is lost, and no task fits"},

    // The task exists.
    Transition{JobState::queued, JobState::submitting, "the task that was found is another job's"},
    Transition{JobState::queued, JobState::uncertain, "likewise, of a job that was uncertain"},
    Transition{JobState::queued, JobState::running, "the provider works on it"},
    Transition{JobState::queued, JobState::fetching, "it is done, and its addresses are known"},
    Transition{JobState::queued, JobState::ready, "its files lie in the library"},
    Transition{JobState::queued, JobState::failed, "the task failed, or is lost"},
    Transition{JobState::queued, JobState::cancelled, "at the provider, or for us"},
    Transition{JobState::running, JobState::queued, "it is taken up, and looked at anew"},
    Transition{JobState::running, JobState::fetching, "it is done, and its addresses are known"},
    Transition{JobState::running, JobState::ready, "its files lie in the library"},
    Transition{JobState::running, JobState::failed, "the task failed, or is lost"},
    Transition{JobState::running, JobState::cancelled, "at the provider, or for us"},
    Transition{JobState::fetching, JobState::ready, "the clip is here, whole"},
    Transition{JobState::fetching, JobState::failed, "its files cannot be had any more"},
    Transition{JobState::fetching, JobState::cancelled, "before its clip was here"},

    // It had ended. What exists is looked for again, which costs nothing.
    Transition{JobState::ready, JobState::queued, "its file is missing or damaged"},
    Transition{JobState::failed, JobState::queued, "its task is looked at again"},
    Transition{JobState::failed, JobState::ready, "its files lie in the library"},
    Transition{JobState::failed, JobState::cancelled, "while its files were looked for"},
    Transition{JobState::cancelled, JobState::queued, "its task may have gone on"},
    Transition{JobState::cancelled, JobState::ready, "its files lie in the library"},
    Transition{JobState::uncertain, JobState::queued, "its task was found, or named"},
    Transition{JobState::uncertain, JobState::ready, "its files lie in the library"},
};

/// A state may also stay what it is: a request is sent again, a task is looked at again.
[[nodiscard]] constexpr bool is_legal(JobState from, JobState to) {
  return from == to || std::any_of(transitions.begin(), transitions.end(), [=](const auto& one) {
           return one.from == from && one.to == to;
         });
}

/// Whether a job may go on so. If not, the log has an error with both names, and a program whose
/// GLib takes criticals for fatal, as that of every test does, ends; any other goes on.
bool check_transition(const char* job, JobState from, JobState to);

}  // namespace prompt::job
