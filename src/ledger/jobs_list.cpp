// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Looking through the ledger, and taking rows out of it.
#include <algorithm>

#include "base/text.h"
#include "ledger/jobs.h"
#include "ledger/ledger_state.h"
#include "ledger/rows.h"

namespace prompt::ledger {
namespace {

// A LIKE pattern for texts that hold this one.
std::string pattern_of(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

// The plus signs keep the planner from an index that would have it sort. Rows are made in the order
// of their times but for clocks that were set back, so times bound the walk and are asked, too.
std::string list_sql(const JobFilter& filter, Order order) {
  std::string sql = select_jobs();
  sql += order == Order::newest_first ? "WHERE row < ?" : "WHERE row > ?";
  if (filter.states.size() == 1) sql += " AND state = ?";
  if (filter.states.size() > 1) sql += " AND state IN (?, ?)";
  if (!filter.provider.empty()) sql += " AND +provider = ?";
  if (!filter.media.empty()) sql += " AND +media = ?";
  if (!filter.name.empty()) sql += " AND row IN (SELECT job FROM names WHERE name = ?)";
  if (!filter.text.empty()) sql += " AND prompt LIKE ? ESCAPE '\\'";
  if (filter.since)
    sql +=
        " AND +created_at >= ? AND row >= (SELECT COALESCE(MIN(+row), 9223372036854775807) "
        "FROM jobs WHERE created_at >= ?)";
  if (filter.before)
    sql +=
        " AND +created_at < ? AND row <= (SELECT COALESCE(MAX(+row), 0) FROM jobs "
        "WHERE created_at < ?)";
  return sql +
         (order == Order::newest_first ? " ORDER BY row DESC LIMIT ?" : " ORDER BY row LIMIT ?");
}

}  // namespace

Result<std::vector<JobRow>> Ledger::list(const JobFilter& filter, Order order, std::int64_t after,
                                         int limit) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(list_sql(filter, order));
  if (!statement) return fail(statement.error());
  statement->bind(after == 0 && order == Order::newest_first ? INT64_MAX : after);
  for (std::size_t i = 0; i < std::min<std::size_t>(filter.states.size(), 2); ++i)
    statement->bind(to_string(filter.states[i]));
  if (!filter.provider.empty()) statement->bind(filter.provider);
  if (!filter.media.empty()) statement->bind(filter.media);
  if (!filter.name.empty()) statement->bind(filter.name);
  if (!filter.text.empty()) statement->bind(pattern_of(filter.text));
  if (filter.since) statement->bind(*filter.since).bind(*filter.since);
  if (filter.before) statement->bind(*filter.before).bind(*filter.before);
  statement->bind(std::max(limit, 0));
  return read_jobs(*statement);
}

Result<std::vector<JobRow>> Ledger::find_like(const std::string& beginning) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      select_jobs() + "WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id LIMIT 2");
  if (!statement) return fail(statement.error());
  statement->bind(beginning);
  return read_jobs(*statement);
}

Result<std::vector<JobRow>> Ledger::open_jobs() {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      select_jobs() +
      "WHERE state IN ('intended', 'submitting', 'queued', 'running', 'fetching', 'uncertain') "
      "ORDER BY +row");
  if (!statement) return fail(statement.error());
  return read_jobs(*statement);
}

Result<std::vector<Spent>> Ledger::spent_since(UnixMs since) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "SELECT armed_at / 86400000 * 86400000, provider, COALESCE(unit, ''), "
      "TOTAL(COALESCE(credits_charged, credits_expected, 0)), COUNT(*) FROM jobs "
      "WHERE armed_at >= ? AND refunded = 0 AND base_url <> 'rehearsal:' "
      "GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3");
  if (!statement) return fail(statement.error());
  statement->bind(since);
  std::vector<Spent> all;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return all;
    Spent& spent = all.emplace_back();
    spent.day = statement->next_int();
    spent.provider = statement->next_text();
    spent.unit = statement->next_text();
    spent.credits = statement->next_double();
    spent.jobs = statement->next_int();
  }
}

Result<std::vector<StoredSize>> Ledger::stored_sizes() {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "SELECT job, SUM(size) FROM results WHERE complete = 1 AND size > 0 GROUP BY job "
      "ORDER BY job");
  if (!statement) return fail(statement.error());
  std::vector<StoredSize> sizes;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return sizes;
    StoredSize& size = sizes.emplace_back();
    size.row = statement->next_int();
    size.bytes = static_cast<std::uint64_t>(statement->next_int());
  }
}

Result<std::optional<JobRow>> Ledger::find_row(std::int64_t row) {
  const std::lock_guard lock(state_->mutex);
  return find_job(state_->database, row);
}

Result<std::optional<JobRow>> Ledger::peek_newest(const std::string& request_hash) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement =
      state_->database.prepare(select_jobs() + "WHERE request_hash = ? ORDER BY row DESC LIMIT 1");
  if (!statement) return fail(statement.error());
  statement->bind(request_hash);
  Result<std::vector<JobRow>> found = read_jobs(*statement);
  if (!found) return fail(std::move(found.error()));
  if (found->empty()) return std::nullopt;
  return std::optional(std::move(found->front()));
}

Result<void> Ledger::erase(std::int64_t row) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fine;
  if (!state_->ownership->owns(row))
    return fail(ErrorKind::storage,
                format("The job in row %lld of the ledger is not owned by this process.",
                       static_cast<long long>(row)));
  const std::lock_guard lock(state_->mutex);
  Database& database = state_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  for (const char* sql : {"DELETE FROM results WHERE job = ?", "DELETE FROM jobs WHERE row = ?"}) {
    Result<Statement> statement = database.prepare(sql);
    if (!statement) return fail(statement.error());
    if (const Result<void> done = statement->bind(row).run(); !done) return done;
  }
  return transaction->commit();
}

}  // namespace prompt::ledger
