// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which jobs of a library are meant.
#pragma once

#include "base/snapshot.h"
#include "engine/library.h"
#include "tool/options.h"

namespace prompt::tool {

/// --name, --provider, --state, --media and --since.
[[nodiscard]] Options filter_options();
/// What they say; the line's words are what is looked for in the prompts. Error: settings.
[[nodiscard]] Result<engine::LibraryFilter> read_filter(const Line& line);

/// "ready", "failed", ... Error: settings.
[[nodiscard]] Result<JobState> parse_state(const std::string& text);

}  // namespace prompt::tool
