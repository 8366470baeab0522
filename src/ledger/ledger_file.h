// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The files of a library: making the folders, making a new ledger in one step, and looking at one
// that is there before anything is written to it.
#pragma once

#include <string>

#include "base/error.h"
#include "ledger/database.h"

namespace prompt::ledger {

/// Makes `folder` and `folder`/clips (mode 0700) and proves that both can be written. Errors
/// (storage, no_space) name the folder; a folder that everybody may write to is refused.
[[nodiscard]] Result<void> prepare_folders(const std::string& folder);

struct OpenedFile {
  Database database;
  /// All of it was looked at, because it is small; see whole_check.h for those that are not.
  bool is_checked = false;
};

/// Opens `folder`/ledger.db, makes it if there is none, checks and migrates it; takes no longer for
/// a large one. A new one appears whole or not at all, so an empty or cut file is never mistaken
/// for a fresh one. Errors: storage (no ledger, damaged, newer; left byte for byte as it was),
/// no_space.
[[nodiscard]] Result<OpenedFile> open_ledger_file(const std::string& folder);

}  // namespace prompt::ledger
