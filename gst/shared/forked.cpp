// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/forked.h"

#include <glib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "base/fork_gate.h"

namespace prompt::element {

bool is_forked() { return fork_generation() != 0; }

// A pool that needs a thread hands itself to one of those that wait for a pool, by GLib's count.
// Each push here is taken for one that waits no more; once there is none, it starts a thread.
void forget_parents_threads() {
  static std::atomic<unsigned> known{0};
  const unsigned generation = fork_generation();
  if (known.exchange(generation) == generation) return;
  const auto nothing = [](gpointer, gpointer) {
  };
  GThreadPool* const pool = g_thread_pool_new(nothing, nullptr, -1, FALSE, nullptr);
  for (guint left = g_thread_pool_get_num_unused_threads(); left > 0; --left)
    g_thread_pool_push(pool, GINT_TO_POINTER(1), nullptr);
  // Never freed: it is in the hands of threads that will come.
}

void run_in_thread(std::function<void()> call) { std::thread(std::move(call)).detach(); }

}  // namespace prompt::element
