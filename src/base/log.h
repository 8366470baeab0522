// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine's log. It knows no GStreamer: the plugin sets a sink that forwards to its debug
// categories. Whoever logs thinks of keys and signed URLs first (base/text.h has the means to hide
// them).
#pragma once

#include <glib.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/place.h"

namespace prompt {

enum class LogLevel { error, warning, info, debug, trace };

/// Which layer speaks. `promptjob`, `prompthttp` and so on in the plugin.
enum class LogCategory { job, http, clip, ledger, engine };
inline constexpr std::size_t log_category_count = 5;

/// What stands before a message. Made in the call, so that its place is the caller's:
/// `log({LogCategory::http, LogLevel::info}, "...")`.
class LogLine {
 public:
  /// `job`: the id of the job that it is about, of which the first eight characters are shown;
  /// empty: none.
  LogLine(LogCategory category, LogLevel level, std::string_view job = {},
          Place place = Place::here())
      : category_(category), level_(level), place_(place) {
    const std::string_view shown = job.substr(0, job_.size() - 1);
    std::copy(shown.begin(), shown.end(), job_.begin());
  }

  [[nodiscard]] LogCategory category() const { return category_; }
  [[nodiscard]] LogLevel level() const { return level_; }
  [[nodiscard]] const char* job() const { return job_.data(); }
  [[nodiscard]] const Place& place() const { return place_; }

 private:
  LogCategory category_;
  LogLevel level_;
  std::array<char, 9> job_{};
  Place place_;
};

/// Receives every message that is wanted; must be thread-safe and must not block.
using LogSink = void (*)(const LogLine& line, const char* message);
/// Whether the sink has a use for such lines; as cheap as a load, because it is asked for each.
using LogWanted = bool (*)(LogCategory category, LogLevel level);

/// Sets where messages go; nullptr (the default) drops them. Without `wanted` all are. Call once,
/// early, from any thread.
[[gnu::visibility("default")]] void set_log_sink(LogSink sink, LogWanted wanted = nullptr);

/// Whether a line would go anywhere: to be asked before anything is done only to log it.
[[gnu::visibility("default")]] bool is_log_wanted(LogCategory category, LogLevel level);

/// Logs a printf-like message, which is formatted only where it is wanted. Thread-safe.
[[gnu::visibility("default")]] void log(const LogLine& line, const char* pattern, ...)
    G_GNUC_PRINTF(2, 3);

}  // namespace prompt
