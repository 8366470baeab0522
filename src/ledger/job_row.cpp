// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/job_row.h"

#include <chrono>

namespace prompt::ledger {

UnixMs now_unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool is_final(JobState state) {
  return state == JobState::ready || state == JobState::failed || state == JobState::cancelled ||
         state == JobState::uncertain;
}

bool is_open(JobState state) { return !is_final(state) || state == JobState::uncertain; }

}  // namespace prompt::ledger
