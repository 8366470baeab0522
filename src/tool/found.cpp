// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/found.h"

#include <utility>

namespace prompt::tool {

Option folder_option() {
  return {"in", 'i', "DIR", "The folder of the takes (else the current one)"};
}

std::string folder_of_takes(const Line& line) {
  return line.has("in") ? line.text("in") : std::string(".");
}

Result<std::vector<edit::FoundShot>> find_shots(const Line& line,
                                                const std::vector<std::string>& names) {
  Result<std::vector<edit::FoundShot>> shots = edit::read_take_folder(folder_of_takes(line));
  if (!shots) return shots;
  if (shots->empty())
    return fail(ErrorKind::not_found, "There are no takes in '" + folder_of_takes(line) +
                                          "': 'gst-prompt generate' and 'batch' make some.");
  return edit::pick_shots(std::move(*shots), names);
}

}  // namespace prompt::tool
