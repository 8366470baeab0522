// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/still_image.h"

#include <algorithm>

namespace prompt::element {
namespace {

// The end is a seek's, so that it is told by duration queries, too.
GstEvent* make_seek(double rate, GstSeekFlags flags, GstSeekType start_type, gint64 start,
                    gint64 stop) {
  return gst_event_new_seek(rate, GST_FORMAT_TIME, flags, start_type, start, GST_SEEK_TYPE_SET,
                            stop);
}

// A player's seek mostly says "to the end", which would be for ever.
GstPadProbeReturn on_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEEK) return GST_PAD_PROBE_OK;
  double rate = 1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  GstSeekType start_type = GST_SEEK_TYPE_NONE;
  GstSeekType stop_type = GST_SEEK_TYPE_NONE;
  gint64 start = 0;
  gint64 stop = 0;
  gst_event_parse_seek(event, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (format != GST_FORMAT_TIME || stop_type != GST_SEEK_TYPE_SET) return GST_PAD_PROBE_OK;
  const gint64 end = *static_cast<gint64*>(data);
  if (stop >= 0 && stop <= end) return GST_PAD_PROBE_OK;
  // From behind the end there is nothing to show but the last moment.
  if (start_type == GST_SEEK_TYPE_SET) start = std::min(start, end);
  GstEvent* limited = make_seek(rate, flags, start_type, start, end);
  gst_event_set_seqnum(limited, gst_event_get_seqnum(event));
  gst_event_unref(event);
  GST_PAD_PROBE_INFO_DATA(info) = limited;
  return GST_PAD_PROBE_OK;
}

}  // namespace

bool show_for(GstElement* freeze, GstElement* last, GstClockTime duration) {
  const auto end = static_cast<gint64>(duration);
  GstPad* pad = gst_element_get_static_pad(last, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event, new gint64(end),
                    [](gpointer data) { delete static_cast<gint64*>(data); });
  gst_object_unref(pad);
  pad = gst_element_get_static_pad(freeze, "src");
  const gboolean done =
      gst_pad_send_event(pad, make_seek(1.0, GST_SEEK_FLAG_NONE, GST_SEEK_TYPE_SET, 0, end));
  gst_object_unref(pad);
  return done != FALSE;
}

}  // namespace prompt::element
