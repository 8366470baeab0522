// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/registry.h"

#include <utility>

namespace prompt::job {
namespace {

// What a user of `spec` may share: not an end without a clip (the ledger says what comes of asking
// again), and not a finished clip where a new one is wanted.
bool may_join(const Snapshot& job, const Spec& spec) {
  if (job.error) return false;
  return job.state != ViewState::ready || !spec.refresh;
}

}  // namespace

std::shared_ptr<Job> Registry::open(Spec spec) {
  const std::string key = spec.library + '\n' + spec.provider + '\n' +
                          (spec.task_id.empty() ? spec.request_hash : "task " + spec.task_id);
  std::shared_ptr<Job> job;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Job>& known = jobs_[key];
    job = known.lock();
    if (job == nullptr || !may_join(job->snapshot(), spec)) {
      // Not in one piece with its control block, which `known` keeps: who still uses a job that is
      // gone would go unnoticed by the tools that look for that.
      job = std::shared_ptr<Job>(new Job(context_, std::move(spec)));
      known = job;
      is_new = true;
    }
    job->add_user();
  }
  if (is_new) job->start();
  return job;
}

}  // namespace prompt::job
