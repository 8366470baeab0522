// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// An application that is gone as soon as it has what it wanted:
//   test-leaver DESCRIPTION eos|bytes:N|buffers:N exit|kill
// The description's sinks that are named "out" are looked at. "eos": leaves within the EOS event of
// the last sink; "bytes" and "buffers": within the buffer that makes up so many. It leaves by
// _exit(), or by SIGKILL, from the streaming thread: nobody gets the chance to tidy up. Warnings
// and errors are printed.
#include <gst/gst.h>

#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

guint64 wanted_bytes = 0;
guint64 wanted_buffers = 0;
bool is_killed = false;
guint64 bytes = 0;    // one streaming thread adds to it
guint64 buffers = 0;  // likewise

[[noreturn]] void leave(int status) {
  if (is_killed) ::kill(::getpid(), SIGKILL);
  ::_exit(status);
}

GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer) {
  if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    bytes += gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
    ++buffers;
    const bool is_enough = (wanted_bytes > 0 && bytes >= wanted_bytes) ||
                           (wanted_buffers > 0 && buffers >= wanted_buffers);
    if (is_enough) leave(0);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    // Never more than was promised: an end that comes too early is no end.
    if (wanted_bytes == 0 && wanted_buffers == 0) leave(0);
    std::fprintf(stderr, "ended after %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT " buffers\n",
                 bytes, buffers);
    ::_exit(4);
  }
  return GST_PAD_PROBE_OK;
}

// On the thread that posts it: what is said before the end is printed before the end.
GstBusSyncReply on_message(GstBus*, GstMessage* message, gpointer) {
  const bool is_error = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
  if (!is_error && GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING) return GST_BUS_DROP;
  GError* error = nullptr;
  gchar* debug = nullptr;
  if (is_error)
    gst_message_parse_error(message, &error, &debug);
  else
    gst_message_parse_warning(message, &error, &debug);
  std::fprintf(stderr, "%s: %s\n", is_error ? "ERROR" : "WARNING", error->message);
  if (is_error) ::_exit(1);
  g_clear_error(&error);
  g_free(debug);
  return GST_BUS_DROP;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 4) return 2;
  if (std::strncmp(argv[2], "bytes:", 6) == 0)
    wanted_bytes = std::strtoull(argv[2] + 6, nullptr, 10);
  else if (std::strncmp(argv[2], "buffers:", 8) == 0)
    wanted_buffers = std::strtoull(argv[2] + 8, nullptr, 10);
  is_killed = std::strcmp(argv[3], "kill") == 0;
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(argv[1], &error);
  GstElement* out = pipeline != nullptr ? gst_bin_get_by_name(GST_BIN(pipeline), "out") : nullptr;
  if (out == nullptr || error != nullptr) {
    std::fprintf(stderr, "%s\n", error != nullptr ? error->message : "no sink is named out");
    return 2;
  }
  GstPad* pad = gst_element_get_static_pad(out, "sink");
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      on_data, nullptr, nullptr);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_set_sync_handler(bus, on_message, nullptr, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (;;) ::pause();
}
