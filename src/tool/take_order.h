// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Takes that are wanted as files: which names they get, and how they come there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edit/take_file.h"
#include "tool/runner.h"

namespace prompt::tool {

/// A take of a shot, before it is made.
struct WantedTake {
  std::string name;  ///< The shot's: "Shot_01".
  engine::Settings settings;
  engine::Quote quote;
};

struct TakeFolder {
  std::string path = ".";
  edit::TakeCopy copy = edit::TakeCopy::copy;
};

/// Whose the name of this take is in the folder; nothing: it is free. Reads the folder.
[[nodiscard]] std::optional<edit::TakeIdentity> find_owner(const TakeFolder& folder,
                                                           const WantedTake& take);

/// Whether takes can be put there, or the folder be made. Error: settings, which names it.
[[nodiscard]] Result<void> check_folder(const std::string& folder);

/// Whether the name of each take is free in the folder, or belongs to the very job that its request
/// leads to. Reads the folder. Error: settings, which names the file.
[[nodiscard]] Result<void> check_names_are_free(const std::vector<WantedTake>& takes,
                                                const TakeFolder& folder);

/// Puts all results of a job that is ready into the folder, and says so: paths on stdout, or
/// events.
ExitCode deliver(const WantedTake& take, const TakeFolder& folder, const Snapshot& job,
                 bool is_json, Display& display);

}  // namespace prompt::tool
