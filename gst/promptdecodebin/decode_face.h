// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What promptdecodebin has of uridecodebin's face, by the same names and types, so that programs
// written for that one work: properties of the decodebin inside, and its signals passed on. An
// application may leave out or order what may_plug() admits; it cannot admit more.
#pragma once

#include <gst/gst.h>

#include "base/guarded.h"
#include "base/ref.h"

namespace prompt {

template <>
struct RefTraits<GstCaps> {
  static void ref(GstCaps* caps) { gst_caps_ref(caps); }
  static void unref(GstCaps* caps) { gst_caps_unref(caps); }
};

template <>
struct RefTraits<GstEvent> {
  static void ref(GstEvent* event) { gst_event_ref(event); }
  static void unref(GstEvent* event) { gst_event_unref(event); }
};

}  // namespace prompt

namespace prompt::element {

class DecodeFace {
 public:
  /// `element` outlives this.
  explicit DecodeFace(GstElement* element);

  /// Properties and signals. In class_init.
  static void install(GObjectClass* klass);
  /// False for an id that is not one of these. Any thread.
  bool set(guint id, const GValue* value);
  bool get(guint id, GValue* value) const;

  /// Gives a new decodebin the settings and passes its signals on. Before it is started.
  void dress(GstElement* decoder);
  /// The element that gives the bytes; told by `source-setup`. NULL when it goes.
  void set_source(GstElement* source);

 private:
  struct Settings {
    Ref<GstCaps> caps;  ///< Never written to once it is here.
    bool expose_all_streams = true;
    bool force_sw_decoders = false;
    Ref<GstElement> source;
  };

  // decodebin's, which have its element in front.
  static gboolean on_continue(GstElement*, GstPad* pad, GstCaps* caps, gpointer self);
  static gpointer on_factories(GstElement*, GstPad* pad, GstCaps* caps, gpointer self);
  static gpointer on_sort(GstElement*, GstPad* pad, GstCaps* caps, gpointer factories,
                          gpointer self);
  static int on_select(GstElement*, GstPad* pad, GstCaps* caps, GstElementFactory* factory,
                       gpointer self);
  static gboolean on_query(GstElement*, GstPad* pad, GstElement* child, GstQuery* query,
                           gpointer self);
  static void on_unknown_type(GstElement*, GstPad* pad, GstCaps* caps, gpointer self);
  static void on_drained(GstElement*, gpointer self);

  /// Whether an application listens; without, decodebin's own default counts.
  [[nodiscard]] bool is_heard(guint signal) const;

  GstElement* element_;  // constant
  mutable Guarded<Settings> settings_;
};

}  // namespace prompt::element
