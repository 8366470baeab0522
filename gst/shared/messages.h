// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What an element tells the application about its job: PROGRESS messages with the code `generate`
// (gst-launch prints them and waits for the end), `prompt-job` element messages and property
// notifications for programs, and the tags of the clip. Never BUFFERING: that would pause whatever
// plays before the clip in a gapless player.
#pragma once

#include <gst/gst.h>

#include <chrono>

#include "base/guarded.h"
#include "engine/job_handle.h"
#include "engine/settings.h"

namespace prompt::element {

/// One wait for one job. One thread at a time reports news; cancel() may come from any thread.
/// Nothing is posted while a lock is held.
class JobReporter {
 public:
  /// `element` must outlive this.
  explicit JobReporter(GstElement* element) : element_(element) {}

  /// What becomes of the job when the element stops, to be told. Before the first report.
  void set_on_stop(engine::OnStop on_stop) { on_stop_ = on_stop; }
  /// Posts what is new: START as soon as the job has an id (or after half a second), CONTINUE at
  /// most once a second, `prompt-job` and notifications at every change. Returns after how long it
  /// wants to be called again at the latest.
  std::chrono::milliseconds report(const engine::Snapshot& job);
  /// Ends the wait; exactly one of these posts a message, COMPLETE, ERROR or CANCELED. For fail(),
  /// the error message must have been posted before.
  void complete(const engine::Snapshot& job);
  void fail(const Error& error);
  void cancel(const std::string& why);

 private:
  using Clock = std::chrono::steady_clock;

  /// What the application was told of a job last.
  struct Told {
    bool anything = false;
    engine::JobState state = engine::JobState::idle;
    std::string task_id;
    std::string job_id;
    double progress = 0;
    double credits = -1;
    std::string unknown_word;
  };
  struct Progress {
    bool started = false;
    bool ended = false;
    std::string text;
    Clock::time_point time;  ///< Of the last CONTINUE.
  };

  void tell_job(const engine::Snapshot& job);
  std::chrono::milliseconds tell_progress(const engine::Snapshot& job);
  bool end();

  GstElement* element_;                            // constant
  engine::OnStop on_stop_ = engine::OnStop::keep;  // reporting thread
  const Clock::time_point created_ = Clock::now();
  Told told_;  // reporting thread
  Guarded<Progress> progress_;
};

/// Tags of the clip: title (the prompt), encoder (provider and model), application-name (provider),
/// comment (task id). Transfer full.
[[nodiscard]] GstTagList* make_tags(const engine::Snapshot& job);

}  // namespace prompt::element
