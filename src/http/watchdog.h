// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Ends one exchange when it has to end: the caller cancelled, a deadline passed, the body came too
// slowly, or we refuse what we saw. libsoup's own timeout counts single socket operations: a lookup
// of a name, a byte per second and endless 1xx replies all escape it.
#pragma once

#include <cstddef>
#include <memory>

#include "http/client.h"

namespace prompt::http {

enum class StopReason {
  none,
  cancelled,
  connect_deadline,
  head_deadline,
  total_deadline,
  too_slow,
  refused
};

class Watchdog {
 public:
  /// Starts the deadlines. `loop` outlives the watchdog. Worker thread, as everything here.
  Watchdog(Loop& loop, const Cancel& cancel, const ExchangeOptions& options);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// What the exchange's calls are given; cancelled with the first reason to stop.
  [[nodiscard]] GCancellable* cancellable() const;
  [[nodiscard]] StopReason reason() const;

  /// Connected, TLS included: the connect deadline is met.
  void on_connected();
  /// The head is there: the head deadline is met and the minimum rate counts from now.
  void on_head();
  /// Bytes of the body arrived.
  void on_bytes(std::size_t count);
  /// While the receiver of the body works, a missing byte is not the server's fault.
  void set_receiver_busy(bool busy);
  /// Stops for a reason of our own.
  void refuse();

 private:
  struct State;
  std::shared_ptr<State> state_;  // constant; its content is guarded inside
  Cancel cancel_;                 // constant
  gulong handler_ = 0;            // worker thread
  Timer connect_timer_;           // worker thread
  Timer head_timer_;              // worker thread
  Timer total_timer_;             // worker thread
};

}  // namespace prompt::http
