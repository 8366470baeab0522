// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Rows of the tables to structs and back: the one place that knows the order of the columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/database.h"
#include "ledger/job_row.h"

namespace prompt::ledger {

/// "SELECT <the columns that read_job() reads> FROM jobs "
[[nodiscard]] const std::string& select_jobs();
/// Error: storage for a state that this version does not know.
[[nodiscard]] Result<JobRow> read_job(Statement& statement);
/// All rows of the statement.
[[nodiscard]] Result<std::vector<JobRow>> read_jobs(Statement& statement);

/// The job in this row, if there is one.
[[nodiscard]] Result<std::optional<JobRow>> find_job(Database& database, std::int64_t row);

/// Inserts the row with its state and times as they are; gives it its number.
[[nodiscard]] Result<void> insert_job(Database& database, JobRow& job);
/// Writes what may change after the insert, except armed_at; the row must exist.
[[nodiscard]] Result<void> update_job(Database& database, const JobRow& job);

/// Writes that the job was asked for so, unless that is known.
[[nodiscard]] Result<void> put_asked(Database& database, std::int64_t row,
                                     const std::string& asked_hash);

[[nodiscard]] Result<std::vector<ResultRow>> read_results(Database& database, std::int64_t row);
/// Adds the result, or replaces the one at its position.
[[nodiscard]] Result<void> put_result(Database& database, std::int64_t row,
                                      const ResultRow& result);

}  // namespace prompt::ledger
