// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Small pictures of a clip, painted at once and in memory: what a service shows of a video beside
// it. A fraction of a frame's work, so the server does it itself.
#pragma once

#include <string>

#include "rehearsal/render/render_spec.h"

namespace prompt::rehearsal {

/// One frame, as PNG, in the middle of the clip and at most 640 wide; empty if memory is short.
[[nodiscard]] std::string paint_thumbnail(const RenderSpec& spec);
/// 5 x 4 frames from the clip's whole length, each at most 160 wide, as one PNG.
[[nodiscard]] std::string paint_spritesheet(const RenderSpec& spec);

}  // namespace prompt::rehearsal
