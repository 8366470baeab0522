// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/read_only.h"

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "ledger/schema.h"
#include "ledger/whole_check.h"

namespace prompt::ledger {
namespace {

bool has_bytes(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && facts.st_size > 0;
}

// The first statement that reads shows whether it can be.
Result<Database> open_way(const std::string& path, const std::string& options,
                          const char* first = "") {
  Result<Database> database = Database::open_for_reading(path, options);
  if (!database) return database;
  if (const Result<void> set = database->run(first); !set) return fail(set.error());
  const Result<std::int64_t> version = database->query_int("PRAGMA schema_version");
  if (!version) return fail(version.error());
  return database;
}

Result<OpenedFile> open_any_way(const std::string& path) {
  const bool is_without_locks = has_bytes(path + "-wal");
  Result<Database> database = open_way(path, "mode=ro");
  bool is_first_way = database.has_value();
  if (!database && is_without_locks)
    database = open_way(path, "mode=ro&vfs=unix-none", "PRAGMA locking_mode=EXCLUSIVE");
  else if (!database)
    database = open_way(path, "mode=ro&immutable=1");
  if (!database) return fail(database.error());
  return OpenedFile{std::move(*database), true, std::nullopt, !is_first_way && is_without_locks};
}

bool is_readable(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

/// The columns of a table, with the values that they have where nothing was written.
Result<std::map<std::string, std::string>> columns_of(Database& database,
                                                      const std::string& table) {
  Result<Statement> statement =
      database.prepare("SELECT name, COALESCE(dflt_value, 'NULL') FROM pragma_table_info(?)");
  if (!statement) return fail(statement.error());
  statement->bind(table);
  std::map<std::string, std::string> columns;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return columns;
    std::string name = statement->next_text();
    columns[std::move(name)] = statement->next_text();
  }
}

// It cannot be migrated, but what was only added can be thought of: views of this connection stand
// before the tables.
Result<void> look_newer(Database& database) {
  Result<Database> present = Database::open_empty();
  if (!present) return fail(present.error());
  if (const Result<void> made = migrate(*present, migrations()); !made) return made;
  if (const Result<void> made = add_missing(*present, additions()); !made) return made;
  for (const char* table : {"jobs", "results"}) {
    const Result<std::map<std::string, std::string>> wanted = columns_of(*present, table);
    if (!wanted) return fail(wanted.error());
    const Result<std::map<std::string, std::string>> there = columns_of(database, table);
    if (!there) return fail(there.error());
    std::string added;
    for (const auto& [name, value] : *wanted)
      if (there->count(name) == 0) added += ", " + value + " AS " + name;
    if (added.empty()) continue;
    const Result<void> viewed = database.run(
        format("CREATE TEMP VIEW %s AS SELECT *%s FROM main.%s", table, added.c_str(), table));
    if (!viewed) return viewed;
  }
  for (const auto& [table, view] : {std::pair("asked", "SELECT '' AS hash, 0 AS job WHERE 0"),
                                    std::pair("names", "SELECT 0 AS job, '' AS name WHERE 0")}) {
    const Result<std::map<std::string, std::string>> there = columns_of(database, table);
    if (!there) return fail(there.error());
    if (!there->empty()) continue;
    if (Result<void> viewed = database.run(format("CREATE TEMP VIEW %s AS %s", table, view));
        !viewed)
      return viewed;
  }
  return {};
}

Result<void> check_readable(Database& database, bool is_small) {
  const Result<std::int64_t> id = database.query_int("PRAGMA application_id");
  if (!id) return fail(id.error());
  if (*id != application_id) return refuse_ledger(database.path(), "is another program's database");
  if (is_small) {
    if (const Result<void> whole = check_all_pages(database); !whole) return whole;
  }
  if (const Result<void> known = refuse_newer(database, migrations()); !known) return known;
  return look_newer(database);
}

}  // namespace

Result<OpenedFile> open_for_reading(const std::string& folder, const Error& reason) {
  const std::string path = folder + "/ledger.db";
  if (const Result<void> fine = check_head(path); !fine) return fail(fine.error());
  for (const std::string& its : {folder, folder + "/clips"}) {
    if (const Result<void> fine = refuse_public(its); !fine) return fail(fine.error());
  }
  Result<OpenedFile> file = open_any_way(path);
  // Damage is worth more words than that it cannot be written.
  if (!file) return fail(is_readable(path) ? file.error() : reason);
  if (const Result<void> fine = check_readable(file->database, is_quickly_checked(path)); !fine)
    return fail(fine.error());
  Error refusal = reason;
  refusal.retriable = false;
  refusal.message = format(
      "%s The library can be read, and what it has plays; to pay for more, "
      "make it writable or set another library.",
      reason.message.c_str());
  file->read_only = std::move(refusal);
  return file;
}

}  // namespace prompt::ledger
