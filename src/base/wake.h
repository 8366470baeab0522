// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How a waiting streaming thread is woken, by news or by its own element. An epoch, not a flag: in
// pull mode GStreamer may call unlock(), unlock_stop() and stop() while a reader is still inside,
// and a flag that is set and cleared again would be missed (measured: 4.3 s of hang instead of 3
// ms).
//
//   const auto ticket = wake.ticket();         // at entry
//   while (!there_is_what_I_want())
//     if (wake.wait(ticket) == Woken::interrupted) return flushing;
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace prompt {

enum class Woken { news, interrupted, timeout };

class Wake {
 public:
  /// What a waiter remembers: the epoch it began in and the news it has seen.
  struct Ticket {
    std::uint64_t epoch = 0;
    std::uint64_t seen = 0;
  };

  Wake() = default;
  /// With a call at every notify(), on the notifying thread: it must only hand on and never block.
  explicit Wake(std::function<void()> on_news) : on_news_(std::move(on_news)) {}

  /// Taken at entry, before the first look at what is waited for. Any thread.
  [[nodiscard]] Ticket ticket() const;
  /// Waits for news since the ticket (and marks them as seen), for an interruption since the ticket
  /// was taken, or until `limit` has passed.
  [[nodiscard]] Woken wait(Ticket& ticket, std::chrono::milliseconds limit) const;
  /// Something changed. Any thread; wakes all waiters.
  void notify();
  /// Everybody who waits, and whoever took a ticket before now, stops waiting. Any thread.
  void interrupt();
  [[nodiscard]] bool is_interrupted(const Ticket& ticket) const;

 private:
  const std::function<void()> on_news_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t epoch_ = 0;  // guarded by mutex_
  std::uint64_t news_ = 0;   // guarded by mutex_
};

/// The wakes that want to hear of an object's changes. Thread-safe; dead ones are dropped.
class WakeList {
 public:
  void add(const std::shared_ptr<Wake>& wake);
  void notify();

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Wake>> wakes_;  // guarded by mutex_
};

}  // namespace prompt
