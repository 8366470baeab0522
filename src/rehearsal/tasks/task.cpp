// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/tasks/task.h"

#include <glib.h>

#include <utility>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::rehearsal {
namespace {

std::string text_in(const json::Value& value, const char* name) {
  const json::Value* member = value.find(name);
  const std::string* text = member != nullptr ? member->as_string() : nullptr;
  return text != nullptr ? *text : std::string();
}

std::int64_t int_in(const json::Value& value, const char* name) {
  const json::Value* member = value.find(name);
  const std::int64_t* number = member != nullptr ? member->as_int() : nullptr;
  return number != nullptr ? *number : 0;
}

bool flag_in(const json::Value& value, const char* name) {
  const json::Value* member = value.find(name);
  const bool* flag = member != nullptr ? member->as_bool() : nullptr;
  return flag != nullptr && *flag;
}

}  // namespace

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
  task.id = text_in(value, "id");
  task.provider = text_in(value, "provider");
  if (task.id.empty() || task.provider.empty())
    return fail(ErrorKind::malformed, "A stored task has no id or no provider.");
  task.operation = text_in(value, "operation");
  task.model = text_in(value, "model");
  task.prompt = text_in(value, "prompt");
  task.callback_url = text_in(value, "callback_url");
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
  task.sequence = static_cast<std::uint64_t>(int_in(value, "sequence"));
  task.created_us = int_in(value, "created_us");
  task.finished_us = int_in(value, "finished_us");
  const std::string state = text_in(value, "state");
  for (const TaskState candidate :
       {TaskState::pending, TaskState::processing, TaskState::completed, TaskState::failed})
    if (state == to_string(candidate)) task.state = candidate;
  task.error = text_in(value, "error");
  task.planned_failure = text_in(value, "planned_failure");
  task.fails_by_error_message = flag_in(value, "fails_by_error_message");
  task.hangs = flag_in(value, "hangs");
  task.is_removed = flag_in(value, "is_removed");
  return task;
}

std::string iso_time(std::int64_t unix_us) {
  const Ref<GDateTime> time =
      Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(unix_us / G_USEC_PER_SEC));
  const OwnedString text(g_date_time_format(time.get(), "%Y-%m-%dT%H:%M:%SZ"));
  return text.get();
}

}  // namespace prompt::rehearsal
