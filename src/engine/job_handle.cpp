// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/job_handle.h"

#include <utility>

#include "job/job.h"

namespace prompt::engine {

/// The job holds its wake weakly: it is heard as long as this lives.
class Subscription {
 public:
  explicit Subscription(std::shared_ptr<Wake> wake) : wake_(std::move(wake)) {}

 private:
  std::shared_ptr<Wake> wake_;  // constant
};

JobHandle::JobHandle(std::shared_ptr<job::Job> job, job::Openers::OpenerPtr opener, OnStop on_stop)
    : job_(std::move(job)), opener_(std::move(opener)), on_stop_(on_stop) {}

JobHandle::~JobHandle() {
  if (job_->openers().remove(*opener_) && on_stop_ == OnStop::cancel) job_->cancel();
}

Snapshot JobHandle::snapshot() const { return job_->snapshot(*opener_); }

std::shared_ptr<clip::ClipFile> JobHandle::clip(unsigned result) const {
  return job_->clip(*opener_, result);
}

void JobHandle::watch(const std::shared_ptr<Wake>& wake) { job_->watch(wake); }

std::shared_ptr<Subscription> JobHandle::listen(std::function<void()> changed) {
  auto wake = std::make_shared<Wake>(std::move(changed));
  job_->watch(wake);
  return std::make_shared<Subscription>(std::move(wake));
}

void JobHandle::cancel() { job_->cancel(); }

}  // namespace prompt::engine
