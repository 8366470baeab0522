// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/watchdog.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

namespace prompt::http {
namespace {
// The rate is looked at this often per window, so that a stall is seen at most a quarter late.
constexpr std::size_t looks_per_window = 4;
}  // namespace

struct Watchdog::State {
  State(Loop& the_loop, const ExchangeOptions& options)
      : loop(the_loop),
        inner(Ref<GCancellable>::adopt(g_cancellable_new())),
        min_bytes(options.min_rate_bytes),
        look_interval(options.min_rate_window / looks_per_window) {
    // Releases what is above to whoever exchanges the reason (the sanitizers do not see GLib's
    // locks).
    reason.store(StopReason::none, std::memory_order_release);
  }

  Loop& loop;                                     // constant
  const Ref<GCancellable> inner;                  // constant
  const std::size_t min_bytes;                    // constant
  const std::chrono::milliseconds look_interval;  // constant
  std::atomic<StopReason> reason;
  std::atomic<int> cancel_calls{0};
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> receiver_busy{false};

  std::mutex mutex;
  bool is_over = false;  // guarded by mutex
  Timer rate_timer;      // guarded by mutex
  std::array<std::size_t, looks_per_window>
      seen{};             // guarded by mutex; a window's totals, as a ring
  std::size_t looks = 0;  // guarded by mutex

  void stop(StopReason why) {
    StopReason none = StopReason::none;
    reason.compare_exchange_strong(none, why, std::memory_order_acq_rel);
    // Not only by the first: it may have got no further than the line above, and whoever returns
    // from here relies on nothing being written any more.
    g_cancellable_cancel(inner.get());
  }

  static Timer stop_after(const std::shared_ptr<State>& state, std::chrono::milliseconds delay,
                          StopReason why) {
    return state->loop.after(delay, [state, why] { state->stop(why); });
  }

  static void schedule_look(const std::shared_ptr<State>& state) {
    const std::lock_guard lock(state->mutex);
    if (state->is_over) return;
    state->rate_timer = state->loop.after(state->look_interval, [state] {
      if (state->is_too_slow())
        state->stop(StopReason::too_slow);
      else
        schedule_look(state);
    });
  }

  bool is_too_slow() {
    const std::lock_guard lock(mutex);
    const std::size_t total = bytes.load();
    std::size_t& window_start = seen[looks % looks_per_window];
    if (receiver_busy.load()) {
      looks = 0;
      seen.fill(total);
      return false;
    }
    // The slot holds the total of one window ago, once the ring is full.
    const bool slow = ++looks >= looks_per_window && total - window_start < min_bytes;
    window_start = total;
    return slow;
  }
};

Watchdog::Watchdog(Loop& loop, const Cancel& cancel, const ExchangeOptions& options)
    : state_(std::make_shared<State>(loop, options)), cancel_(cancel) {
  handler_ = g_cancellable_connect(cancel_.get(), G_CALLBACK(+[](GCancellable*, gpointer data) {
                                     auto* state = static_cast<State*>(data);
                                     state->stop(StopReason::cancelled);
                                     state->cancel_calls.fetch_add(1, std::memory_order_acq_rel);
                                   }),
                                   state_.get(), nullptr);
  connect_timer_ =
      State::stop_after(state_, options.connect_deadline, StopReason::connect_deadline);
  head_timer_ = State::stop_after(state_, options.head_deadline, StopReason::head_deadline);
  if (options.total_deadline.count() > 0)
    total_timer_ = State::stop_after(state_, options.total_deadline, StopReason::total_deadline);
}

Watchdog::~Watchdog() {
  // Waits for a handler that is just running, so that the state may go.
  g_cancellable_disconnect(cancel_.get(), handler_);
  state_->cancel_calls.load(std::memory_order_acquire);
  Timer rate_timer;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    rate_timer = std::move(state_->rate_timer);
  }
}

GCancellable* Watchdog::cancellable() const { return state_->inner.get(); }

StopReason Watchdog::reason() const { return state_->reason.load(std::memory_order_acquire); }

void Watchdog::on_connected() { connect_timer_.cancel(); }

void Watchdog::on_head() {
  head_timer_.cancel();
  if (state_->min_bytes > 0 && state_->look_interval.count() > 0) State::schedule_look(state_);
}

void Watchdog::on_bytes(std::size_t count) { state_->bytes.fetch_add(count); }

void Watchdog::set_receiver_busy(bool busy) { state_->receiver_busy.store(busy); }

void Watchdog::refuse() { state_->stop(StopReason::refused); }

}  // namespace prompt::http
