// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A ledger that can only be read: another user's, a backup on a read-only mount, a full disk. It is
// opened in the first way that works:
//  - as SQLite does by itself, if the `-shm` is there or can be made: what others write is seen;
//  - if it cannot be made and nothing is in the log: as a file that does not change;
//  - if something is in the log (its writer was killed, or it is a copy of both files): without
//    locks and with the log's index in memory, so that nothing has to be copied or written.
// In the last two ways nobody can be writing through this folder, and what somebody writes through
// another mount is seen at the next opening, or as an error.
#pragma once

#include <string>

#include "base/error.h"
#include "ledger/ledger_file.h"

namespace prompt::ledger {

/// Opens `folder`/ledger.db, which is there, for reading; nothing in it is changed. A ledger of an
/// older version is read as if it were of this one. `reason` is why it cannot be written, which
/// becomes the error of everything that would write. Errors: `reason` if it cannot be read either;
/// storage (damaged, newer, another program's).
[[nodiscard]] Result<OpenedFile> open_for_reading(const std::string& folder, const Error& reason);

}  // namespace prompt::ledger
