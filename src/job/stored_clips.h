// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Between the ledger's rows and the files in the clips folder: what of a job's results lies there,
// whole, and how the ledger is told of a file that has just become whole. A file has one of a few
// names that its job and position give it, so the folder is never searched.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clip/clip_file.h"
#include "ledger/jobs.h"

namespace prompt::job {

/// The name of a result's file, without an extension.
[[nodiscard]] std::string clip_name(const std::string& job_id, int position);

/// Tells the ledger of this result's file. Holds the ledger; its calls may come on any thread.
[[nodiscard]] clip::Keeper make_keeper(std::shared_ptr<ledger::Ledger> ledger, std::int64_t job_row,
                                       ledger::ResultRow result);

/// Writes into the row by what a finished file is known again.
void describe(const clip::Finished& finished, ledger::ResultRow& row);

/// A job's results as they lie in the library.
struct Stored {
  std::vector<ledger::ResultRow> rows;                 ///< `complete`: it is here, whole.
  std::vector<std::shared_ptr<clip::ClipFile>> clips;  ///< Of each row; nullptr: not here.
  /// The file of each row that was complete and is missing, or not what was stored; else empty.
  std::vector<std::string> damaged;
};

enum class Adopt {
  no,    ///< Only what the ledger calls complete is looked at.
  only,  ///< Whole files that it was not told of are opened, and nothing is written: it cannot be.
  yes,   ///< They are given their name and written down, too.
};

/// Looks at what of `rows`, the results of `job`, is here; asks nobody and needs no key. Reads the
/// files: worker threads only. With Adopt::yes, the job must be owned.
[[nodiscard]] Stored find_stored(const std::shared_ptr<ledger::Ledger>& ledger,
                                 const ledger::JobRow& job, std::vector<ledger::ResultRow> rows,
                                 Adopt adopt);

}  // namespace prompt::job
