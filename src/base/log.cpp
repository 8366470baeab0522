// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/log.h"

#include <atomic>
#include <cstdarg>

#include "base/ref.h"

namespace prompt {
namespace {
std::atomic<LogSink> current_sink = nullptr;
std::atomic<LogWanted> current_wanted = nullptr;
}  // namespace

void set_log_sink(LogSink sink, LogWanted wanted) {
  current_wanted.store(wanted);
  current_sink.store(sink);
}

bool is_log_wanted(LogCategory category, LogLevel level) {
  if (current_sink.load(std::memory_order_acquire) == nullptr) return false;
  const LogWanted wanted = current_wanted.load(std::memory_order_relaxed);
  return wanted == nullptr || wanted(category, level);
}

void log(const LogLine& line, const char* pattern, ...) {
  if (!is_log_wanted(line.category(), line.level())) return;
  const LogSink sink = current_sink.load();
  if (sink == nullptr) return;
  va_list arguments;
  va_start(arguments, pattern);
  const OwnedString message(g_strdup_vprintf(pattern, arguments));
  va_end(arguments);
  sink(line, message.get());
}

}  // namespace prompt
