// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/tasks/task_store.h"

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_task_file = 4 * 1024 * 1024;

struct DirClose {
  void operator()(GDir* folder) const { g_dir_close(folder); }
};

}  // namespace

TaskStore::TaskStore(std::string folder, TaskTimes times, RenderQueue& renders,
                     OnFinished on_finished)
    : folder_(std::move(folder)),
      times_(times),
      renders_(renders),
      on_finished_(std::move(on_finished)) {}

Result<void> TaskStore::load() {
  GErrorPtr error;
  const std::unique_ptr<GDir, DirClose> folder(g_dir_open(folder_.c_str(), 0, error.out()));
  if (!folder)
    return fail(ErrorKind::storage, format("The tasks could not be read: %s.", error->message));
  while (const char* name = g_dir_read_name(folder.get())) {
    if (!std::string_view(name).ends_with(".json")) continue;
    const std::string path = folder_ + "/" + name;
    const Result<std::string> text = read_file(path, max_task_file);
    if (!text) return fail(text.error());
    const Result<json::Value> value = json::parse(*text, {max_task_file, 64});
    if (!value)
      return fail(ErrorKind::storage, format("'%s' is broken; remove it. %s", path.c_str(),
                                             value.error().message.c_str()));
    Result<Task> task = task_from_json(*value);
    if (!task)
      return fail(ErrorKind::storage, format("'%s' is broken; remove it. %s", path.c_str(),
                                             task.error().message.c_str()));
    next_sequence_ = std::max(next_sequence_, task->sequence + 1);
    auto entry = std::make_unique<Entry>();
    entry->task = std::move(*task);
    const std::string id = entry->task.id;
    entries_.insert_or_assign(id, std::move(entry));
  }
  for (auto& entry : entries_) follow(*entry.second);
  return {};
}

const Task& TaskStore::add(Task task) {
  auto made = std::make_unique<Entry>();
  Entry& entry = *made;
  entry.task = std::move(task);
  entry.task.created_us = g_get_real_time();
  entry.task.sequence = next_sequence_++;
  entry.task.state = TaskState::pending;
  entries_.insert_or_assign(entry.task.id, std::move(made));
  save(entry.task);
  follow(entry);
  return entry.task;
}

// Sets a task's clocks, by the time that it was created, and asks for its results.
void TaskStore::follow(Entry& entry) {
  const bool finished =
      entry.task.state == TaskState::completed || entry.task.state == TaskState::failed;
  const double age = static_cast<double>(g_get_real_time() - entry.task.created_us) / 1e6;
  // A fresh task is seen as pending at least once, so nothing happens to it before the reply.
  const auto in = [age](double seconds) {
    return std::max(0.0, seconds - age);
  };
  if (!finished) {
    entry.timeout.start(in(times_.timeout_seconds),
                        [this, &entry] { finish(entry, TaskState::failed, "Task timed out"); });
    entry.queue.start(in(times_.queue_seconds), [this, &entry] {
      entry.task.state = TaskState::processing;
      save(entry.task);
    });
    if (!entry.task.hangs)
      entry.due.start(in(times_.task_seconds), [this, &entry] {
        entry.is_due = true;
        check(entry);
      });
  }
  if (entry.task.state == TaskState::failed || !entry.task.planned_failure.empty()) return;
  entry.missing = entry.task.results.size();
  // A finished task's media may have been removed from the cache; it is made again.
  for (const RenderSpec& spec : entry.task.results)
    renders_.request(spec, [this, &entry](const Result<void>& result) {
      --entry.missing;
      if (!result) entry.render_error = result.error().message;
      check(entry);
    });
}

void TaskStore::check(Entry& entry) {
  if (!entry.is_due || entry.task.state == TaskState::completed ||
      entry.task.state == TaskState::failed)
    return;
  if (!entry.task.planned_failure.empty())
    return finish(entry, TaskState::failed, entry.task.planned_failure);
  if (entry.missing > 0) return;
  if (!entry.render_error.empty()) {
    g_printerr("gst-prompt-rehearsal: %s\n", entry.render_error.c_str());
    return finish(entry, TaskState::failed, entry.render_error);
  }
  finish(entry, TaskState::completed, {});
}

void TaskStore::finish(Entry& entry, TaskState state, std::string error) {
  entry.queue.stop();
  entry.due.stop();
  entry.timeout.stop();
  entry.task.state = state;
  entry.task.error = std::move(error);
  entry.task.finished_us = g_get_real_time();
  save(entry.task);
  on_finished_(entry.task);
}

bool TaskStore::cancel(const Task& task) {
  Entry& entry = *entries_.at(task.id);
  if (entry.task.state == TaskState::completed || entry.task.state == TaskState::failed)
    return false;
  entry.task.details.set("cancelled", json::Value(true));
  finish(entry, TaskState::failed, "Cancelled");
  return true;
}

void TaskStore::remove(const Task& task) {
  // It stays as an entry: its clocks and renders refer to that.
  Entry& entry = *entries_.at(task.id);
  entry.task.is_removed = true;
  save(entry.task);
}

void TaskStore::save(const Task& task) const {
  const std::string path = folder_ + "/" + task.id + ".json";
  const std::string text = json::write(to_json(task));
  GErrorPtr error;
  if (g_file_set_contents_full(path.c_str(), text.data(), static_cast<gssize>(text.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()) == 0)
    g_printerr("gst-prompt-rehearsal: a task could not be saved: %s\n", error->message);
}

const Task* TaskStore::find(std::string_view id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->task.is_removed) return nullptr;
  return &found->second->task;
}

const Task* TaskStore::find(std::string_view provider, std::string_view id) const {
  const Task* task = find(id);
  return task != nullptr && task->provider == provider ? task : nullptr;
}

std::vector<const Task*> TaskStore::newest_first(std::string_view provider) const {
  std::vector<const Task*> tasks;
  for (const auto& entry : entries_)
    if (entry.second->task.provider == provider && !entry.second->task.is_removed)
      tasks.push_back(&entry.second->task);
  std::sort(tasks.begin(), tasks.end(),
            [](const Task* a, const Task* b) { return a->sequence > b->sequence; });
  return tasks;
}

double TaskStore::progress(const Task& task) const {
  if (task.state == TaskState::completed) return 1;
  if (task.state == TaskState::pending) return 0;
  const double age = static_cast<double>(g_get_real_time() - task.created_us) / 1e6;
  return std::clamp(age / std::max(0.001, times_.task_seconds), 0.0, 0.99);
}

std::size_t TaskStore::count(TaskState state) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [state](const auto& entry) { return entry.second->task.state == state; }));
}

}  // namespace prompt::rehearsal
