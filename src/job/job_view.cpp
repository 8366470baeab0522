// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/job_view.h"

#include <utility>

namespace prompt::job {
namespace {

bool is_at_work(JobState state) { return state == JobState::queued || state == JobState::running; }

}  // namespace

JobView::JobView(http::Loop& loop, Snapshot first) : loop_(loop), now_(std::move(first)) {}

Snapshot JobView::snapshot(const Openers::Opener& opener) const {
  std::optional<Error> refusal = openers_.refusal(opener);
  const std::lock_guard lock(mutex_);
  Snapshot copy = now_;
  copy.results = results_.count();
  if (refusal) {
    copy.state = JobState::failed;
    copy.status_text = to_string(copy.state);
    copy.error = std::move(refusal);
    ++copy.version;  // a change, although for this opener alone
  }
  copy.elapsed = elapsed();
  if (schedule_ && accepted_at_ && is_at_work(copy.state)) {
    copy.eta = schedule_->expected_remaining(copy.elapsed);
    copy.is_late = schedule_->is_late(copy.elapsed);
    if (!copy.progress) copy.progress = schedule_->expected_progress(copy.elapsed);
  }
  return copy;
}

std::shared_ptr<clip::ClipFile> JobView::clip(const Openers::Opener& opener,
                                              unsigned result) const {
  if (openers_.refusal(opener)) return nullptr;
  const std::lock_guard lock(mutex_);
  return results_.clip(result);
}

void JobView::watch(const std::shared_ptr<Wake>& wake) { wakes_.add(wake); }

void JobView::cancel() {
  loop_.post([self = shared_from_this()] {
    // Called as a copy: the call may end the job, and this one with it.
    if (const auto call = self->on_cancel_) call();
  });
}

void JobView::notify() { wakes_.notify(); }

void JobView::change(const Change& change) {
  {
    const std::lock_guard lock(mutex_);
    change(now_);
    ++now_.version;
  }
  notify();
}

void JobView::set_accepted(Clock::time_point at, const PollSchedule& schedule) {
  const std::lock_guard lock(mutex_);
  accepted_at_ = at;
  schedule_ = schedule;
}

JobView::Milliseconds JobView::since_accepted() const {
  const std::lock_guard lock(mutex_);
  if (!accepted_at_) return Milliseconds(0);
  return std::chrono::duration_cast<Milliseconds>(Clock::now() - *accepted_at_);
}

void JobView::set_results(ResultList results, std::shared_ptr<Wake> wake, const Change& change) {
  const std::lock_guard lock(mutex_);
  results_ = std::move(results);
  if (wake != nullptr) clip_wake_ = std::move(wake);
  change(now_);
}

void JobView::set_no_clip(std::size_t position) {
  const std::lock_guard lock(mutex_);
  results_.set_no_clip(position);
}

ResultList::Belongs JobView::belongs(std::size_t position) const {
  const std::lock_guard lock(mutex_);
  return results_.belongs(position);
}

void JobView::end(const Change& change) {
  const std::lock_guard lock(mutex_);
  final_elapsed_ = elapsed();
  change(now_);
  ++now_.version;
}

JobView::Milliseconds JobView::elapsed() const {
  const Clock::time_point began = accepted_at_.value_or(opened_at_);
  return final_elapsed_.value_or(std::chrono::duration_cast<Milliseconds>(Clock::now() - began));
}

}  // namespace prompt::job
