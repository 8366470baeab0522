// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/tasks/task.h"

#include <glib.h>

#include <utility>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::rehearsal {
const char* to_string(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return "pending";
    case TaskState::processing:
      return "processing";
    case TaskState::completed:
      return "completed";
    case TaskState::failed:
      return "failed";
  }
  return "failed";
}

json::Value to_json(const Task& task) {
  json::Object object;
  object.set("id", json::Value(task.id));
  object.set("provider", json::Value(task.provider));
  object.set("operation", json::Value(task.operation));
  object.set("model", json::Value(task.model));
  object.set("prompt", json::Value(task.prompt));
  object.set("callback_url", json::Value(task.callback_url));
  json::Array results;
  for (const RenderSpec& spec : task.results) results.push_back(to_json(spec));
  object.set("results", json::Value(std::move(results)));
  object.set("price", json::Value(task.price));
  object.set("details", json::Value(task.details));
  object.set("sequence", json::Value(static_cast<std::int64_t>(task.sequence)));
  object.set("created_us", json::Value(task.created_us));
  object.set("finished_us", json::Value(task.finished_us));
  object.set("state", json::Value(to_string(task.state)));
  object.set("error", json::Value(task.error));
  object.set("planned_failure", json::Value(task.planned_failure));
  object.set("fails_by_error_message", json::Value(task.fails_by_error_message));
  object.set("hangs", json::Value(task.hangs));
  object.set("is_removed", json::Value(task.is_removed));
  return json::Value(std::move(object));
}

Result<Task> task_from_json(const json::Value& value) {
  Task task;
  task.id = json::text_of(value.find("id"));
  task.provider = json::text_of(value.find("provider"));
  if (task.id.empty() || task.provider.empty())
    return fail(ErrorKind::malformed, "A stored task has no id or no provider.");
  task.operation = json::text_of(value.find("operation"));
  task.model = json::text_of(value.find("model"));
  task.prompt = json::text_of(value.find("prompt"));
  task.callback_url = json::text_of(value.find("callback_url"));
  const json::Value* results = value.find("results");
  if (results == nullptr || results->as_array() == nullptr)
    return fail(ErrorKind::malformed, "A stored task has no results.");
  for (const json::Value& item : *results->as_array()) {
    Result<RenderSpec> spec = render_spec_from_json(item);
    if (!spec) return fail(spec.error());
    task.results.push_back(std::move(*spec));
  }
  if (const json::Value* price = value.find("price")) task.price = price->as_number().value_or(0);
  if (const json::Value* details = value.find("details"))
    if (const json::Object* object = details->as_object()) task.details = *object;
  task.sequence = static_cast<std::uint64_t>(json::integer_of(value.find("sequence")).value_or(0));
  task.created_us = json::integer_of(value.find("created_us")).value_or(0);
  task.finished_us = json::integer_of(value.find("finished_us")).value_or(0);
  const std::string state = json::text_of(value.find("state"));
  for (const TaskState candidate :
       {TaskState::pending, TaskState::processing, TaskState::completed, TaskState::failed})
    if (state == to_string(candidate)) task.state = candidate;
  task.error = json::text_of(value.find("error"));
  task.planned_failure = json::text_of(value.find("planned_failure"));
  task.fails_by_error_message = json::truth_of(value.find("fails_by_error_message"));
  task.hangs = json::truth_of(value.find("hangs"));
  task.is_removed = json::truth_of(value.find("is_removed"));
  return task;
}

std::string iso_time(std::int64_t unix_us) {
  const Ref<GDateTime> time =
      Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(unix_us / G_USEC_PER_SEC));
  const OwnedString text(g_date_time_format(time.get(), "%Y-%m-%dT%H:%M:%SZ"));
  return text.get();
}

}  // namespace prompt::rehearsal
