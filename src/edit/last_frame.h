// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A take's end as a picture: what the next shot of a chain begins with.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "edit/clip_facts.h"
#include "edit/decoding.h"

namespace prompt::edit {

enum class LastFrame {
  exact,     ///< The last one.
  sharpest,  ///< Of the last 12 the one with the most detail: the very last may be blurred.
};

struct FramePicture {
  std::int64_t frame = 0;  ///< Which of the take's it is, from 0.
  int width = 0;
  int height = 0;
};

/// Writes a PNG, which must not be there, with square pixels. `facts` are of `from`. Blocks; all of
/// the take is decoded. Errors: settings (the name is taken, no video), wrong_media, no_space,
/// storage, unavailable, deadline, interrupted; nothing is left then.
[[nodiscard]] Result<FramePicture> write_last_frame(const std::string& from, const ClipFacts& facts,
                                                    const std::string& to, LastFrame which,
                                                    const Progress& progress = {});

}  // namespace prompt::edit
