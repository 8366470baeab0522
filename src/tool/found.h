// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Takes that lie in a folder, as the commands for editors find them.
#pragma once

#include <string>
#include <vector>

#include "edit/take_folder.h"
#include "tool/options.h"

namespace prompt::tool {

/// --in DIR
[[nodiscard]] Option folder_option();
[[nodiscard]] std::string folder_of_takes(const Line& line);
/// The shots of that folder, or those of these names. Errors: those of read_take_folder() and
/// pick_shots(); not_found where there is none at all.
[[nodiscard]] Result<std::vector<edit::FoundShot>> find_shots(
    const Line& line, const std::vector<std::string>& names);

}  // namespace prompt::tool
