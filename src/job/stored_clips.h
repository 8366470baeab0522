// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Between the ledger's rows and the files in the clips folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clip/clip_file.h"
#include "ledger/job_row.h"

namespace prompt::job {

struct Opened {
  std::vector<std::shared_ptr<clip::ClipFile>> clips;
  std::string damaged;  ///< The first file that is missing or not what was stored; empty: none.
};

/// Opens the finished results, after proving that each is what was stored. Reads the files; worker
/// threads only.
[[nodiscard]] Opened open_stored(const std::string& clips_folder,
                                 const std::vector<ledger::ResultRow>& results);

/// Writes into the row by what the finished file is known again.
void describe_finished(const clip::ClipFile& clip, ledger::ResultRow& row);

}  // namespace prompt::job
