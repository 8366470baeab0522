// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptdecodebin/short_gif.h"

#include <algorithm>

namespace prompt::element {
namespace {

constexpr char trailer = 0x3B;

struct Wrapped {
  GstPadGetRangeFunction get_range;
  guint64 size;
};

GstFlowReturn get_range(GstPad* pad, GstObject* parent, guint64 offset, guint length,
                        GstBuffer** buffer) {
  const auto* wrapped = static_cast<const Wrapped*>(pad->getrangedata);
  if (offset < wrapped->size) {
    const guint64 left = wrapped->size - offset;
    return wrapped->get_range(pad, parent, offset,
                              static_cast<guint>(std::min<guint64>(length, left)), buffer);
  }
  if (offset > wrapped->size || length == 0) return GST_FLOW_EOS;
  if (*buffer == nullptr) *buffer = gst_buffer_new_allocate(nullptr, 1, nullptr);
  gst_buffer_fill(*buffer, 0, &trailer, 1);
  gst_buffer_set_size(*buffer, 1);
  GST_BUFFER_OFFSET(*buffer) = offset;
  GST_BUFFER_OFFSET_END(*buffer) = offset + 1;
  return GST_FLOW_OK;
}

}  // namespace

void end_gif_twice(GstElement* source, guint64 size) {
  GstPad* pad = gst_element_get_static_pad(source, "src");
  auto* wrapped = new Wrapped{GST_PAD_GETRANGEFUNC(pad), size};
  gst_pad_set_getrange_function_full(pad, get_range, wrapped,
                                     [](gpointer data) { delete static_cast<Wrapped*>(data); });
  gst_object_unref(pad);
}

}  // namespace prompt::element
