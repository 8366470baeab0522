// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All tasks of all providers, what becomes of them as time passes, and their files: one JSON file
// per task, replaced atomically at each change of state. On the main loop's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "rehearsal/net/timer.h"
#include "rehearsal/render/render_queue.h"
#include "rehearsal/tasks/task.h"

namespace prompt::rehearsal {

struct TaskTimes {
  double queue_seconds = 0.3;  ///< part of task_seconds
  double task_seconds = 3;
  double timeout_seconds = 600;
};

class TaskStore {
 public:
  using OnFinished = std::function<void(const Task&)>;

  /// `folder` exists. `on_finished` hears of each task that completes or fails.
  TaskStore(std::string folder, TaskTimes times, RenderQueue& renders, OnFinished on_finished);

  /// Reads what an earlier run left; unfinished tasks go on where they were. Error: storage.
  [[nodiscard]] Result<void> load();

  /// Takes over a new task (with id, provider and results; times, sequence and state are set here)
  /// and begins to render it. The reference is valid for as long as the store.
  const Task& add(Task task);
  /// Ends a task that has not ended: it fails, and its details say "cancelled". False if it had.
  bool cancel(const Task& task);
  /// nullptr for an id that does not exist or is another provider's.
  [[nodiscard]] const Task* find(std::string_view provider, std::string_view id) const;
  /// Forgets a task that is completed or failed: nothing finds it any more, nor its results.
  void remove(const Task& task);
  /// Whoever made it; for the media server.
  [[nodiscard]] const Task* find(std::string_view id) const;
  /// All of a provider's, newest first.
  [[nodiscard]] std::vector<const Task*> newest_first(std::string_view provider) const;
  /// 0..1 by the clock; 1 only when completed.
  [[nodiscard]] double progress(const Task& task) const;

  [[nodiscard]] std::size_t count(TaskState state) const;

 private:
  struct Entry {
    Task task;
    Timer queue;
    Timer due;
    Timer timeout;
    bool is_due = false;
    std::size_t missing = 0;  // results that are not rendered yet
    std::string render_error;
  };

  void follow(Entry& entry);
  void check(Entry& entry);
  void finish(Entry& entry, TaskState state, std::string error);
  void save(const Task& task) const;

  std::string folder_;
  TaskTimes times_;
  RenderQueue& renders_;
  OnFinished on_finished_;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace prompt::rehearsal
