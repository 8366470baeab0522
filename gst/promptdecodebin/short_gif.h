// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Makes libav's GIF demuxer come to an end (gst-libav 1.22). It looks through the whole of a short
// GIF to learn about its streams, and then reads behind the end for ever, one core busy, because
// nothing there is no end to it. A second trailer is.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

/// `source`, which reads a GIF of `size` bytes in pull mode, gives one more byte, a trailer, to
/// whoever reads on at the end. Before it is started.
void end_gif_twice(GstElement* source, guint64 size);

}  // namespace prompt::element
