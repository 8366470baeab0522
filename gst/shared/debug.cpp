// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/debug.h"

#include "base/log.h"

namespace prompt::element {
namespace {

GstDebugCategory* debug_category_job() {
  static GstDebugCategory* const category = [] {
    GstDebugCategory* made = nullptr;
    GST_DEBUG_CATEGORY_INIT(made, "promptjob", 0, "jobs of the prompt engine");
    return made;
  }();
  return category;
}

GstDebugLevel level_of(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return GST_LEVEL_ERROR;
    case LogLevel::warning:
      return GST_LEVEL_WARNING;
    case LogLevel::info:
      return GST_LEVEL_INFO;
    case LogLevel::debug:
      return GST_LEVEL_DEBUG;
    case LogLevel::trace:
      break;
  }
  return GST_LEVEL_TRACE;
}

void on_log(LogLevel level, const char* message) {
  GST_CAT_LEVEL_LOG(debug_category_job(), level_of(level), nullptr, "%s", message);
}

}  // namespace

GstDebugCategory* debug_category_source() {
  static GstDebugCategory* const category = [] {
    GstDebugCategory* made = nullptr;
    GST_DEBUG_CATEGORY_INIT(made, "promptsrc", 0, "source of prompted clips");
    return made;
  }();
  return category;
}

GstDebugCategory* debug_category_bin() {
  static GstDebugCategory* const category = [] {
    GstDebugCategory* made = nullptr;
    GST_DEBUG_CATEGORY_INIT(made, "promptdecodebin", 0, "decoder of prompted clips");
    return made;
  }();
  return category;
}

void init_debug() {
  debug_category_source();
  debug_category_bin();
  debug_category_job();
  set_log_sink(on_log);
}

}  // namespace prompt::element
