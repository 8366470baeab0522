// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Another process has the job, or another job of this one (it was opened by its task's id). It is
// watched through the ledger, and taken over when that process has died: the kernel frees what it
// owned.
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

constexpr std::chrono::milliseconds look_interval{300};

}  // namespace

void Job::follow() {
  doing_.emplace<Following>();
  view_->change([](Snapshot& now) { now.other_process = true; });
  publish(shown_state(row_.state), "another process is at work on it");
  plan(look_interval, [this] { look_at_other(); });
}

// Why nothing was sent there (a cap, a key, a cancel) is the other one's affair.
void Job::follow_to_the_end() {
  const bool was_sent = row_.armed_at || !row_.task_id.empty();
  const bool is_own_affair = row_.state == JobState::cancelled ||
                             (row_.error && (row_.error->kind == ErrorKind::not_authorized ||
                                             row_.error->kind == ErrorKind::settings));
  if (was_sent || !is_own_affair || !spec_.task_id.empty())
    return end(shown_state(row_.state), row_.error, false);
  view_->change([](Snapshot& now) { now.other_process = false; });
  decide_again();
}

void Job::look_at_other() {
  if (cancel_wanted_)
    return end(
        JobState::cancelled,
        Error{ErrorKind::cancelled,
              "Another process works on this job and was left to it; nothing was cancelled."},
        true);
  Result<std::optional<ledger::JobRow>> found = ledger_->find(row_.id);
  if (!found) {
    log(at(LogLevel::info), "%s", found.error().message.c_str());
    return plan(look_interval, [this] { look_at_other(); });
  }
  if (!found->has_value())
    return end(
        JobState::failed,
        Error{ErrorKind::storage, format("Job %s has vanished from the ledger.", row_.id.c_str())},
        false);
  const bool changed = (*found)->state != row_.state || (*found)->task_id != row_.task_id;
  record_.take(std::move(**found));
  if (row_.state == JobState::ready) return use_finished(row_);
  if (ledger::is_final(row_.state)) return follow_to_the_end();
  test_point("before-taken-over");
  if (const Result<bool> mine = record_.own(); mine && *mine) {
    // Between reading the row and owning it, its owner may have gone on, or come to an end.
    const Result<std::optional<ledger::JobRow>> fresh = ledger_->find(row_.id);
    if (!fresh || !fresh->has_value()) {
      record_.disown();
      return plan(look_interval, [this] { look_at_other(); });
    }
    record_.take(**fresh);
    if (ledger::is_final(row_.state) && row_.state != JobState::ready) {
      record_.disown();
      return follow_to_the_end();
    }
    view_->change([](Snapshot& now) { now.other_process = false; });
    // Joined, and so no order for another one any more.
    has_joined_ = true;
    forget_found();
    return row_.state == JobState::ready ? use_finished(row_) : take_up(row_);
  }
  if (changed) publish(shown_state(row_.state), "another process is at work on it");
  plan(look_interval, [this] { look_at_other(); });
}

}  // namespace prompt::job
