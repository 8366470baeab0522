// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/workers.h"

#include <pthread.h>

#include <array>
#include <thread>
#include <utility>
#include <vector>

namespace prompt::http {
namespace {

constexpr std::size_t lane_count = 5;
constexpr std::array<const char*, lane_count> thread_names = {
    "prompt-submit", "prompt-query", "prompt-download", "prompt-files", "prompt-upkeep"};

}  // namespace

struct Workers::State {
  struct LaneState {
    int limit = 0;           // constant after construction
    std::deque<Task> queue;  // guarded by mutex
    int threads = 0;         // guarded by mutex
    int idle = 0;            // guarded by mutex; of the threads, those that wait for a task
    std::condition_variable wanted;
  };

  State(Loop& the_loop, std::string the_user_agent, std::string the_ca_file)
      : loop(the_loop), user_agent(std::move(the_user_agent)), ca_file(std::move(the_ca_file)) {}

  Loop& loop;                                // constant
  const std::string user_agent;              // constant
  const std::string ca_file;                 // constant
  std::chrono::milliseconds idle_timeout{};  // constant after construction
  std::mutex mutex;
  std::array<LaneState, lane_count> lanes;
  bool is_stopping = false;           // guarded by mutex
  std::vector<std::thread> running;   // guarded by mutex
  std::vector<std::thread> finished;  // guarded by mutex; have left the mutex for the last time

  // The next task of a lane, or none when the thread should end.
  Task next(LaneState& lane) {
    std::unique_lock lock(mutex);
    ++lane.idle;
    lane.wanted.wait_for(lock, idle_timeout, [&] { return is_stopping || !lane.queue.empty(); });
    --lane.idle;
    if (is_stopping || lane.queue.empty()) {
      // Under the same lock as the look into the queue: a task that comes now needs another thread.
      --lane.threads;
      return {};
    }
    Task task = std::move(lane.queue.front());
    lane.queue.pop_front();
    return task;
  }

  void work(std::size_t index) {
    pthread_setname_np(pthread_self(), thread_names[index]);
    LaneState& lane = lanes[index];
    {
      Client client(loop, user_agent, ca_file);
      while (const Task task = next(lane)) task(client);
    }
    const std::lock_guard lock(mutex);
    for (auto entry = running.begin(); entry != running.end(); ++entry) {
      if (entry->get_id() != std::this_thread::get_id()) continue;
      finished.push_back(std::move(*entry));
      running.erase(entry);
      return;
    }
  }
};

Workers::Workers(Loop& loop, std::string user_agent, Sizes sizes, std::string ca_file)
    : state_(std::make_shared<State>(loop, std::move(user_agent), std::move(ca_file))) {
  state_->idle_timeout = sizes.idle_timeout;
  const std::array limits = {sizes.submits, sizes.queries, sizes.downloads, sizes.files,
                             sizes.upkeep};
  for (std::size_t i = 0; i < lane_count; ++i) state_->lanes[i].limit = limits[i];
}

Workers::~Workers() {
  std::vector<std::thread> threads;
  std::vector<std::deque<Task>> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
    for (State::LaneState& lane : state_->lanes) {
      dropped.push_back(std::exchange(lane.queue, {}));
      lane.wanted.notify_all();
    }
    threads = std::exchange(state_->running, {});
    for (std::thread& thread : state_->finished) threads.push_back(std::move(thread));
    state_->finished.clear();
  }
  dropped.clear();
  for (std::thread& thread : threads) thread.join();
}

void Workers::run(Lane lane_name, Task task) {
  std::vector<std::thread> finished;
  {
    const auto index = static_cast<std::size_t>(lane_name);
    const std::lock_guard lock(state_->mutex);
    if (state_->is_stopping) return;
    State::LaneState& lane = state_->lanes[index];
    finished = std::exchange(state_->finished, {});
    lane.queue.push_back(std::move(task));
    // Those that were woken and have not come yet still count as idle; hence the comparison.
    if (static_cast<int>(lane.queue.size()) > lane.idle && lane.threads < lane.limit) {
      ++lane.threads;
      state_->running.emplace_back([state = state_, index] { state->work(index); });
    } else {
      lane.wanted.notify_one();
    }
  }
  for (std::thread& thread : finished) thread.join();
}

int Workers::thread_count() const {
  const std::lock_guard lock(state_->mutex);
  int count = 0;
  for (const State::LaneState& lane : state_->lanes) count += lane.threads;
  return count;
}

}  // namespace prompt::http
