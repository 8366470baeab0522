// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a Library holds.
#pragma once

#include <memory>

#include "engine/library.h"
#include "ledger/jobs.h"

namespace prompt::engine {

/// Constant once made.
struct Library::State {
  std::shared_ptr<ledger::Ledger> ledger;
};

}  // namespace prompt::engine
