// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What becomes of us when the process forks without running another program, as Python's
// multiprocessing does. The child has a copy of the memory and the thread that forked, no other. So
// whatever must be whole in the child is changed only with a pass, and fork() waits until nobody
// has one: then no mutex of ours is held and no database is at work. What the child has to do is
// done when it takes its first pass, not in fork(): most children only run another program.
#pragma once

#include <functional>
#include <mutex>

#include "base/error.h"

namespace prompt {

/// As long as one lives, fork() waits, for five seconds at most; a child that was made after such a
/// long wait refuses to work (refuse_broken_child()). Never wait for another process or the network
/// with a pass, nor for longer than a second. A thread may have several. Any thread.
class ForkPass {
 public:
  ForkPass();
  /// `give_way` is called by whoever wants to fork and is to end the work soon: from any thread,
  /// under a lock, several times.
  explicit ForkPass(std::function<void()> give_way);
  ~ForkPass();
  ForkPass(const ForkPass&) = delete;
  ForkPass& operator=(const ForkPass&) = delete;

 private:
  std::function<void()> give_way_;
};

/// A mutex that is free in a child: whoever has it has a pass.
class ForkSafeMutex {
 public:
  void lock();
  void unlock();

 private:
  std::mutex mutex_;
};

/// Closes this descriptor in children, and only there: for what others would take for the parent,
/// as a socket that listens or a lock that goes with the descriptor. Its owner's object must be of
/// no use to the child.
class ParentsDescriptor {
 public:
  explicit ParentsDescriptor(int descriptor);
  ParentsDescriptor(ParentsDescriptor&& other) noexcept;
  ParentsDescriptor& operator=(ParentsDescriptor&& other) noexcept;
  ~ParentsDescriptor();

 private:
  int descriptor_;  // -1: none
};

/// How often the process was forked on its way from the first one: what was made at another number
/// belongs to a parent. Any thread.
[[nodiscard]] [[gnu::visibility("default")]] unsigned fork_generation();

/// `renew` is called in each child by the first that takes a pass, alone and with that pass.
void in_children(void (*renew)());

/// Error: unavailable, in a child that was made while somebody had a pass for too long.
[[nodiscard]] Result<void> refuse_broken_child();

/// The error of what belongs to a parent.
[[nodiscard]] Error parents_own_error();

}  // namespace prompt
