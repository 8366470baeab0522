// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The ledger's rows as the face shows them, and the way to a row from what a user calls it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/snapshot.h"
#include "engine/library.h"
#include "ledger/jobs.h"

namespace prompt::engine {

/// Opens the ledger of this library (empty: as Settings::library); never makes one.
[[nodiscard]] Result<std::shared_ptr<ledger::Ledger>> open_stored(const std::string& library);

/// The job of this id, or the only one whose id begins so. Errors: those of Library::job().
[[nodiscard]] Result<ledger::JobRow> find_stored_job(ledger::Ledger& ledger, const std::string& id);
/// The states that are shown as this one; none for `idle`.
[[nodiscard]] std::vector<JobState> ledger_states(JobState state);

/// Whether it may have reached the provider.
[[nodiscard]] bool was_sent(const ledger::JobRow& row);

/// "process 4711 is at work on it"
[[nodiscard]] std::string owner_text(int pid);

}  // namespace prompt::engine
