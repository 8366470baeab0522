// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/log.h"

#include <atomic>
#include <cstdarg>

#include "base/ref.h"

namespace prompt {
namespace {
std::atomic<LogSink> current_sink = nullptr;
}

void set_log_sink(LogSink sink) { current_sink.store(sink); }

void log(LogLevel level, const char* pattern, ...) {
  const LogSink sink = current_sink.load();
  if (sink == nullptr) return;
  va_list arguments;
  va_start(arguments, pattern);
  const OwnedString message(g_strdup_vprintf(pattern, arguments));
  va_end(arguments);
  sink(level, message.get());
}

}  // namespace prompt
