// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/timers.h"

namespace prompt::http {
namespace {

constexpr gint64 never = -1;

struct TimersSource {
  GSource base;
  void* timers;
};

}  // namespace

Timers::Timers(GMainContext* context) {
  // Without prepare and check a source is due at its ready time.
  static GSourceFuncs functions = {nullptr, nullptr, on_due, nullptr, nullptr, nullptr};
  source_ = Ref<GSource>::adopt(g_source_new(&functions, sizeof(TimersSource)));
  reinterpret_cast<TimersSource*>(source_.get())->timers = this;
  g_source_set_ready_time(source_.get(), never);
  g_source_attach(source_.get(), context);
}

Timers::~Timers() {
  g_source_destroy(source_.get());
  clear();
}

gboolean Timers::on_due(GSource* source, GSourceFunc, gpointer) {
  static_cast<Timers*>(reinterpret_cast<TimersSource*>(source)->timers)->run_due();
  return G_SOURCE_CONTINUE;
}

void Timers::set_ready_time() {
  g_source_set_ready_time(source_.get(), calls_.empty() ? never : calls_.begin()->first.first);
}

Timers::Key Timers::add(gint64 due_us, Call call) {
  const std::lock_guard lock(mutex_);
  const Key key(due_us, next_number_++);
  const auto place = calls_.emplace(key, std::move(call)).first;
  if (place == calls_.begin()) set_ready_time();
  return key;
}

void Timers::remove(const Key& key) {
  Call dropped;  // its captures go when the lock is free: they may come back here
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(key);
  if (found == calls_.end()) return;
  // The source wakes up once in vain, if this was the first.
  dropped.swap(found->second);
  calls_.erase(found);
}

bool Timers::has(const Key& key) const {
  const std::lock_guard lock(mutex_);
  return calls_.contains(key);
}

void Timers::clear() {
  std::map<Key, Call> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(calls_);
}

void Timers::run_due() {
  const gint64 now = g_get_monotonic_time();
  std::uint64_t end = 0;
  {
    const std::lock_guard lock(mutex_);
    // Those that are added from here on have their turn in the next round.
    end = next_number_;
  }
  for (;;) {
    Call call;
    {
      const std::lock_guard lock(mutex_);
      auto first = calls_.begin();
      while (first != calls_.end() && first->first.first <= now && first->first.second >= end)
        ++first;
      if (first == calls_.end() || first->first.first > now) {
        set_ready_time();
        return;
      }
      call.swap(first->second);
      calls_.erase(first);
    }
    call();
  }
}

}  // namespace prompt::http
