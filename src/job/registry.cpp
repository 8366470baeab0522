// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/registry.h"

#include <utility>

#include "job/job.h"

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
    std::weak_ptr<JobView>& known = jobs_[key];
    opened.job = known.lock();
    if (opened.job != nullptr) opened.opener = opened.job->openers().add(permission);
    if (opened.opener == nullptr) {
      opened.job = std::make_shared<JobView>(context_.loop, Job::first_snapshot(spec));
      opened.opener = opened.job->openers().add(permission);
      known = opened.job;
      is_new = true;
    }
  }
  if (is_new) Job::start(context_, std::move(spec), opened.job);
  return opened;
}

}  // namespace prompt::job
