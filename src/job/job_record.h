// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The row of a job and whoever may change it: each occasion has a function here, which changes the
// row and writes it to the ledger; all others read it. Loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "ledger/jobs.h"
#include "provider/facts.h"

namespace prompt::job {

class JobRecord {
 public:
  JobRecord() = default;
  JobRecord(const JobRecord&) = delete;
  JobRecord& operator=(const JobRecord&) = delete;

  /// The same object always, whatever row is taken.
  [[nodiscard]] const ledger::JobRow& row() const { return row_; }
  void use(std::shared_ptr<ledger::Ledger> ledger) { ledger_ = std::move(ledger); }

  // ---- Which row ----

  /// From now on it is about this row, as the ledger has it, or as it will be inserted.
  void take(ledger::JobRow row);
  /// Writes the row that was taken, as a new one that is ours.
  [[nodiscard]] Result<void> insert(const std::optional<ledger::DailyCap>& daily_cap);
  /// Takes the row for this job; false if another one has it, here or in another process.
  [[nodiscard]] Result<bool> own();
  void disown();
  [[nodiscard]] bool is_owned() const { return is_owned_; }

  // ---- What happens to it ----

  /// Of Job::enter(), which looks at the transition first. Written with what comes with it.
  void set_state(JobState state) { row_.state = state; }

  /// Something that had ended, or stood still, goes on. Written with the next change.
  void note_taken_up();
  void note_callback_token(std::string token);
  /// The request is about to be handed to the network.
  [[nodiscard]] Result<void> note_submitting(const std::optional<ledger::DailyCap>& daily_cap);
  /// The worker that sent it has armed the row then, or has not. The ledger knows.
  void note_armed(std::optional<ledger::UnixMs> at) { row_.armed_at = at; }
  /// Nothing exists of what was armed.
  [[nodiscard]] Result<void> note_disarmed();
  /// Of the key that was sent. Written with the next change.
  void note_key(std::string fingerprint) { row_.key_fingerprint = std::move(fingerprint); }
  /// The provider has taken it. If this cannot be written now, it goes first with the next change.
  [[nodiscard]] Result<void> note_submitted(const provider::SubmitFacts& facts);
  /// It is this task: found, or named. On failure (it is another job's) the row is as before.
  [[nodiscard]] Result<void> note_task(const std::string& task_id);
  /// What a look has told. Written with the next change: not each look is worth a write.
  void note_progress(const provider::StatusFacts& facts, const provider::Task& known);
  /// The provider was seen at work on it.
  void note_running();
  /// The provider was seen to be done. Written by note_results().
  void note_done();
  [[nodiscard]] Result<void> note_results(const std::vector<ledger::ResultRow>& results);
  /// Why nothing comes of it for now.
  void note_error(const Error& error);
  /// The clip is here; `untold` of its results the ledger does not know yet.
  void note_ready(const std::vector<ledger::ResultRow>& untold);
  /// Of a task that came to nothing. Written by note_ended().
  void note_refund(bool is_refunded) { row_.refunded = is_refunded; }
  /// A final state was entered, without a clip.
  void note_ended(const Error& error);
  /// Another one is ordered in its place.
  [[nodiscard]] Result<void> note_set_aside();
  /// Tries again what note_submitted() was not able to write.
  void write_unsaved();

 private:
  [[nodiscard]] LogLine at(LogLevel level, Place place = Place::here()) const;
  void save();

  std::shared_ptr<ledger::Ledger> ledger_;
  ledger::JobRow row_;
  bool is_owned_ = false;
  bool is_task_unsaved_ = false;  // known, but the ledger could not take it yet
};

}  // namespace prompt::job
