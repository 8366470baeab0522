// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What decodebin may plug inside promptdecodebin. A clip comes from a stranger's server: whatever
// can make GStreamer open further addresses (playlists, manifests, session descriptions) is never
// plugged, at no level.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

/// Whether an element of this factory may take a stream of these caps. Any thread.
[[nodiscard]] bool may_plug(GstElementFactory* factory, const GstCaps* caps);

}  // namespace prompt::element
