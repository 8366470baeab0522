// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/transitions.h"

#include <glib.h>

#include "base/log.h"

namespace prompt::job {
namespace {

// What costs money has one way in, and what is over does not fail anew.
static_assert(!is_legal(JobState::queued, JobState::intended));
static_assert(!is_legal(JobState::uncertain, JobState::submitting));
static_assert(!is_legal(JobState::ready, JobState::failed));

}  // namespace

bool check_transition(const char* job, JobState from, JobState to) {
  if (is_legal(from, to)) return true;
  log({LogCategory::job, LogLevel::error, job}, "illegal transition from %s to %s", to_string(from),
      to_string(to));
  g_critical("gst-prompt: illegal transition of job %s from %s to %s", job, to_string(from),
             to_string(to));
  return false;
}

}  // namespace prompt::job
