// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The threads that HTTP exchanges run on, in lanes with a bounded number of workers each, so that a
// slow download never holds up a poll, nor a clip that is on the disk. A worker has one client (one
// session), does one task at a time, is started when needed and ends when idle for a while; a job
// that waits holds none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http/client.h"

namespace prompt::http {

/// `files` is for work on the disk alone, which must not wait for anybody's network, and `upkeep`
/// for such work that may take long and that no clip waits for.
enum class Lane { submits, queries, downloads, files, upkeep };

class Workers {
 public:
  struct Sizes {
    int submits = 8;
    int queries = 8;
    int downloads = 8;
    int files = 2;
    int upkeep = 1;
    /// A thread that had nothing to do for this long ends.
    std::chrono::milliseconds idle_timeout{10'000};
  };
  using Task = std::function<void(Client& client)>;

  /// `loop` outlives the workers; `user_agent` and `ca_file` are those of the clients.
  Workers(Loop& loop, std::string user_agent, Sizes sizes, std::string ca_file = {});
  /// Drops tasks that have not begun, cancels none, and joins: the owner cancels what it started.
  /// Not from inside a task.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Queues a task; first in, first out within the lane. Any thread.
  void run(Lane lane, Task task);
  /// Threads alive now, for tests and diagnostics.
  [[nodiscard]] int thread_count() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // constant after construction; its content is guarded inside
};

}  // namespace prompt::http
