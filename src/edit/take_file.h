// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A clip of the library as a file that people and editors handle. Editors write into media, so it
// is a copy of its own (a reflink where the file system can), never a hard link to what was paid
// for, unless that is asked for.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "engine/library.h"
#include "json/value.h"

namespace prompt::edit {

enum class TakeCopy {
  copy,       ///< A reflink, else a copy.
  hard_link,  ///< The library's own file, which becomes read-only.
};

/// Which clip a take's files are of, as its sidecar says.
struct TakeIdentity {
  std::string job_id;
  unsigned result = 0;
};

/// Whose the name is: nothing if no file of that stem is there ("DIR/Shot_01_take_02.*"). A file
/// without a sidecar of ours belongs to somebody else: an empty job id. Reads the folder.
[[nodiscard]] std::optional<TakeIdentity> find_take(const std::string& folder,
                                                    const std::string& stem);

struct PlacedTake {
  std::string path;
  std::string sidecar;
  bool was_there = false;    ///< It was there already, and nothing was written.
  bool was_changed = false;  ///< And it is not as it came: an editor wrote into it.
};

/// Puts a result of a job into a folder, which is made if it is missing, with its sidecar beside it
/// and first. The bytes are the library's; the time of change is that of the download. Never writes
/// over another clip: a name that is taken is an error (settings). What is there already of the
/// same result stays as it is. Errors: settings, storage, no_space; what was begun is taken
/// away.
[[nodiscard]] Result<PlacedTake> place_take(const std::string& folder, const std::string& stem,
                                            const engine::LibraryFile& file,
                                            const json::Object& sidecar, const TakeIdentity& whose,
                                            TakeCopy how);

}  // namespace prompt::edit
