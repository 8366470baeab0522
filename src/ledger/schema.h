// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The tables of the ledger and how older ledgers become newer ones. docs/ledger.md describes the
// columns for people; a change here is a new migration at the end, never an edit of an old one.
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

/// PRAGMA application_id: tells a ledger from other SQLite files ("gpml").
constexpr int application_id = 0x67706d6c;

/// From nothing (0) to the present version.
[[nodiscard]] std::span<const Migration> migrations();

/// Error: storage for a ledger newer than the last migration; names both versions.
[[nodiscard]] Result<void> refuse_newer(Database& database, std::span<const Migration> steps);

/// Runs what is missing, in one transaction: after an error the ledger is what it was. Another
/// process may do the same at once. Errors: storage for a ledger newer than the last migration
/// (names both versions), no_space.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps);

}  // namespace prompt::ledger
