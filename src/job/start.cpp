// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which state a job enters, by what the ledger knows of its request.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

using ledger::JobRow;

/// A request that was refused or failed is not sent again by itself for so long: players and
/// fallback bins reopen a source every few seconds.
constexpr ledger::UnixMs verdict_ms = 10 * 60 * 1000;

/// Its task was paid for, and the provider did not know it or its result any more.
bool is_lost(const JobRow& row) {
  return row.armed_at && !row.task_id.empty() && row.error &&
         (row.error->kind == ErrorKind::not_found || row.error->kind == ErrorKind::expired);
}

}  // namespace

void Job::decide() {
  if (endpoint_ == nullptr) use_key_of(*openers_.first());
  using Missing = ledger::Ledger::Missing;
  const bool may_be_made = openers_.is_anybody_willing();
  Result<std::shared_ptr<ledger::Ledger>> opened =
      ledger::Ledger::open(spec_.library, may_be_made ? Missing::is_made : Missing::is_error);
  if (!opened && !may_be_made && opened.error().kind == ErrorKind::not_found)
    return refuse_unwilling(std::move(opened.error()));
  if (!opened) {
    if (wait_for_ledger(opened.error(), [this] { decide(); })) return;
    return end(JobState::failed, std::move(opened.error()), false);
  }
  ledger_ = std::move(*opened);
  record_.use(ledger_);
  plan_ledger_check();
  Result<std::optional<JobRow>> newest = ledger_->newest_for_request(spec_.request_hash);
  if (!newest) {
    if (wait_for_ledger(newest.error(), [this] { decide(); })) return;
    return end(JobState::failed, std::move(newest.error()), false);
  }
  if (!spec_.task_id.empty()) return attach_to_task(std::move(*newest));
  if (!newest->has_value()) newest = find_as_asked();
  if (!newest) return end(JobState::failed, std::move(newest.error()), false);
  if (!newest->has_value()) return begin_new();
  take_up(std::move(**newest));
}

Result<std::optional<JobRow>> Job::find_as_asked() {
  if (spec_.asked_hash.empty() || openers_.is_refresh_wanted()) return std::nullopt;
  Result<std::optional<JobRow>> found = ledger_->newest_as_asked(spec_.asked_hash);
  if (!found || !found->has_value()) return found;
  const JobRow& row = **found;
  if (row.state != JobState::ready && !ledger::is_open(row.state)) {
    const Result<std::vector<ledger::ResultRow>> results = ledger_->results(row.row);
    if (!results) return fail(results.error());
    if (results->empty()) return std::nullopt;
  }
  Result<provider::Request> request = provider::request_from_canonical(row.request_json);
  if (!request) return std::nullopt;
  log(at(LogLevel::info), "job %s was asked for in the same words, before the description changed",
      row.id.c_str());
  described_as_now_ = Identity{spec_.request, spec_.request_json, spec_.request_hash};
  become({std::move(*request), row.request_json, row.request_hash});
  return found;
}

void Job::become(Identity identity) {
  spec_.request = std::move(identity.request);
  spec_.request_json = std::move(identity.json);
  spec_.request_hash = std::move(identity.hash);
  view_->change([first = first_snapshot(spec_)](Snapshot& now) {
    now.model = first.model;
    now.media = first.media;
    now.duration_s = first.duration_s;
  });
}

void Job::attach_to_task(std::optional<JobRow> newest) {
  const Result<std::optional<JobRow>> known =
      ledger_->find_by_task(spec_.provider, spec_.request.base_url, spec_.task_id);
  if (!known) return end(JobState::failed, known.error(), false);
  if (known->has_value()) return take_up(**known);
  if (ends_for_want_of_http()) return;
  // The way out of `uncertain`: the task that somebody found belongs to the job that lost it.
  const bool is_lost = newest && newest->state == JobState::uncertain;
  if (is_lost) {
    record_.take(*std::move(newest));
    if (const Result<bool> mine = record_.own(); !mine || !*mine) return follow();
  } else {
    record_.take(make_row());
    if (const Result<void> inserted = record_.insert(std::nullopt); !inserted)
      return end(JobState::failed, inserted.error(), false);
  }
  enter(JobState::queued, "attached");
  if (const Result<void> accepted = record_.note_task(spec_.task_id); !accepted)
    return end(JobState::failed, accepted.error(), false);
  enter_waiting();
}

void Job::take_up(JobRow row) {
  doing_.emplace<Deciding>();
  const bool by_task = !spec_.task_id.empty();
  // Its files may be here although its row says otherwise: the process ended too early, or somebody
  // cancelled it, or the provider forgot it.
  const bool is_other_wanted =
      !by_task && ledger::is_final(row.state) && openers_.is_refresh_wanted();
  if (row.state != JobState::ready && !found_ && !is_other_wanted) {
    Result<std::vector<ledger::ResultRow>> results = ledger_->results(row.row);
    if (!results) return end(JobState::failed, results.error(), true);
    if (!results->empty()) return look_for_files(std::move(row), std::move(*results));
  }
  const bool is_awaited =
      openers_.is_refresh_wanted() || (ledger::is_open(row.state) && openers_.is_newest_wanted());
  if (row.state != JobState::ready && !by_task && !is_awaited && use_older(row)) return;
  switch (row.state) {
    case JobState::ready:
      while (!by_task && !openers_.play_finished())
        if (follow_order()) return;
      return use_finished(std::move(row));
    case JobState::failed:
      // A task that was attached by its id is looked at again: it is free.
      if (by_task) break;
      if (follow_order()) return;
      if (is_remembered_verdict(row)) {
        while (!openers_.close_unless_refresh_is_wanted())
          if (follow_order()) return;
        record_.take(std::move(row));
        return end(JobState::failed, row_.error, false);
      }
      // What is lost is looked for again, which is free; only an order pays for another. Nor is
      // what is here in part paid for again.
      if (!is_lost(row) && !has_found_some()) return begin_new();
      break;
    case JobState::cancelled:
      // Without the provider's word the task may have gone on and been charged: look first.
      if (row.task_id.empty() || !row.error || !row.error->maybe_billed) {
        if (!by_task && !has_found_some()) return begin_new();
      }
      break;
    case JobState::uncertain:
      if (spec_.is_stood_in_for && !by_task) return begin_new();  // of an older version
      if (follow_order()) return;
      break;
    default:
      break;
  }
  record_.take(std::move(row));
  if (ledger_->read_only()) return end(JobState::failed, unfinished_error(), true);
  if (!own_unchanged()) return;
  if (!has_joined_ && may_set_aside(row_)) {
    if (find_payer(true)) return set_aside_and_begin_new();
    if (!openers_.has_waiting()) return end_refused(true);
    view_->notify();
  }
  resume();
}

Error Job::unfinished_error() const {
  Error error = *ledger_->read_only();
  error.message = format("The job %s of this request is not finished (%s), and cannot go on: %s",
                         row_.id.c_str(), to_string(row_.state), error.message.c_str());
  return error;
}

bool Job::own_unchanged() {
  test_point("before-owned");
  const Result<bool> mine = record_.own();
  if (!mine) {
    end(JobState::failed, mine.error(), true);
    return false;
  }
  if (!*mine) {
    follow();
    return false;
  }
  // Between reading the row and owning it, its owner may have gone on, or come to an end.
  Result<std::optional<JobRow>> fresh = ledger_->find(row_.id);
  if (!fresh) {
    end(JobState::failed, fresh.error(), true);
    return false;
  }
  if (!fresh->has_value()) return true;
  if ((*fresh)->state != row_.state) {
    record_.disown();
    take_up(std::move(**fresh));
    return false;
  }
  record_.take(std::move(**fresh));
  return true;
}

bool Job::may_set_aside(const JobRow& row) const {
  // A task that is done without a result stays where it was.
  const bool is_done_for_nothing =
      (row.state == JobState::queued || row.state == JobState::running) && row.error &&
      row.error->kind == ErrorKind::malformed;
  return (row.state == JobState::fetching || is_done_for_nothing) && row.error &&
         openers_.is_refresh_wanted() && spec_.task_id.empty();
}

// Its file is not worth fetching (the error says why), and somebody ordered another one. It stays
// in the ledger as what it is: paid, without a clip.
void Job::set_aside_and_begin_new() {
  if (ends_for_want_of_http() || ends_for_want_of_room(true)) return;
  enter(JobState::failed, "set aside for another one");
  if (const Result<void> saved = record_.note_set_aside(); !saved)
    return end(JobState::failed, saved.error(), true);
  record_.disown();
  decide();
}

void Job::resume() {
  if (row_.state != JobState::ready && row_.state != JobState::fetching && ends_for_want_of_http())
    return;
  log(at(LogLevel::info), "taken up as %s", to_string(row_.state));
  switch (row_.state) {
    case JobState::intended:
    case JobState::submitting:
      if (row_.armed_at && spec_.is_stood_in_for) {  // free to be sent again
        if (const Result<void> disarmed = record_.note_disarmed(); !disarmed)
          return end(JobState::failed, disarmed.error(), true);
      }
      // Not armed: no byte has left. Armed: whether it arrived is for the provider to say.
      if (!row_.armed_at) {
        if (!find_payer(false)) return end_refused(true);
        return with_checked_ledger([this] {
          if (!ends_for_want_of_room(true)) enter_submitting();
        });
      }
      return enter_reconciling(
          Error{ErrorKind::uncertain, "the program ended before " + provider_name() + " answered"},
          true);
    case JobState::uncertain:
      return enter_reconciling(
          Error{ErrorKind::uncertain, "the answer to an earlier attempt was lost"}, true);
    case JobState::queued:
    case JobState::running:
    case JobState::failed:
    case JobState::cancelled:
      record_.note_taken_up();
      enter(JobState::queued, "looked at anew");
      return enter_waiting();
    case JobState::fetching: {
      if (ends_for_want_of_http()) return;
      if (!found_) return enter_waiting();
      record_.note_taken_up();
      auto& fetching = doing_.emplace<Fetching>();
      for (const ledger::ResultRow& result : found_->rows)
        fetching.fetches.push_back(make_fetch(result));
      return start_fetches();
    }
    case JobState::ready:
      return use_finished(row_);
    case JobState::idle:  // no row is
      return;
  }
}

bool Job::ends_for_want_of_http() {
  const Result<void> possible = http::check_can_exchange();
  if (!possible) end(JobState::failed, possible.error(), !row_.id.empty());
  return !possible;
}

JobRow Job::make_row() const {
  JobRow row;
  row.id = make_uuid();
  row.request_hash = spec_.request_hash;
  row.asked_hash = spec_.asked_hash;
  row.request_json = spec_.request_json;
  row.provider = spec_.provider;
  row.base_url = spec_.request.base_url;
  row.model = spec_.request.model;
  row.media = to_string(spec_.request.media);
  row.prompt = spec_.request.prompt;
  row.resolution = spec_.request.resolution;
  row.duration_s = static_cast<int>(spec_.request.duration_s);
  row.created_at = ledger::now_unix_ms();
  row.credits_expected = spec_.expected_credits;
  if (!spec_.is_stood_in_for) row.unit = spec_.description->unit;
  return row;
}

bool Job::follow_order() {
  if (!openers_.is_refresh_wanted()) return false;
  if (find_payer(true)) {
    pay_for_new();
    return true;
  }
  if (openers_.has_waiting()) {
    view_->notify();
    return false;
  }
  end_refused(false);
  return true;
}

bool Job::wait_for_ledger(const Error& error, std::function<void()> step) {
  const Retry retry = RetryPolicy::after_ledger(error, ++ledger_waits_);
  if (retry.verdict == Retry::Verdict::give_up) return false;
  log_retry("write", ledger_waits_, retry, error);
  plan(retry.delay, std::move(step));
  return true;
}

void Job::begin_new() {
  doing_.emplace<Deciding>();
  if (!find_payer(false)) return end_refused(false);
  pay_for_new();
}

void Job::pay_for_new() {
  if (described_as_now_) become(*std::exchange(described_as_now_, std::nullopt));
  if (ends_for_want_of_http()) return;
  with_checked_ledger([this] { insert_new(); });
}

void Job::insert_new() {
  record_.disown();
  forget_found();
  expect_no_callback();
  record_.take(make_row());
  if (ends_for_want_of_room(false)) return;
  if (wants_callback()) record_.note_callback_token(make_token());
  test_point("before-intended");
  if (const Result<void> inserted = record_.insert(daily_cap()); !inserted) {
    // Another process was quicker with the same request: its job is ours too.
    if (inserted.error().kind == ErrorKind::busy && inserted.error().retriable)
      return plan(Milliseconds(50), [this] { decide_again(); });
    if (wait_for_ledger(inserted.error(), [this] { decide_again(); })) return;
    return end(JobState::failed, inserted.error(), false);
  }
  test_point("after-intended");
  enter_submitting();
}

void Job::decide_again() {
  Result<std::optional<JobRow>> newest = ledger_->newest_for_request(spec_.request_hash);
  if (!newest) {
    if (wait_for_ledger(newest.error(), [this] { decide_again(); })) return;
    return end(JobState::failed, newest.error(), false);
  }
  if (!newest->has_value()) return begin_new();
  take_up(std::move(**newest));
}

bool Job::is_remembered_verdict(const JobRow& row) const {
  if (!row.error || !row.finished_at) return false;
  const bool is_verdict =
      row.error->kind == ErrorKind::rejected || row.error->kind == ErrorKind::failed;
  const ledger::UnixMs age = ledger::now_unix_ms() - *row.finished_at;
  return is_verdict && age >= 0 && age < verdict_ms;
}

}  // namespace prompt::job
