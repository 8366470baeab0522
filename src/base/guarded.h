// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A value and the mutex that guards it, so that the value cannot be touched without the lock. Never
// call into GStreamer, GLib callbacks or user code while a Locked is alive.
#pragma once

#include <mutex>
#include <utility>

namespace prompt {

template <typename T>
class Guarded {
 public:
  /// The value with its lock held, for as long as this lives.
  class Locked {
   public:
    T* operator->() const { return value_; }
    T& operator*() const { return *value_; }

   private:
    friend class Guarded;
    Locked(T* value, std::mutex& mutex) : value_(value), lock_(mutex) {}
    T* value_;
    std::unique_lock<std::mutex> lock_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  [[nodiscard]] Locked lock() { return Locked(&value_, mutex_); }

 private:
  T value_{};
  std::mutex mutex_;
};

}  // namespace prompt
