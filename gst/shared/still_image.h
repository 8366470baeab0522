// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A still image as a video stream: imagefreeze repeats the frame, but has no idea of an end.
#pragma once

#include <gst/gst.h>

#include <chrono>

namespace prompt::element {

/// How long a still is shown that is asked for with this duration, in seconds.
[[nodiscard]] constexpr std::chrono::seconds still_duration(unsigned asked_s) {
  constexpr unsigned usual = 5;
  return std::chrono::seconds(asked_s != 0 ? asked_s : usual);
}

/// Makes `freeze` (an imagefreeze in PAUSED, before its image arrives) end after `duration`,
/// whatever the frame rate, and again after every seek that `last`, the element behind it, gets
/// from downstream. False if imagefreeze does not take it.
[[nodiscard]] bool show_for(GstElement* freeze, GstElement* last, GstClockTime duration);

}  // namespace prompt::element
