// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/candidates.h"

#include <algorithm>
#include <utility>

namespace prompt::job {

Candidates::Candidates(const provider::Request& request,
                       std::chrono::system_clock::time_point armed_at)
    : model_(request.model), prompt_(request.prompt), since_(armed_at - clock_skew) {}

bool Candidates::add(const provider::ListPage& page) {
  bool reaches_back = false;
  for (const provider::ListedTask& task : page.tasks) {
    // Without a time nothing tells an old task of the same prompt from ours.
    if (!task.created_at) continue;
    if (*task.created_at < since_) {
      reaches_back = true;
      continue;
    }
    // Without a name it was the provider who chose the model.
    if (!model_.empty() && task.model != model_) continue;
    if (task.prompt != prompt_) continue;
    if (!task_type_.empty() && !task.task_type.empty() && task.task_type != task_type_) continue;
    // Pages shift while they are read: the same task may come twice.
    if (std::find(ids_.begin(), ids_.end(), task.id) == ids_.end()) ids_.push_back(task.id);
  }
  return page.has_more && !reaches_back;
}

}  // namespace prompt::job
