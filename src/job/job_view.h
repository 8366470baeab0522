// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What other threads have of a job: pictures of it, its clips, a way to stop it, and the list of
// those who opened it. The job itself lives on the loop thread, and ends before its view does.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/snapshot.h"
#include "base/wake.h"
#include "clip/clip_file.h"
#include "http/loop.h"
#include "job/openers.h"
#include "job/poll_schedule.h"
#include "job/result_list.h"

namespace prompt::job {

class JobView : public std::enable_shared_from_this<JobView> {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  using Change = std::function<void(Snapshot&)>;

  /// `first`: what is known before anything was done.
  JobView(http::Loop& loop, Snapshot first);
  JobView(const JobView&) = delete;
  JobView& operator=(const JobView&) = delete;

  // ---- Any thread ----

  /// As this opener sees it: it may have been refused while the job goes on for others.
  [[nodiscard]] Snapshot snapshot(const Openers::Opener& opener) const;
  /// The n-th result of the medium that was asked for.
  [[nodiscard]] std::shared_ptr<clip::ClipFile> clip(const Openers::Opener& opener,
                                                     unsigned result) const;
  /// `wake` hears of changes of the job and of its clips.
  void watch(const std::shared_ptr<Wake>& wake);
  /// Asks for the end of an unfinished job.
  void cancel();
  /// Those who want it.
  [[nodiscard]] Openers& openers() { return openers_; }
  /// Tells all who watch that something is new.
  void notify();

  // ---- The job, on the loop thread ----

  /// What cancel() calls then; nothing: the job has ended.
  void on_cancel(std::function<void()> call) { on_cancel_ = std::move(call); }
  /// Changes the picture, in one piece, and tells of it.
  void change(const Change& change);
  /// The task exists since then, and is expected by this schedule.
  void set_accepted(Clock::time_point at, const PollSchedule& schedule);
  [[nodiscard]] Milliseconds since_accepted() const;
  /// The results, and what changes with them in one piece; nobody is told of it yet. The clips tell
  /// `wake` of their changes for as long as they live.
  void set_results(ResultList results, std::shared_ptr<Wake> wake, const Change& change);
  void set_no_clip(std::size_t position);
  [[nodiscard]] ResultList::Belongs belongs(std::size_t position) const;
  /// The last change: time stands still from here on. Nobody is told of it yet.
  void end(const Change& change);

 private:
  [[nodiscard]] Milliseconds elapsed() const;  // mutex_ held

  http::Loop& loop_;                 // constant
  std::function<void()> on_cancel_;  // loop thread

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Snapshot now_;
  std::optional<PollSchedule> schedule_;
  std::optional<Clock::time_point> accepted_at_;
  std::optional<Milliseconds> final_elapsed_;
  ResultList results_;
  std::shared_ptr<Wake> clip_wake_;

  const Clock::time_point opened_at_ = Clock::now();
  Openers openers_;  // thread-safe
  WakeList wakes_;   // thread-safe
};

}  // namespace prompt::job
