// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The files of a library: making the folders, making a new ledger in one step, and looking at one
// that is there before anything is written to it.
#pragma once

#include <optional>
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
  /// Why it can only be read (read_only.h): the error of everything that would write.
  std::optional<Error> read_only;
  /// It is read without locks. Closing such a one would take away those of another connection that
  /// this process has to the same file.
  bool is_without_locks = false;
};

/// Refuses what is no plain file, or empty, before SQLite sees it: it would take an empty one for a
/// new database.
[[nodiscard]] Result<void> check_head(const std::string& path);

/// Refuses a folder that everybody may write to.
[[nodiscard]] Result<void> refuse_public(const std::string& folder);

/// Opens `folder`/ledger.db, makes it if there is none, checks and migrates it; takes no longer for
/// a large one. A new one appears whole or not at all, so an empty or cut file is never mistaken
/// for a fresh one. Errors: storage (no ledger, damaged, newer; left byte for byte as it was),
/// no_space.
[[nodiscard]] Result<OpenedFile> open_ledger_file(const std::string& folder);

}  // namespace prompt::ledger
