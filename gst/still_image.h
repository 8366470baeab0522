// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A still image as a video stream: imagefreeze repeats the frame, but has no idea of an end.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

/// Makes `freeze` (an imagefreeze in PAUSED, before its image arrives) end after `duration`,
/// whatever the frame rate, and again after every seek that `last`, the element behind it, gets
/// from downstream. False if imagefreeze does not take it.
[[nodiscard]] bool show_for(GstElement* freeze, GstElement* last, GstClockTime duration);

}  // namespace prompt::element
