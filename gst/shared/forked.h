// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// GLib's pools of threads in a process that was made by a fork: they count on threads that only the
// parent has, and what is given to those is never done.
#pragma once

#include <functional>

namespace prompt::element {

/// In a child, once: what is left of the parent's idle threads is used up, so that GStreamer's next
/// task gets a thread. Any thread; elsewhere it does nothing.
void forget_parents_threads();

/// Whether this process was made by a fork.
[[nodiscard]] bool is_forked();

/// Runs `call` on a thread of its own, which no pool has to give.
void run_in_thread(std::function<void()> call);

}  // namespace prompt::element
