// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// GStreamer for programs that are no pipelines: begun at its first use, elements by name.
#pragma once

#include <gst/gst.h>

#include "base/error.h"
#include "base/ref.h"

namespace prompt {

template <>
struct RefTraits<GstCaps> {
  static void ref(GstCaps* caps) { gst_caps_ref(caps); }
  static void unref(GstCaps* caps) { gst_caps_unref(caps); }
};

template <>
struct RefTraits<GstSample> {
  static void ref(GstSample* sample) { gst_sample_ref(sample); }
  static void unref(GstSample* sample) { gst_sample_unref(sample); }
};

template <>
struct RefTraits<GstMessage> {
  static void ref(GstMessage* message) { gst_message_ref(message); }
  static void unref(GstMessage* message) { gst_message_unref(message); }
};

}  // namespace prompt

namespace prompt::edit {

/// Begins GStreamer, unless the application has. Error: unavailable. Any thread.
[[nodiscard]] Result<void> ready_gstreamer();

/// A new element, which the caller owns as one that was not sunk. Error: unavailable, naming the
/// element and what to install.
[[nodiscard]] Result<Ref<GstElement>> make_element(const char* factory);

/// What an error message on the bus says, fit to show, as the end of a sentence.
[[nodiscard]] std::string bus_error_text(GstMessage* message);

/// Stops a pipeline and lets it go without waiting for its threads: one of them may hang.
void abandon_pipeline(Ref<GstElement> pipeline);

}  // namespace prompt::edit
