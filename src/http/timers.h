// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All timers of a loop behind one source, ordered by their time. A GMainContext looks at each of
// its sources in every turn, which a thousand jobs with two timers each would feel. Thread-safe.
#pragma once

#include <glib.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/ref.h"

namespace prompt::http {

class Timers {
 public:
  using Call = std::function<void()>;
  /// When it is due (monotonic, microseconds), and its number, so that those of one moment keep
  /// their order.
  using Key = std::pair<gint64, std::uint64_t>;

  explicit Timers(GMainContext* context);
  /// On no thread but the one that ended the loop's.
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  [[nodiscard]] Key add(gint64 due_us, Call call);
  /// Drops the call, if it has not begun.
  void remove(const Key& key);
  [[nodiscard]] bool has(const Key& key) const;
  /// Drops them all.
  void clear();

 private:
  static gboolean on_due(GSource* source, GSourceFunc, gpointer);
  void run_due();
  void set_ready_time();  // mutex_ is held

  Ref<GSource> source_;  // constant
  mutable std::mutex mutex_;
  std::map<Key, Call> calls_;      // guarded by mutex_
  std::uint64_t next_number_ = 0;  // guarded by mutex_
};

}  // namespace prompt::http
