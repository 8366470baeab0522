// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Media files that a test makes by GStreamer's own encoders.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "check.h"

namespace prompt::edit::test {

/// A folder that is gone with the object.
class Folder {
 public:
  Folder() {
    gchar* const made = g_dir_make_tmp("prompt-edit-XXXXXX", nullptr);
    path_ = made;
    g_free(made);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    const std::string command = "rm -rf '" + path_ + "'";
    fail_unless(system(command.c_str()) == 0);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
}

/// Runs a pipeline with the file as the location of its element `out`, until it ends.
inline void make_media(const std::string& path, const std::string& description) {
  GError* error = nullptr;
  GstElement* const pipeline =
      gst_parse_launch((description + " ! filesink name=out").c_str(), &error);
  fail_unless(error == nullptr, "%s: %s", description.c_str(), error ? error->message : "");
  GstElement* const out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  g_object_set(out, "location", path.c_str(), nullptr);
  gst_object_unref(out);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* const bus = gst_element_get_bus(pipeline);
  GstMessage* const message = gst_bus_timed_pop_filtered(
      bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &error, nullptr);
    fail_unless(false, "%s: %s", description.c_str(), error->message);
  }
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

}  // namespace prompt::edit::test
