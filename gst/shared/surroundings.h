// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where an element stands: what is linked to it, and what it is part of. The answers are those of
// this moment, as applications may change both at any time. Any thread; object locks are taken one
// at a time, so no other lock of GStreamer's may be held.
#pragma once

#include <gst/gst.h>

#include <string>

namespace prompt::element {

/// Whether it pushes, is pulled, or does neither.
[[nodiscard]] GstPadMode mode_of(GstPad* pad);

/// Whether a source pad leads to a pad of an element, through however many ghost and proxy pads: a
/// ghost pad that nothing is linked to leads nowhere.
[[nodiscard]] bool is_linked(GstPad* pad);

/// Whether the topmost of what an element is in is a pipeline.
[[nodiscard]] bool is_in_pipeline(GstElement* element);

/// The name of the innermost demuxer that an element is part of; empty if there is none. Demuxers
/// that open addresses (HLS, DASH, Smooth Streaming, editing lists) keep their sources inside.
[[nodiscard]] std::string demuxer_around(GstElement* element);

/// Posts a message (transfer full) from a thread that the element's streams and states do not wait
/// for. GStreamer's bins read a child's messages without a reference to themselves, so all that the
/// element is in is kept alive meanwhile. May drop the last reference to a stopped pipeline.
void post_message(GstElement* element, GstMessage* message);

}  // namespace prompt::element
