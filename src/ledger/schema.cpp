// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/schema.h"

#include <array>
#include <vector>

#include "base/text.h"

namespace prompt::ledger {
namespace {

// AUTOINCREMENT, because a row's number is also the byte that ownership locks: it must not come
// back. A task belongs to one job: the unique index decides races between processes.
constexpr const char* version_1 = R"(
CREATE TABLE jobs (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  request_hash TEXT NOT NULL,
  request_json TEXT NOT NULL,
  provider TEXT NOT NULL,
  base_url TEXT NOT NULL,
  model TEXT NOT NULL,
  media TEXT NOT NULL,
  prompt TEXT NOT NULL,
  resolution TEXT NOT NULL,
  duration_s INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_since INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  armed_at INTEGER,
  accepted_at INTEGER,
  running_at INTEGER,
  completed_at INTEGER,
  finished_at INTEGER,
  task_id TEXT NOT NULL,
  captured_json TEXT NOT NULL,
  provider_request_id TEXT NOT NULL,
  credits_expected REAL,
  credits_charged REAL,
  refunded INTEGER NOT NULL,
  key_fingerprint TEXT NOT NULL,
  callback_token TEXT NOT NULL,
  error_kind TEXT NOT NULL,
  error_message TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_http_status INTEGER NOT NULL,
  error_retriable INTEGER NOT NULL,
  error_maybe_billed INTEGER NOT NULL,
  owner TEXT NOT NULL
);
CREATE INDEX jobs_request ON jobs (request_hash);
CREATE UNIQUE INDEX jobs_task ON jobs (provider, base_url, task_id) WHERE task_id <> '';
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_created ON jobs (created_at);
CREATE INDEX jobs_armed ON jobs (armed_at) WHERE armed_at IS NOT NULL;
CREATE INDEX jobs_durations ON jobs (provider, model, resolution, duration_s, completed_at)
  WHERE completed_at IS NOT NULL;
CREATE TABLE results (
  job INTEGER NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  media_url TEXT NOT NULL,
  needs_credential INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  title TEXT NOT NULL,
  file TEXT NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  size INTEGER,
  complete INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  file_inode INTEGER NOT NULL,
  file_mtime_ns INTEGER NOT NULL,
  PRIMARY KEY (job, position)
) WITHOUT ROWID;
)";

constexpr std::array all = {Migration{1, version_1}};

// By the primary key: the newest job that was asked for so.
constexpr const char* asked = R"((
  hash TEXT NOT NULL,
  job INTEGER NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
  PRIMARY KEY (hash, job)
) WITHOUT ROWID;
CREATE INDEX asked_job ON asked (job);
)";

// What people call a job; most have no name.
constexpr const char* names = R"((
  job INTEGER PRIMARY KEY REFERENCES jobs (row) ON DELETE CASCADE,
  name TEXT NOT NULL
);
CREATE INDEX names_name ON names (name);
)";

constexpr std::array later = {Addition{"jobs", "unit", "TEXT"}, Addition{"asked", nullptr, asked},
                              Addition{"names", nullptr, names}};

Result<bool> is_there(Database& database, const Addition& addition) {
  const bool is_table = addition.column == nullptr;
  Result<Statement> statement =
      database.prepare(is_table ? "SELECT 1 FROM pragma_table_info(?)"
                                : "SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
  if (!statement) return fail(statement.error());
  statement->bind(addition.table);
  if (!is_table) statement->bind(addition.column);
  return statement->step();
}

std::string statement_of(const Addition& addition) {
  if (addition.column == nullptr)
    return format("CREATE TABLE %s %s", addition.table, addition.definition);
  return format("ALTER TABLE %s ADD COLUMN %s %s", addition.table, addition.column,
                addition.definition);
}

}  // namespace

std::span<const Migration> migrations() { return all; }

std::span<const Addition> additions() { return later; }

Result<void> refuse_newer(Database& database, std::span<const Migration> steps) {
  const int newest = steps.empty() ? 0 : steps.back().version;
  const Result<std::int64_t> version = database.query_int("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version <= newest && *version >= 0) return {};
  return fail(
      ErrorKind::storage,
      format("The ledger '%s' is of version %lld, but this program knows versions up to %d; "
             "it is left as it is: use the newer program, or set another library.",
             database.path().c_str(), static_cast<long long>(*version), newest));
}

Result<void> migrate(Database& database, std::span<const Migration> steps) {
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (const Result<void> known = refuse_newer(database, steps); !known) return known;
  Result<std::int64_t> version = database.query_int("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version == newest) return {};
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  version = database.query_int("PRAGMA user_version");  // another process may have been quicker
  if (!version) return fail(version.error());
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    if (const Result<void> done = database.run(step.sql); !done) return done;
  }
  if (*version < newest) {
    const Result<void> set = database.run(format("PRAGMA user_version=%d", newest));
    if (!set) return set;
  }
  return transaction->commit();
}

Result<void> add_missing(Database& database, std::span<const Addition> wanted) {
  std::vector<Addition> missing;
  for (const Addition& addition : wanted) {
    const Result<bool> found = is_there(database, addition);
    if (!found) return fail(found.error());
    if (!*found) missing.push_back(addition);
  }
  if (missing.empty()) return {};
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  for (const Addition& addition : missing) {
    const Result<bool> found = is_there(database, addition);  // another process was quicker
    if (!found) return fail(found.error());
    if (*found) continue;
    if (const Result<void> done = database.run(statement_of(addition)); !done) return done;
  }
  return transaction->commit();
}

}  // namespace prompt::ledger
