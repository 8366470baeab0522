// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/database.h"

#include <sqlite3.h>

#include <cerrno>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"

namespace prompt::ledger {
namespace {

constexpr int busy_timeout_ms = 1000;

Error error_of(sqlite3* connection, const std::string& path, int code) {
  // SQLite knows a full disk, but neither quotas nor size limits, and its sqlite3_system_errno() is
  // 0 for a failed write (3.40); callers clear errno before the call.
  const int system_error = errno;
  const char* const name = path.c_str();
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      Error error{ErrorKind::storage,
                  format("The ledger '%s' is held by another process; try again.", name)};
      error.retriable = true;
      return error;
    }
    case SQLITE_FULL:
      return storage_error(path, "write", ENOSPC);
    case SQLITE_IOERR:
      if (system_error == EDQUOT || system_error == EFBIG)
        return storage_error(path, "write", system_error);
      return Error{ErrorKind::storage,
                   format("The ledger '%s' cannot be read or written (SQLite error %d); check the "
                          "disk.",
                          name, code)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{
          ErrorKind::storage,
          format("The ledger '%s' is damaged (%s); it is left as it is: restore it from a "
                 "backup, or move it away together with its -wal and -shm files to begin a "
                 "new one.",
                 name, sqlite3_errstr(code))};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error{ErrorKind::storage,
                   format("The ledger '%s' cannot be written (%s); make its folder writable or set "
                          "another library.",
                          name, sqlite3_errstr(code))};
    default:
      return Error{ErrorKind::storage, format("The ledger '%s' refused an operation: %s.", name,
                                              show_safely(sqlite3_errmsg(connection)).c_str())};
  }
}

bool tells_damage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

}  // namespace

// ---- Statement ----

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);  // repeats the error of the last step, which was reported there
}

Statement& Statement::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), ++bound_, value);
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::bind(double value) {
  const int code = sqlite3_bind_double(statement_.get(), ++bound_, value);
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A null pointer would bind NULL where the columns want an empty text.
  const int code =
      sqlite3_bind_text64(statement_.get(), ++bound_, value.empty() ? "" : value.data(),
                          value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::bind_null() {
  const int code = sqlite3_bind_null(statement_.get(), ++bound_);
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Result<bool> Statement::step() {
  sqlite3* const connection = sqlite3_db_handle(statement_.get());
  if (bind_error_ != SQLITE_OK) return fail(error_of(connection, path_, bind_error_));
  column_ = 0;
  errno = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  if (tells_damage(code)) *damage_met_ = true;
  return fail(error_of(connection, path_, code));
}

Result<void> Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

bool Statement::is_null_here() const {
  return sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL;
}

std::int64_t Statement::next_int() { return sqlite3_column_int64(statement_.get(), column_++); }

double Statement::next_double() { return sqlite3_column_double(statement_.get(), column_++); }

std::string Statement::next_text() {
  const auto* const text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column_));
  const int size = sqlite3_column_bytes(statement_.get(), column_);
  ++column_;
  return text != nullptr ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::optional<std::int64_t> Statement::next_optional_int() {
  if (!is_null_here()) return next_int();
  ++column_;
  return std::nullopt;
}

std::optional<double> Statement::next_optional_double() {
  if (!is_null_here()) return next_double();
  ++column_;
  return std::nullopt;
}

// ---- Database ----

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);  // waits for statements that are still alive
}

Result<Database> Database::open(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(connection, path);  // even a failed open gives something to close
  if (code != SQLITE_OK) return fail(error_of(connection, path, code));
  database.keep_log_on_close(true);
  sqlite3_busy_timeout(connection, busy_timeout_ms);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Without the right to write, SQLite opens for reading and says nothing.
  if (sqlite3_db_readonly(connection, "main") == 1)
    return fail(error_of(connection, path, SQLITE_READONLY));
  const Result<void> set = database.run("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
  if (!set) return fail(set.error());
  return database;
}

Error Database::error(int code) const {
  if (tells_damage(code)) *damage_met_ = true;
  return error_of(connection_.get(), path_, code);
}

Result<Database> Database::open_for_reading(const std::string& path, const std::string& options) {
  const OwnedString uri(g_filename_to_uri(path.c_str(), nullptr, nullptr));
  if (!uri) return fail(ErrorKind::storage, format("The path '%s' is not absolute.", path.c_str()));
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(
      format("%s?%s", uri.get(), options.c_str()).c_str(), &connection,
      SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI,
      nullptr);
  Database database(connection, path);
  if (code != SQLITE_OK) return fail(error_of(connection, path, code));
  database.keep_log_on_close(true);
  sqlite3_busy_timeout(connection, busy_timeout_ms);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (const Result<void> set = database.run("PRAGMA temp_store=MEMORY"); !set)
    return fail(set.error());
  return database;
}

Result<Database> Database::open_empty() {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(
      ":memory:", &connection,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  Database database(connection, ":memory:");
  if (code != SQLITE_OK) return fail(error_of(connection, ":memory:", code));
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return Statement(statement, path_, damage_met_);
}

Result<void> Database::run(const std::string& sql) {
  errno = 0;
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

Result<std::int64_t> Database::query_int(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const Result<bool> row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->next_int() : 0;
}

Result<std::string> Database::query_text(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const Result<bool> row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->next_text() : std::string();
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_insert_row() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

void Database::keep_log_on_close(bool keep) {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

void Database::interrupt() { sqlite3_interrupt(connection_.get()); }

// ---- Transaction ----

Result<Transaction> Transaction::begin(Database& database) {
  const Result<void> begun = database.run("BEGIN IMMEDIATE");
  if (!begun) return fail(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // Some errors have rolled back by themselves; then this one fails and nothing is lost.
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  const Result<void> committed = database_->run("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

}  // namespace prompt::ledger
