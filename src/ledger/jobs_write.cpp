// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Writing. Every function is one transaction, committed and synchronised when it returns.
#include <cstdint>

#include "base/text.h"
#include "ledger/jobs.h"
#include "ledger/ledger_state.h"
#include "ledger/rows.h"

namespace prompt::ledger {
namespace {

/// Sums of prices are decimal fractions; a cap that is met exactly is not exceeded.
constexpr double credits_tolerance = 1e-6;

Result<void> refuse_if_answered(Database& database, const JobRow& job, std::int64_t seen_row) {
  Result<Statement> statement = database.prepare(
      "SELECT row, id, state FROM jobs WHERE request_hash = ? ORDER BY row DESC LIMIT 1");
  if (!statement) return fail(statement.error());
  const Result<bool> found = statement->bind(job.request_hash).step();
  if (!found) return fail(found.error());
  if (!*found) return {};
  const std::int64_t row = statement->next_int();
  const std::string id = statement->next_text();
  const std::optional<JobState> state = stored_state_from_string(statement->next_text());
  if (row <= seen_row && state && is_final(*state)) return {};
  Error error{ErrorKind::busy,
              format("The job %s for the same request is there already; wait for it.", id.c_str())};
  error.retriable = true;
  return fail(std::move(error));
}

// Jobs that are intended or about to be sent count too, or two processes could both fill the last
// gap. What an earlier version wrote has no unit; what was rehearsed costs nothing.
Result<void> refuse_above_cap(Database& database, const JobRow& job, const DailyCap& cap) {
  const char* const unit = cap.unit.c_str();
  if (!job.credits_expected)
    return fail(
        ErrorKind::settings,
        format("The price of this request is not known, and a daily limit of %g %s forbids what "
               "cannot be priced; unset GST_PROMPT_DAILY_CREDITS to go on.",
               cap.most, unit));
  Result<Statement> statement = database.prepare(
      "SELECT TOTAL(COALESCE(credits_charged, credits_expected, 0)) FROM jobs WHERE refunded = 0 "
      "AND row <> ?2 AND provider IN (?3, ?4, ?5) AND base_url <> 'rehearsal:' "
      "AND COALESCE(NULLIF(unit, ''), ?6) = ?6 "
      "AND (armed_at >= ?1 OR (armed_at IS NULL AND state_since >= ?1 "
      "AND state IN ('intended', 'submitting')))");
  if (!statement) return fail(statement.error());
  const auto name = [&](std::size_t i) {
    return i < cap.providers.size() ? cap.providers[i] : job.provider;
  };
  const Result<bool> row = statement->bind(now_unix_ms() - day_ms)
                               .bind(job.row)
                               .bind(job.provider)
                               .bind(name(0))
                               .bind(name(1))
                               .bind(cap.unit)
                               .step();
  if (!row) return fail(row.error());
  const double spent = statement->next_double();
  if (spent + *job.credits_expected <= cap.most + credits_tolerance) return {};
  Error error{
      ErrorKind::settings,
      format(
          "The request costs %g %s, and %g of the daily limit of %g for this provider are spent; "
          "raise GST_PROMPT_DAILY_CREDITS or wait.",
          *job.credits_expected, unit, spent, cap.most)};
  error.retriable = true;
  return fail(std::move(error));
}

Result<void> refuse_unless_owned(Ownership& ownership, std::int64_t row) {
  if (ownership.owns(row)) return {};
  return fail(ErrorKind::storage,
              format("The job in row %lld of the ledger is not owned by this process; open the "
                     "request again.",
                     static_cast<long long>(row)));
}

// Exactly one row must have been there as it was expected to be.
Result<void> change_one(Database& database, Statement& statement, const char* what,
                        std::int64_t row) {
  if (const Result<void> done = statement.run(); !done) return done;
  if (database.changes() == 1) return {};
  return fail(ErrorKind::storage,
              format("The job in row %lld of the ledger cannot be %s: its state has changed; open "
                     "the request again.",
                     static_cast<long long>(row), what));
}

Result<void> refuse_foreign_task(Database& database, const JobRow& job) {
  Result<Statement> statement = database.prepare(
      "SELECT id FROM jobs WHERE provider = ? AND base_url = ? AND task_id = ? AND task_id <> '' "
      "AND row <> ?");
  if (!statement) return fail(statement.error());
  const Result<bool> found =
      statement->bind(job.provider).bind(job.base_url).bind(job.task_id).bind(job.row).step();
  if (!found) return fail(found.error());
  if (!*found) return {};
  return fail(ErrorKind::storage,
              format("The task '%s' belongs to job %s already; a task has one job.",
                     show_safely(job.task_id, {}, 100).c_str(), statement->next_text().c_str()));
}

Result<void> refuse_second_task(Database& database, const JobRow& job) {
  Result<Statement> statement =
      database.prepare("SELECT task_id FROM jobs WHERE row = ? AND task_id NOT IN ('', ?)");
  if (!statement) return fail(statement.error());
  const Result<bool> found = statement->bind(job.row).bind(job.task_id).step();
  if (!found) return fail(found.error());
  if (!*found) return {};
  return fail(ErrorKind::storage,
              format("The job %s has the task '%s' already; a job has one task.", job.id.c_str(),
                     show_safely(statement->next_text(), {}, 100).c_str()));
}

}  // namespace

Result<void> Ledger::insert(JobRow& job, const std::optional<DailyCap>& daily_cap) {
  if (Result<void> fine = state_->refuse_paying(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  JobRow row = job;
  row.state = JobState::intended;
  row.armed_at.reset();
  if (row.created_at == 0) row.created_at = now_unix_ms();
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  const auto seen = state_->seen.find(row.request_hash);
  const std::int64_t seen_row = seen != state_->seen.end() ? seen->second : INT64_MAX;
  if (const Result<void> fine = refuse_if_answered(database, row, seen_row); !fine) return fine;
  if (daily_cap) {
    if (const Result<void> fine = refuse_above_cap(database, row, *daily_cap); !fine) return fine;
  }
  if (const Result<void> done = insert_job(database, row); !done) return done;
  // Owned before anybody else can see it.
  const Result<bool> mine = state_->ownership->try_own(row.row);
  if (!mine) return fail(mine.error());
  if (!*mine)
    return fail(ErrorKind::storage,
                format("The library '%s' has an owner of a job that does not exist yet; is "
                       "owners.lock of another library?",
                       state_->folder.c_str()));
  if (const Result<void> done = transaction->commit(); !done) {
    state_->ownership->disown(row.row);
    return done;
  }
  state_->remember(row.request_hash, row.row);
  job = std::move(row);
  return {};
}

Result<void> Ledger::begin_submit(std::int64_t row, const std::optional<DailyCap>& daily_cap) {
  if (Result<void> fine = state_->refuse_paying(); !fine) return fine;
  if (const Result<void> mine = refuse_unless_owned(*state_->ownership, row); !mine) return mine;
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  if (daily_cap) {
    const Result<std::optional<JobRow>> job = find_job(database, row);
    if (!job) return fail(job.error());
    if (*job) {
      if (const Result<void> fine = refuse_above_cap(database, **job, *daily_cap); !fine)
        return fine;
    }
  }
  // Begun now: from now on it counts for this day.
  Result<Statement> statement = database.prepare(
      "UPDATE jobs SET state_since = ?, state = 'submitting', owner = ? WHERE row = ? "
      "AND state IN ('intended', 'submitting') AND armed_at IS NULL AND task_id = ''");
  if (!statement) return fail(statement.error());
  statement->bind(now_unix_ms()).bind(this_process()).bind(row);
  if (const Result<void> done = change_one(database, *statement, "submitted", row); !done)
    return done;
  return transaction->commit();
}

Result<void> Ledger::arm(std::int64_t row, UnixMs now) {
  if (Result<void> fine = state_->refuse_paying(); !fine) return fine;
  if (const Result<void> mine = refuse_unless_owned(*state_->ownership, row); !mine) return mine;
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "UPDATE jobs SET armed_at = ? WHERE row = ? AND state = 'submitting' AND armed_at IS NULL "
      "AND task_id = ''");
  if (!statement) return fail(statement.error());
  statement->bind(now).bind(row);
  return change_one(state_->database, *statement, "armed", row);
}

Result<void> Ledger::disarm(std::int64_t row) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "UPDATE jobs SET armed_at = NULL, state = 'intended', state_since = ? WHERE row = ? "
      "AND state = 'submitting' AND armed_at IS NOT NULL AND task_id = ''");
  if (!statement) return fail(statement.error());
  statement->bind(now_unix_ms()).bind(row);
  return change_one(state_->database, *statement, "disarmed", row);
}

Result<void> Ledger::accept(const JobRow& job) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  if (const Result<void> fine = refuse_foreign_task(database, job); !fine) return fine;
  if (const Result<void> fine = refuse_second_task(database, job); !fine) return fine;
  if (const Result<void> done = update_job(database, job); !done) return done;
  return transaction->commit();
}

Result<void> Ledger::update(const JobRow& job) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  return update_job(state_->database, job);
}

Result<void> Ledger::put_result(std::int64_t row, const ResultRow& result) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  return ledger::put_result(state_->database, row, result);
}

Result<void> Ledger::note_asked(std::int64_t row, const std::string& asked_hash) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement =
      state_->database.prepare("SELECT 1 FROM asked WHERE hash = ? AND job = ?");
  if (!statement) return fail(statement.error());
  // Looked at first: a transaction that writes nothing waits for other writers, too.
  const Result<bool> known = statement->bind(asked_hash).bind(row).step();
  if (!known) return fail(known.error());
  if (*known) return {};
  return put_asked(state_->database, row, asked_hash);
}

Result<void> Ledger::set_name(std::int64_t row, const std::string& name) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      name.empty() ? "DELETE FROM names WHERE job = ?"
                   : "INSERT INTO names (job, name) VALUES (?, ?) "
                     "ON CONFLICT (job) DO UPDATE SET name = excluded.name");
  if (!statement) return fail(statement.error());
  statement->bind(row);
  if (!name.empty()) statement->bind(name);
  return statement->run();
}

Result<void> Ledger::note_arrival(std::int64_t row, const ResultRow& result) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "UPDATE results SET etag = ?, last_modified = ?, size = ? WHERE job = ? AND position = ? "
      "AND complete = 0 AND sha256 = ''");
  if (!statement) return fail(statement.error());
  return statement->bind(result.etag)
      .bind(result.last_modified)
      .bind(result.size)
      .bind(row)
      .bind(result.position)
      .run();
}

Result<void> Ledger::complete_result(std::int64_t row, const ResultRow& result) {
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  if (const Result<void> done = ledger::put_result(database, row, result); !done) return done;
  Result<Statement> statement = database.prepare(
      "UPDATE jobs SET state = 'ready', state_since = ?1, finished_at = ?1, error_kind = '', "
      "error_message = '', error_code = '', error_http_status = 0, error_retriable = 0, "
      "error_maybe_billed = 0 WHERE row = ?2 AND state = 'fetching' AND NOT EXISTS "
      "(SELECT 1 FROM results WHERE job = ?2 AND complete = 0)");
  if (!statement) return fail(statement.error());
  if (const Result<void> done = statement->bind(now_unix_ms()).bind(row).run(); !done) return done;
  return transaction->commit();
}

Result<void> Ledger::update_with_results(const JobRow& job, const std::vector<ResultRow>& results) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  if (const Result<void> done = update_job(database, job); !done) return done;
  Result<Statement> statement = database.prepare("DELETE FROM results WHERE job = ?");
  if (!statement) return fail(statement.error());
  if (const Result<void> done = statement->bind(job.row).run(); !done) return done;
  for (const ResultRow& result : results) {
    if (const Result<void> done = ledger::put_result(database, job.row, result); !done) return done;
  }
  return transaction->commit();
}

}  // namespace prompt::ledger
