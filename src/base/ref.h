// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A counted reference to a GObject or a GLib boxed type. `adopt` takes over a reference that the
// caller owns (transfer full), `share` adds one (transfer none); there is no implicit conversion,
// so the reader always sees which of the two a call meant.
#pragma once

#include <gio/gio.h>

#include <memory>
#include <utility>

namespace prompt {

/// How a type is counted; specialised for what is not a GObject.
template <typename T>
struct RefTraits {
  static void ref(T* object) { g_object_ref(object); }
  static void unref(T* object) { g_object_unref(object); }
};

template <>
struct RefTraits<GBytes> {
  static void ref(GBytes* bytes) { g_bytes_ref(bytes); }
  static void unref(GBytes* bytes) { g_bytes_unref(bytes); }
};

template <>
struct RefTraits<GUri> {
  static void ref(GUri* uri) { g_uri_ref(uri); }
  static void unref(GUri* uri) { g_uri_unref(uri); }
};

template <>
struct RefTraits<GMainContext> {
  static void ref(GMainContext* context) { g_main_context_ref(context); }
  static void unref(GMainContext* context) { g_main_context_unref(context); }
};

template <>
struct RefTraits<GMainLoop> {
  static void ref(GMainLoop* loop) { g_main_loop_ref(loop); }
  static void unref(GMainLoop* loop) { g_main_loop_unref(loop); }
};

template <>
struct RefTraits<GSource> {
  static void ref(GSource* source) { g_source_ref(source); }
  static void unref(GSource* source) { g_source_unref(source); }
};

template <>
struct RefTraits<GDateTime> {
  static void ref(GDateTime* time) { g_date_time_ref(time); }
  static void unref(GDateTime* time) { g_date_time_unref(time); }
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  /// Takes over the caller's reference (transfer full). NULL gives an empty Ref.
  [[nodiscard]] static Ref adopt(T* object) { return Ref(object); }
  /// Adds a reference (transfer none). NULL gives an empty Ref.
  [[nodiscard]] static Ref share(T* object) {
    if (object != nullptr) RefTraits<T>::ref(object);
    return Ref(object);
  }
  Ref(const Ref& other) : object_(other.object_) {
    if (object_ != nullptr) RefTraits<T>::ref(object_);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) RefTraits<T>::unref(object_);
  }

  [[nodiscard]] T* get() const { return object_; }
  /// Gives the reference away (into a transfer-full parameter); the Ref is empty afterwards.
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }
  void reset() { *this = Ref(); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Ref(T* object) : object_(object) {}
  T* object_ = nullptr;
};

/// A `gchar*` that we own.
struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
using OwnedString = std::unique_ptr<char, GFree>;

/// A GError that a C call fills: `g_foo(..., error.out())`.
class GErrorPtr {
 public:
  GErrorPtr() = default;
  GErrorPtr(const GErrorPtr&) = delete;
  GErrorPtr& operator=(const GErrorPtr&) = delete;
  ~GErrorPtr() { g_clear_error(&error_); }
  [[nodiscard]] GError** out() { return &error_; }
  [[nodiscard]] const GError* get() const { return error_; }
  const GError* operator->() const { return error_; }
  explicit operator bool() const { return error_ != nullptr; }

 private:
  GError* error_ = nullptr;
};

}  // namespace prompt
