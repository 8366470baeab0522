// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Brings news from threads that must not call into GStreamer (the engine's) to an element, on a
// thread of GStreamer's pool. Nobody holds a thread while there is no news, and any number of
// letters sent in between arrive as one.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

namespace prompt::element {

class Courier : public std::enable_shared_from_this<Courier> {
 public:
  /// `deliver` runs on a pool thread, never twice at a time; the element is alive meanwhile.
  using Deliver = std::function<void(Courier& courier)>;
  Courier(GstElement* element, Deliver deliver);

  /// There is news. Any thread, also with the engine's locks held: never blocks, never drops a
  /// reference to the element.
  void send();
  /// The same later, unless something is sent before; replaces an earlier later.
  void send_after(std::chrono::milliseconds delay);
  /// No delivery begins any more; one that is under way is not waited for. Before the element goes.
  void retire();
  [[nodiscard]] bool is_retired() const;

 private:
  static void on_call(GstElement* element, gpointer data);
  static gboolean on_time(GstClock* clock, GstClockTime time, GstClockID id, gpointer data);
  void arrive();
  void cancel_timer();

  Deliver deliver_;  // constant
  mutable std::mutex mutex_;
  GstElement* element_;                 // guarded by mutex_; nullptr once retired
  std::shared_ptr<Courier> under_way_;  // guarded by mutex_; itself, while a call is under way
  bool is_sent_again_ = false;          // guarded by mutex_
  GstClockID timer_ = nullptr;          // guarded by mutex_
};

}  // namespace prompt::element
