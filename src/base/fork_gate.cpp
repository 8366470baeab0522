// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/fork_gate.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <new>
#include <utility>
#include <vector>

namespace prompt {
namespace {

constexpr std::chrono::seconds longest_wait{5};
constexpr std::chrono::milliseconds look_again{10};

/// Made anew in a child: there are waiters in it that do not exist any more.
struct Doors {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;           // guarded by mutex: threads with a pass
  bool is_forking = false;  // guarded by mutex
};

struct Gate {
  Doors doors;
  std::vector<const std::function<void()>*> ways;  // guarded by doors.mutex
  // What is below is changed with a pass only.
  std::mutex mutex;
  std::vector<int> descriptors;      // guarded by mutex
  std::vector<void (*)()> renewals;  // guarded by mutex
  std::mutex renewing;               // held while they are called
  std::atomic<bool> is_inherited{false};
  std::atomic<bool> is_broken{false};
  std::atomic<unsigned> generation{0};
};

Gate& gate();

thread_local int passes = 0;              // of this thread
thread_local bool has_closed_it = false;  // the gate, to fork

void before_fork() {
  Gate& all = gate();
  std::unique_lock lock(all.doors.mutex);
  const auto until = std::chrono::steady_clock::now() + longest_wait;
  has_closed_it = passes == 0 &&
                  all.doors.changed.wait_until(lock, until, [&] { return !all.doors.is_forking; });
  if (!has_closed_it) return;
  all.doors.is_forking = true;
  // Again and again: one may have been just about to begin its work.
  while (all.doors.inside > 0 && std::chrono::steady_clock::now() < until) {
    for (const std::function<void()>* give_way : all.ways) (*give_way)();
    all.doors.changed.wait_for(lock, look_again);
  }
  has_closed_it = all.doors.inside == 0;
  if (has_closed_it) return;
  all.doors.is_forking = false;
  all.doors.changed.notify_all();
}

void in_parent() {
  if (!std::exchange(has_closed_it, false)) return;
  Gate& all = gate();
  const std::lock_guard lock(all.doors.mutex);
  all.doors.is_forking = false;
  all.doors.changed.notify_all();
}

// Only what a signal handler may do: the next step may be execve(2).
void in_child() {
  Gate& all = gate();
  ::new (static_cast<void*>(&all.doors)) Doors;
  all.doors.inside = passes > 0 ? 1 : 0;
  ++all.generation;
  if (std::exchange(has_closed_it, false)) {
    for (const int descriptor : all.descriptors) ::close(descriptor);
    all.is_inherited = true;
  } else {
    all.is_broken = true;
  }
}

Gate& gate() {
  static Gate* const all = [] {
    auto* const made = new Gate;  // never destroyed: threads may outlive main()
    (void)pthread_atfork(before_fork, in_parent, in_child);
    return made;
  }();
  return *all;
}

void renew() {
  Gate& all = gate();
  const std::lock_guard one_at_a_time(all.renewing);
  if (!all.is_inherited) return;
  std::vector<void (*)()> renewals;
  {
    const std::lock_guard lock(all.mutex);
    all.descriptors.clear();
    renewals = all.renewals;
  }
  for (void (*const call)() : renewals) call();
  all.is_inherited = false;
}

void enter(const std::function<void()>* give_way) {
  Gate& all = gate();
  if (passes++ == 0) {
    std::unique_lock lock(all.doors.mutex);
    all.doors.changed.wait(lock, [&] { return !all.doors.is_forking; });
    ++all.doors.inside;
  }
  if (give_way != nullptr) {
    const std::lock_guard lock(all.doors.mutex);
    all.ways.push_back(give_way);
  }
  if (passes == 1 && all.is_inherited) renew();
}

void leave(const std::function<void()>* give_way) {
  Gate& all = gate();
  const std::lock_guard lock(all.doors.mutex);
  if (give_way != nullptr) std::erase(all.ways, give_way);
  if (--passes > 0) return;
  --all.doors.inside;
  all.doors.changed.notify_all();
}

}  // namespace

ForkPass::ForkPass() { enter(nullptr); }

ForkPass::ForkPass(std::function<void()> give_way) : give_way_(std::move(give_way)) {
  enter(&give_way_);
}

ForkPass::~ForkPass() { leave(give_way_ ? &give_way_ : nullptr); }

void ForkSafeMutex::lock() {
  enter(nullptr);
  mutex_.lock();
}

void ForkSafeMutex::unlock() {
  mutex_.unlock();
  leave(nullptr);
}

ParentsDescriptor::ParentsDescriptor(int descriptor) : descriptor_(descriptor) {
  const ForkPass pass;
  const std::lock_guard lock(gate().mutex);
  gate().descriptors.push_back(descriptor);
}

ParentsDescriptor::ParentsDescriptor(ParentsDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ParentsDescriptor& ParentsDescriptor::operator=(ParentsDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ParentsDescriptor::~ParentsDescriptor() {
  if (descriptor_ < 0) return;
  const ForkPass pass;
  const std::lock_guard lock(gate().mutex);
  std::erase(gate().descriptors, descriptor_);
}

unsigned fork_generation() { return gate().generation; }

void in_children(void (*renew)()) {
  const ForkPass pass;
  const std::lock_guard lock(gate().mutex);
  gate().renewals.push_back(renew);
}

Result<void> refuse_broken_child() {
  if (!gate().is_broken) return {};
  return fail(ErrorKind::unavailable,
              "This process was forked while the library was at work for long; start it by "
              "another method (for Python's multiprocessing: \"spawn\"), or fork earlier.");
}

Error parents_own_error() {
  return Error{ErrorKind::unavailable,
               "This was opened before the process was forked and belongs to the parent; open it "
               "anew in the child."};
}

}  // namespace prompt
