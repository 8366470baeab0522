// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine's log. It knows no GStreamer: the plugin sets a sink that forwards to its debug
// category `promptjob`. Whoever logs thinks of keys and signed URLs first (base/text.h has the
// means to hide them).
#pragma once

#include <glib.h>

namespace prompt {

enum class LogLevel { error, warning, info, debug, trace };

/// Receives every message; must be thread-safe and must not block.
using LogSink = void (*)(LogLevel level, const char* message);

/// Sets where messages go; nullptr (the default) drops them. Call once, early, from any thread.
[[gnu::visibility("default")]] void set_log_sink(LogSink sink);

/// Logs a printf-like message. Thread-safe; cheap when no sink is set.
[[gnu::visibility("default")]] void log(LogLevel level, const char* pattern, ...)
    G_GNUC_PRINTF(2, 3);

}  // namespace prompt
