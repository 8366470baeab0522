// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What lies in the library is played from there, whatever its row says: a process may have ended
// between the last byte and the last commit, a job may have been cancelled with its clip on disk,
// and the provider may have forgotten the task since. So the files of a job are looked for before
// anybody is asked, which needs neither a key nor a network; whole ones are written down, and only
// what is missing is fetched.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

using ledger::JobRow;

std::string date_of(ledger::UnixMs time) {
  const Ref<GDateTime> date = Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(time / 1000));
  if (!date) return "an unknown time";
  const OwnedString text(g_date_time_format(date.get(), "%Y-%m-%d %H:%M"));
  return text.get();
}

}  // namespace

void Job::look_at_files(std::vector<ledger::ResultRow> rows, Adopt adopt,
                        void (Job::*then)(Stored stored)) {
  doing_.emplace<Deciding>();
  // Reading a large file takes its time: on a worker, not on the loop.
  http::Loop& loop = context_.loop;
  context_.workers.run(
      http::Lane::files, [&loop, weak = weak_from_this(), ledger = ledger_, job = row_, adopt, then,
                          rows = std::move(rows)](http::Client&) mutable {
        auto stored = std::make_shared<Stored>(find_stored(ledger, job, std::move(rows), adopt));
        loop.post([weak, stored, then] {
          const std::shared_ptr<Job> self = weak.lock();
          // A cancel that was sent meanwhile says what comes next.
          if (self != nullptr && std::holds_alternative<Deciding>(self->doing_))
            ((*self).*then)(std::move(*stored));
        });
      });
}

void Job::look_for_files(JobRow row, std::vector<ledger::ResultRow> rows) {
  record_.take(std::move(row));
  if (ledger_->read_only()) return look_at_files(std::move(rows), Adopt::only, &Job::on_found);
  if (own_unchanged()) look_at_files(std::move(rows), Adopt::yes, &Job::on_found);
}

void Job::on_found(Stored stored) {
  show(stored);
  found_ = std::move(stored);
  bool is_whole = has_found_some();
  for (std::size_t i = 0; i < found_->rows.size(); ++i)
    if (view_->belongs(i) != ResultList::Belongs::no && !found_->rows[i].complete) is_whole = false;
  if (!is_whole) return take_up(row_);
  // Another one may have been ordered meanwhile.
  while (spec_.task_id.empty() && ledger::is_final(row_.state) && !openers_.play_finished())
    if (follow_order()) return;
  enter(JobState::ready, "its files are here");
  record_.note_ready({});
  end(JobState::ready, std::nullopt, false);
}

void Job::use_finished(JobRow row) {
  record_.take(std::move(row));
  Result<std::vector<ledger::ResultRow>> results = ledger_->results(row_.row);
  if (!results) return end(JobState::failed, results.error(), true);
  look_at_files(std::move(*results), Adopt::no, &Job::on_opened);
}

// Whoever gave no order plays what was paid for before, whatever becomes of an order.
bool Job::use_older(const JobRow& newest) {
  std::optional<JobRow> older = find_older(newest);
  return older && play_older(newest, *std::move(older));
}

std::optional<JobRow> Job::find_older(const JobRow& newest) {
  if (has_tried_older_) return std::nullopt;
  // What was not written down yet is newer than all that was.
  Result<std::optional<JobRow>> older =
      ledger_->finished_before(spec_.request_hash, newest.row > 0 ? newest.row : INT64_MAX);
  return older ? *std::move(older) : std::nullopt;
}

bool Job::play_older(const JobRow& newest, JobRow older) {
  // Who comes from here on and wants a new one gets a job of its own.
  if (!openers_.play_finished()) return false;
  has_tried_older_ = true;
  log(at(LogLevel::info), "job %s has no clip (%s); playing that of job %s", newest.id.c_str(),
      to_string(newest.state), older.id.c_str());
  newest_ = newest;
  record_.disown();
  forget_found();
  use_finished(std::move(older));
  return true;
}

bool Job::use_older_instead(const Error& error) {
  if (cancel_wanted_ || ledger_ == nullptr || !spec_.task_id.empty() ||
      !openers_.has_waiting_for_any())
    return false;
  std::optional<JobRow> older = find_older(row_);
  if (!older) return false;
  let_go(Deciding{}, error);
  openers_.refuse_newest(error);
  return play_older(row_, *std::move(older));
}

void Job::on_opened(Stored stored) {
  show(stored);
  std::string damaged = stored.rows.empty() ? ledger_->clips_folder() : std::string();
  for (std::size_t i = 0; i < stored.rows.size() && damaged.empty(); ++i)
    if (view_->belongs(i) != ResultList::Belongs::no) damaged = stored.damaged[i];
  found_ = std::move(stored);
  if (damaged.empty() && !has_found_some()) damaged = ledger_->clips_folder();
  if (!damaged.empty()) {
    // What is under way, or may be, is nearer than what is lost.
    std::optional<JobRow> newest = std::exchange(newest_, std::nullopt);
    if (newest && ledger::is_open(newest->state)) {
      forget_found();
      return take_up(*std::move(newest));
    }
    return use_damaged(damaged);
  }
  // Once, before the clip is shown: whoever has seen it may be gone a moment later. Without it
  // nothing is lost today.
  if (!spec_.asked_hash.empty() && !ledger_->read_only())
    if (const Result<void> noted = ledger_->note_asked(row_.row, spec_.asked_hash); !noted)
      log(at(LogLevel::debug), "%s", noted.error().message.c_str());
  end(JobState::ready, std::nullopt, false);
}

// What is whole can be played from now on, whatever becomes of the rest.
void Job::show(const Stored& stored) {
  ResultList list(spec_.request.media);
  for (std::size_t i = 0; i < stored.rows.size(); ++i) list.add(stored.rows[i], stored.clips[i]);
  bool has_some = false;
  bool has_all = true;
  for (std::size_t i = 0; i < stored.rows.size(); ++i) {
    if (list.belongs(i) == ResultList::Belongs::no) continue;
    const bool is_here = stored.clips[i] != nullptr;
    has_some = has_some || is_here;
    has_all = has_all && is_here;
  }
  view_->set_results(std::move(list), nullptr, [&](Snapshot& now) {
    // In one piece: whoever may read the clip sees of which job it is, and where it comes from.
    if (has_some) show_row(now);
    now.from_library = has_some && has_all;
  });
  view_->notify();
}

void Job::forget_found() {
  found_.reset();
  view_->set_results(ResultList(), nullptr, [](Snapshot& now) { now.from_library = false; });
}

bool Job::has_found_some() const {
  if (!found_) return false;
  for (std::size_t i = 0; i < found_->rows.size(); ++i)
    if (found_->rows[i].complete && view_->belongs(i) == ResultList::Belongs::yes) return true;
  return false;
}

void Job::use_damaged(const std::string& path) {
  const ledger::UnixMs made_at = row_.completed_at.value_or(row_.created_at);
  const Milliseconds age(ledger::now_unix_ms() - made_at);
  // Where the provider does not say how long it keeps them, to ask costs nothing.
  const std::optional<std::chrono::hours> retention = spec_.description->retention;
  std::string obstacle;
  if (row_.task_id.empty())
    obstacle = "its task is not known";
  else if (retention && age > *retention)
    obstacle = format("%s keeps files for %d hours only", provider_name().c_str(),
                      static_cast<int>(retention->count()));
  if (!obstacle.empty() && spec_.task_id.empty() && use_older(row_)) return;
  if (!obstacle.empty())
    return end(JobState::failed,
               Error{ErrorKind::not_found,
                     format("The clip made on %s is missing or damaged at '%s', and %s; "
                            "cache=refresh pays for a new one.",
                            date_of(made_at).c_str(), path.c_str(), obstacle.c_str())},
               false);
  if (!has_key()) return end(JobState::failed, openers_.first()->permission().key_error, true);
  if (ends_for_want_of_http()) return;
  const Result<bool> mine = record_.own();
  if (!mine) return end(JobState::failed, mine.error(), true);
  if (!*mine) return follow();
  log(at(LogLevel::warning), "'%s' is missing or damaged; fetching it again", path.c_str());
  enter(JobState::queued, "its file is fetched again");
  record_.note_taken_up();
  enter_waiting();
}

}  // namespace prompt::job
