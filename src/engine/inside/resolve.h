// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// From what was asked for to what a job is made of: provider, request, endpoint, library.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "engine/inside/rehearsal_process.h"
#include "engine/settings.h"
#include "job/context.h"
#include "job/openers.h"
#include "ledger/job_row.h"
#include "provider/catalogue.h"

namespace prompt::engine {

struct Resolved {
  job::Spec spec;              ///< The same for all who ask for the same.
  job::Permission permission;  ///< Of the one who asks.
};

/// Checks everything that can be known without the network and the ledger. A missing key is no
/// error here (Permission::key_error): a clip of the library plays without. Reads small files; not
/// for an application's thread. Errors: settings.
[[nodiscard]] Result<Resolved> resolve(const Settings& settings,
                                       const provider::Catalogue& catalogue,
                                       const std::shared_ptr<RehearsalProcess>& rehearsal);

/// The same for a job that exists, which is gone on with, and nothing else: the permission can pay
/// for nothing. The key is looked up; it is never sent where the provider's requests do not go now.
/// Errors: settings (unknown provider, another address); malformed (the row is not one of ours).
[[nodiscard]] Result<Resolved> resolve_row(const ledger::JobRow& row, const std::string& library,
                                           const provider::Catalogue& catalogue,
                                           const std::shared_ptr<RehearsalProcess>& rehearsal);

}  // namespace prompt::engine
