// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All takes of a folder side by side, as one page that works from the disk: posters are in it,
// videos beside it, and nothing comes from elsewhere.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "edit/take_folder.h"

namespace prompt::edit {

struct SheetOptions {
  std::string title;
  std::string folder;  ///< Where the page will lie, absolute: videos are named as seen from there.
  /// Called before each take is looked at, from 0.
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// The page, UTF-8. A take that cannot be shown is a tile that says why. Prompts and names are
/// strangers' words: they are text and nothing else. Blocks: a frame of each take is decoded.
[[nodiscard]] std::string write_sheet(const std::vector<FoundShot>& shots,
                                      const SheetOptions& options);

}  // namespace prompt::edit
