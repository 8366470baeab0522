// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/debug.h"

#include <array>

#include "base/log.h"
#include "base/text.h"

namespace prompt::element {
namespace {

GstDebugCategory* make_category(const char* name, const char* description) {
  GstDebugCategory* made = nullptr;
  GST_DEBUG_CATEGORY_INIT(made, name, 0, description);
  return made;
}

/// In the order of LogCategory.
const std::array<GstDebugCategory*, log_category_count>& engine_categories() {
  static const std::array<GstDebugCategory*, log_category_count> categories = {
      make_category("promptjob", "jobs of the prompt engine"),
      make_category("prompthttp", "exchanges of the prompt engine"),
      make_category("promptclip", "files of the prompt engine"),
      make_category("promptledger", "ledger of the prompt engine"),
      make_category("promptengine", "the prompt engine itself")};
  return categories;
}

GstDebugCategory* debug_category_of(LogCategory category) {
  return engine_categories()[static_cast<std::size_t>(category)];
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

bool is_wanted(LogCategory category, LogLevel level) {
  return level_of(level) <= gst_debug_category_get_threshold(debug_category_of(category));
}

void on_log(const LogLine& line, const char* message) {
  const Place& place = line.place();
  const std::string object = line.job()[0] == '\0' ? "" : format("job %s", line.job());
  gst_debug_log_id_literal(debug_category_of(line.category()), level_of(line.level()),
                           place.short_file(), place.function, place.line,
                           object.empty() ? nullptr : object.c_str(), message);
}

}  // namespace

GstDebugCategory* debug_category_source() {
  static GstDebugCategory* const category = make_category("promptsrc", "source of prompted clips");
  return category;
}

GstDebugCategory* debug_category_bin() {
  static GstDebugCategory* const category =
      make_category("promptdecodebin", "decoder of prompted clips");
  return category;
}

void init_debug() {
  debug_category_source();
  debug_category_bin();
  engine_categories();
  set_log_sink(on_log, is_wanted);
}

}  // namespace prompt::element
