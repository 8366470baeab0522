// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A small picture of a take, for pages that show many.
#pragma once

#include <string>

#include "base/error.h"
#include "edit/clip_facts.h"

namespace prompt::edit {

/// The frame in the middle as a JPEG, so many pixels wide and in the shape that players show.
/// Blocks: half of the take is decoded. Errors: settings (no video), wrong_media, unavailable,
/// deadline.
[[nodiscard]] Result<std::string> read_poster(const std::string& path, const ClipFacts& facts,
                                              int width);

}  // namespace prompt::edit
