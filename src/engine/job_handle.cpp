// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/job_handle.h"

#include <algorithm>
#include <utility>

#include "engine/inside/hold.h"

namespace prompt::engine {
namespace {

/// A wake that was missed (there is none) would cost no more than this.
constexpr std::chrono::milliseconds longest_pause{1000};

}  // namespace

/// The job holds its wake weakly: it is heard as long as this lives.
class Subscription {
 public:
  explicit Subscription(std::shared_ptr<Wake> wake) : wake_(std::move(wake)) {}

 private:
  std::shared_ptr<Wake> wake_;  // constant
};

JobHandle::JobHandle(std::unique_ptr<Hold> hold) : hold_(std::move(hold)) {}

JobHandle::~JobHandle() {
  if (hold_->is_parents()) {
    // The parent's clips are not finished here, nor its jobs cancelled.
    (void)hold_.release();
    return;
  }
  if (hold_->job->openers().remove(*hold_->opener) && hold_->on_stop == OnStop::cancel)
    hold_->job->cancel();
}

Snapshot JobHandle::snapshot() const {
  if (hold_->is_parents()) {
    Snapshot none;
    none.state = JobState::failed;
    none.error = parents_own_error();
    return none;
  }
  return hold_->job->snapshot(*hold_->opener);
}

std::string JobHandle::location(unsigned result) const {
  if (hold_->is_parents()) return {};
  const std::shared_ptr<clip::ClipFile> clip = hold_->job->clip(*hold_->opener, result);
  return clip != nullptr ? clip->facts().path : std::string();
}

Snapshot JobHandle::wait(Clock::time_point until) const {
  if (hold_->is_parents()) return snapshot();
  const auto wake = std::make_shared<Wake>();
  hold_->job->watch(wake);
  for (Wake::Ticket ticket = wake->ticket();;) {
    Snapshot now = snapshot();
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (now.error || now.state == JobState::ready || rest.count() <= 0) return now;
    (void)wake->wait(ticket, std::min(longest_pause, rest));
  }
}

void JobHandle::watch(const std::shared_ptr<Wake>& wake) {
  if (!hold_->is_parents()) hold_->job->watch(wake);
}

std::shared_ptr<Subscription> JobHandle::listen(std::function<void()> changed) {
  auto wake = std::make_shared<Wake>(std::move(changed));
  watch(wake);
  return std::make_shared<Subscription>(std::move(wake));
}

void JobHandle::cancel() {
  if (!hold_->is_parents()) hold_->job->cancel();
}

}  // namespace prompt::engine
