// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The tables of the ledger and how older ledgers become newer ones. docs/ledger.md describes the
// columns for people; a change here is a new addition or a new migration at the end, never an edit
// of an old one. A migration shuts out programs of the version before; an addition does not.
#pragma once

#include <span>

#include "base/error.h"
#include "ledger/database.h"

namespace prompt::ledger {

/// Brings a ledger from the version before to this one.
struct Migration {
  int version;      ///< PRAGMA user_version afterwards; ascending by one.
  const char* sql;  ///< Statements; run inside a transaction.
};

/// A column, or a whole table, that earlier versions do not miss. It needs no migration: the
/// version number stays, so that a program of the version before goes on opening the ledger, and on
/// writing to it.
struct Addition {
  const char* table;
  const char* column;      ///< nullptr: the table itself.
  const char* definition;  ///< Of a column: with a default that means "not known". Of a table: what
                           ///< stands behind its name, and further statements.
};

/// PRAGMA application_id: tells a ledger from other SQLite files ("gpml").
constexpr int application_id = 0x67706d6c;

/// From nothing (0) to the present version.
[[nodiscard]] std::span<const Migration> migrations();

/// Error: storage for a ledger newer than the last migration; names both versions.
[[nodiscard]] Result<void> refuse_newer(Database& database, std::span<const Migration> steps);

/// What was added since the last migration.
[[nodiscard]] std::span<const Addition> additions();

/// Runs what is missing, in one transaction: after an error the ledger is what it was. Another
/// process may do the same at once. Errors: storage for a ledger newer than the last migration
/// (names both versions), no_space.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps);

/// Adds what is missing, in the same way. Other processes may be at work, also such as do not know
/// of it.
[[nodiscard]] Result<void> add_missing(Database& database, std::span<const Addition> wanted);

}  // namespace prompt::ledger
