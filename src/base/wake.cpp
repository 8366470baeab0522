// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/wake.h"

namespace prompt {

Wake::Ticket Wake::ticket() const {
  const std::lock_guard lock(mutex_);
  return Ticket{epoch_, news_};
}

Woken Wake::wait(Ticket& ticket, std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  const bool woken = changed_.wait_for(
      lock, limit, [&] { return epoch_ != ticket.epoch || news_ != ticket.seen; });
  if (epoch_ != ticket.epoch) return Woken::interrupted;
  if (!woken) return Woken::timeout;
  ticket.seen = news_;
  return Woken::news;
}

void Wake::notify() {
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  changed_.notify_all();
  if (on_news_) on_news_();
}

void Wake::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    ++epoch_;
  }
  changed_.notify_all();
}

bool Wake::is_interrupted(const Ticket& ticket) const {
  const std::lock_guard lock(mutex_);
  return epoch_ != ticket.epoch;
}

void WakeList::add(const std::shared_ptr<Wake>& wake) {
  const std::lock_guard lock(mutex_);
  std::erase_if(wakes_, [](const std::weak_ptr<Wake>& entry) { return entry.expired(); });
  wakes_.push_back(wake);
}

void WakeList::notify() {
  std::vector<std::shared_ptr<Wake>> alive;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Wake>& entry : wakes_)
      if (std::shared_ptr<Wake> wake = entry.lock()) alive.push_back(std::move(wake));
  }
  // Outside the lock: the last reference to a wake may go here.
  for (const std::shared_ptr<Wake>& wake : alive) wake->notify();
}

}  // namespace prompt
