// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/registry.h"

#include <utility>

namespace prompt::job {
Registry::Opened Registry::open(Spec spec, const Permission& permission) {
  const std::string key =
      spec.library + '\n' + spec.provider + '\n' +
      (spec.task_id.empty() ? spec.request_hash
                            : "task " + spec.task_id + '\n' + spec.request.base_url);
  Opened opened;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Job>& known = jobs_[key];
    opened.job = known.lock();
    if (opened.job != nullptr) opened.opener = opened.job->openers().add(permission);
    if (opened.opener == nullptr) {
      // Not in one piece with its control block, which `known` keeps: who still uses a job that is
      // gone would go unnoticed by the tools that look for that.
      opened.job = std::shared_ptr<Job>(new Job(context_, std::move(spec)));
      opened.opener = opened.job->openers().add(permission);
      known = opened.job;
      is_new = true;
    }
  }
  if (is_new) opened.job->start();
  return opened;
}

}  // namespace prompt::job
