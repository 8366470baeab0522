// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What --help says, and the man page: both from the tables of commands and options.
#pragma once

#include <string>

#include "tool/command.h"

namespace prompt::tool {

[[nodiscard]] std::string help_text();
[[nodiscard]] std::string help_text(const Command& command);
/// gst-prompt(1), in roff.
[[nodiscard]] std::string man_page();

}  // namespace prompt::tool
