// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What came, beside what was asked for.
#pragma once

#include <string>
#include <vector>

#include "edit/clip_facts.h"
#include "engine/library.h"
#include "json/value.h"

namespace prompt::edit {

/// "864x496, 24 fps, 5.04 s, no sound"
[[nodiscard]] std::string summary_of(const ClipFacts& facts);

/// The facts as a sidecar has them (docs/sidecar.schema.json).
[[nodiscard]] json::Object delivered_object(const ClipFacts& facts);

/// Each thing that is not as it was asked for, as a part of a sentence: "10 s asked for, 5.04 s
/// delivered". What providers round as a matter of course (5.04 s for 5, 496 lines for 480p) is
/// none. Pure.
[[nodiscard]] std::vector<std::string> differences(const engine::LibraryJob& job,
                                                   const ClipFacts& facts);

}  // namespace prompt::edit
