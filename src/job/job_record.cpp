// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/job_record.h"

#include "json/write.h"

namespace prompt::job {

LogLine JobRecord::at(LogLevel level, Place place) const {
  return {LogCategory::job, level, row_.id, place};
}

void JobRecord::take(ledger::JobRow row) {
  row_ = std::move(row);
  is_task_unsaved_ = false;
}

Result<void> JobRecord::insert(const std::optional<ledger::DailyCap>& daily_cap) {
  Result<void> inserted = ledger_->insert(row_, daily_cap);
  if (inserted) is_owned_ = true;
  return inserted;
}

Result<bool> JobRecord::own() {
  if (is_owned_) return true;
  const Result<bool> mine = ledger_->try_own(row_.row);
  is_owned_ = mine && *mine;
  return mine;
}

void JobRecord::disown() {
  if (std::exchange(is_owned_, false)) ledger_->disown(row_.row);
}

void JobRecord::note_taken_up() {
  row_.error.reset();
  row_.finished_at.reset();
}

void JobRecord::note_callback_token(std::string token) {
  row_.callback_token = std::move(token);
  // One that is new is inserted with it.
  if (row_.row > 0) save();
}

Result<void> JobRecord::note_submitting(const std::optional<ledger::DailyCap>& daily_cap) {
  return ledger_->begin_submit(row_.row, daily_cap);
}

Result<void> JobRecord::note_disarmed() {
  Result<void> disarmed = ledger_->disarm(row_.row);
  if (disarmed) row_.armed_at.reset();
  return disarmed;
}

Result<void> JobRecord::note_submitted(const provider::SubmitFacts& facts) {
  row_.task_id = facts.task.id;
  if (!facts.task.captured.empty())
    row_.captured_json = json::write(json::Value(facts.task.captured));
  row_.provider_request_id = facts.provider_request_id;
  row_.accepted_at = ledger::now_unix_ms();
  if (facts.credits) row_.credits_charged = facts.credits;
  row_.error.reset();
  Result<void> accepted = ledger_->accept(row_);
  is_task_unsaved_ = !accepted;
  return accepted;
}

Result<void> JobRecord::note_task(const std::string& task_id) {
  ledger::JobRow before = row_;
  row_.task_id = task_id;
  row_.accepted_at = ledger::now_unix_ms();
  row_.error.reset();
  row_.finished_at.reset();
  Result<void> accepted = ledger_->accept(row_);
  if (!accepted) row_ = std::move(before);
  return accepted;
}

void JobRecord::note_progress(const provider::StatusFacts& facts, const provider::Task& known) {
  if (!facts.captured.empty()) {
    json::Object captured = known.captured;
    for (const json::Member& member : facts.captured) captured.set(member.name, member.value);
    row_.captured_json = json::write(json::Value(std::move(captured)));
  }
  if (facts.credits) row_.credits_charged = facts.credits;
}

void JobRecord::note_running() {
  // As first seen: a restart looks at it as if it were queued.
  if (!row_.running_at) row_.running_at = ledger::now_unix_ms();
  save();
}

void JobRecord::note_done() {
  if (!row_.completed_at) row_.completed_at = ledger::now_unix_ms();
}

Result<void> JobRecord::note_results(const std::vector<ledger::ResultRow>& results) {
  return ledger_->update_with_results(row_, results);
}

void JobRecord::note_error(const Error& error) {
  row_.error = error;
  save();
}

void JobRecord::note_ready(const std::vector<ledger::ResultRow>& untold) {
  row_.error.reset();
  row_.finished_at = ledger::now_unix_ms();
  if (ledger_->read_only()) return;
  for (const ledger::ResultRow& result : untold)
    if (const Result<void> told = ledger_->put_result(row_.row, result); !told)
      log(at(LogLevel::warning), "the clip is here, but the ledger could not be told: %s",
          told.error().message.c_str());
  save();
}

void JobRecord::note_ended(const Error& error) {
  row_.error = error;
  row_.finished_at = ledger::now_unix_ms();
  save();
}

Result<void> JobRecord::note_set_aside() {
  row_.finished_at = ledger::now_unix_ms();
  return ledger_->update(row_);
}

void JobRecord::write_unsaved() {
  if (is_task_unsaved_) save();
}

void JobRecord::save() {
  if (is_task_unsaved_) {
    if (const Result<void> saved = ledger_->accept(row_); !saved) {
      log(at(LogLevel::warning), "%s", saved.error().message.c_str());
      return;
    }
    is_task_unsaved_ = false;
  }
  // A write that fails is made up for by the next one: each writes the whole row. What may not be
  // lost (arming, the task id) does not go this way.
  if (const Result<void> saved = ledger_->update(row_); !saved)
    log(at(LogLevel::warning), "%s", saved.error().message.c_str());
}

}  // namespace prompt::job
