// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A provider's task, in terms that all of the described providers share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "json/value.h"
#include "rehearsal/render/render_spec.h"

namespace prompt::rehearsal {

enum class TaskState { pending, processing, completed, failed };

/// "pending", "processing", "completed" or "failed".
[[nodiscard]] const char* to_string(TaskState state);

struct Task {
  std::string id;
  std::string provider;   ///< which API made it, e.g. "vibegen"
  std::string operation;  ///< the provider's own kind of task, e.g. "text_to_video"
  std::string model;
  std::string prompt;
  std::string callback_url;
  std::vector<RenderSpec> results;
  double price = 0;             ///< credits
  json::Object details;         ///< what only this provider knows of a task
  std::uint64_t sequence = 0;   ///< in the order of creation
  std::int64_t created_us = 0;  ///< Unix time in microseconds, as all times here
  std::int64_t finished_us = 0;
  TaskState state = TaskState::pending;
  std::string error;        ///< why it failed
  bool is_removed = false;  ///< by its owner: nobody is told of it any more

  // What faults have in store for it.
  std::string planned_failure;
  bool fails_by_error_message = false;  ///< the reply says `error_message`, not `error`
  bool hangs = false;
};

[[nodiscard]] json::Value to_json(const Task& task);
/// Error: malformed.
[[nodiscard]] Result<Task> task_from_json(const json::Value& value);

/// "2025-03-10T10:00:00Z" for Unix microseconds.
[[nodiscard]] std::string iso_time(std::int64_t unix_us);

}  // namespace prompt::rehearsal
