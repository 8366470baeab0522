// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/gst_ready.h"

#include "base/text.h"

namespace prompt::edit {

Result<void> ready_gstreamer() {
  // It has a lock of its own, and does nothing the second time.
  GErrorPtr error;
  if (gst_init_check(nullptr, nullptr, error.out()) == FALSE)
    return fail(ErrorKind::unavailable, std::string("GStreamer does not begin: ") +
                                            (error ? error->message : "no reason is given") + ".");
  return {};
}

Result<Ref<GstElement>> make_element(const char* factory) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr)
    return fail(
        ErrorKind::unavailable,
        format("GStreamer has no element %s here: install gstreamer1.0-plugins-base, -good, "
               "-bad, -ugly and gstreamer1.0-libav.",
               factory));
  return Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(element)));
}

std::string bus_error_text(GstMessage* message) {
  GErrorPtr error;
  gst_message_parse_error(message, error.out(), nullptr);
  return show_safely(error ? error->message : "an unknown error", {}, 200);
}

void abandon_pipeline(Ref<GstElement> pipeline) {
  gst_element_call_async(
      pipeline.get(),
      [](GstElement* element, gpointer) { gst_element_set_state(element, GST_STATE_NULL); },
      nullptr, nullptr);
}

}  // namespace prompt::edit
