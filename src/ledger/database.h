// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// SQLite behind owners and Results; nothing above this folder sees its types. Not thread-safe:
// whoever owns a Database guards it. Errors have the kinds no_space and storage; one that is
// retriable means that another process held the file for longer than the busy timeout.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace prompt::ledger {

/// A prepared statement. Values are bound in their order, then step() goes through the rows, and
/// the next_...() functions read a row's columns in their order. A failed bind shows at the first
/// step().
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(std::int64_t{value}); }
  Statement& bind(double value);
  Statement& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
  Statement& bind(std::string_view value);
  Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind_null();
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// True if there is a row, false at the end. The text of columns is copied by the next_...().
  [[nodiscard]] Result<bool> step();
  /// For statements without rows.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] std::int64_t next_int();
  [[nodiscard]] double next_double();
  [[nodiscard]] bool next_bool() { return next_int() != 0; }
  [[nodiscard]] std::string next_text();
  [[nodiscard]] std::optional<std::int64_t> next_optional_int();
  [[nodiscard]] std::optional<double> next_optional_double();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, std::string path, std::shared_ptr<std::atomic<bool>> met)
      : statement_(statement), path_(std::move(path)), damage_met_(std::move(met)) {}
  [[nodiscard]] bool is_null_here() const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
  std::shared_ptr<std::atomic<bool>> damage_met_;  // the database's
  int bound_ = 0;
  int column_ = 0;
  int bind_error_ = 0;
};

class Database {
 public:
  /// Opens an existing file for reading and writing, with a busy timeout of a second and full
  /// synchronisation. Touches nothing yet: see keep_log_on_close().
  [[nodiscard]] static Result<Database> open(const std::string& path);

  /// Opens an existing file for reading; `options` are those of SQLite's URI, with "mode=ro".
  [[nodiscard]] static Result<Database> open_for_reading(const std::string& path,
                                                         const std::string& options);
  /// An empty database in memory.
  [[nodiscard]] static Result<Database> open_empty();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// Runs statements that return no rows of interest.
  [[nodiscard]] Result<void> run(const std::string& sql);
  /// The only value of a query, 0 if there is none.
  [[nodiscard]] Result<std::int64_t> query_int(std::string_view sql);
  [[nodiscard]] Result<std::string> query_text(std::string_view sql);
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_insert_row() const;

  /// Whether a damaged page was met since the last call.
  [[nodiscard]] bool take_damage_met() { return damage_met_->exchange(false); }

  /// Whether closing leaves the write-ahead log alone. True until somebody vouches for the file, so
  /// that a ledger that is refused stays as it was.
  void keep_log_on_close(bool keep);

  /// Makes what runs on it fail soon. Any thread.
  void interrupt();

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  Database(sqlite3* connection, std::string path)
      : connection_(connection), path_(std::move(path)) {}
  [[nodiscard]] Error error(int code) const;

  std::unique_ptr<sqlite3, Close> connection_;
  std::string path_;
  std::shared_ptr<std::atomic<bool>> damage_met_ = std::make_shared<std::atomic<bool>>(false);
};

/// A write transaction; rolled back unless committed. The lock for writing is taken at its
/// beginning, so that what is read inside stays true until the commit.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Durable when it returns without an error; undone otherwise.
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace prompt::ledger
