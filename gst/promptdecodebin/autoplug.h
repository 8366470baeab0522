// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What decodebin may plug inside promptdecodebin: all that it would plug for a file, but what can
// make GStreamer open further addresses or files (playlists, manifests, session descriptions). A
// clip comes from a stranger's server, so that is never plugged, at no level.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

/// Whether an element of this factory may take a stream of these caps: a demuxer, parser or decoder
/// that opens nothing by itself. Loads the factory's plugin where that is needed to know. Any
/// thread.
[[nodiscard]] bool may_plug(GstElementFactory* factory, const GstCaps* caps);

/// Whether such a stream is text: subtitles, which are left out, and all that is written in words
/// and could name addresses.
[[nodiscard]] bool is_text(const GstCaps* caps);

}  // namespace prompt::element
