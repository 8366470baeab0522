// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptdecodebin/decode_face.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "promptdecodebin/autoplug.h"
#include "shared/debug.h"

#define GST_CAT_DEFAULT debug_category_bin()

namespace prompt::element {
namespace {

enum PropertyId : guint { caps = 1000, expose_all_streams, force_sw_decoders, source };

enum Signal {
  autoplug_continue,
  autoplug_factories,
  autoplug_sort,
  autoplug_select,
  autoplug_query,
  unknown_type,
  source_setup,
  drained,
  signal_count,
};
std::array<guint, signal_count> signals;  // written in class_init

// Values of decodebin's GstAutoplugSelectResult, which no header declares.
constexpr int select_try = 0;
constexpr int select_skip = 2;

GType select_result_type() {
  // Registered by the playback plugin, which may be loaded later and would then want the name.
  static const std::array<GEnumValue, 4> values = {
      GEnumValue{select_try, "GST_AUTOPLUG_SELECT_TRY", "try"},
      GEnumValue{1, "GST_AUTOPLUG_SELECT_EXPOSE", "expose"},
      GEnumValue{select_skip, "GST_AUTOPLUG_SELECT_SKIP", "skip"}, GEnumValue{0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstPromptAutoplugSelectResult", values.data());
  return type;
}

GType value_array_type() {
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return g_value_array_get_type();
  G_GNUC_END_IGNORE_DEPRECATIONS
}

// The first that says no has the last word.
gboolean until_false(GSignalInvocationHint*, GValue* all, const GValue* one, gpointer) {
  g_value_copy(one, all);
  return g_value_get_boolean(one);
}

gboolean until_true(GSignalInvocationHint*, GValue* all, const GValue* one, gpointer) {
  g_value_copy(one, all);
  return !g_value_get_boolean(one);
}

gboolean until_set(GSignalInvocationHint*, GValue* all, const GValue* one, gpointer) {
  g_value_copy(one, all);
  return g_value_get_boxed(one) == nullptr;
}

gboolean until_other_than_try(GSignalInvocationHint*, GValue* all, const GValue* one, gpointer) {
  g_value_copy(one, all);
  return g_value_get_enum(one) == select_try;
}

GstCaps* default_caps() { return gst_caps_from_string("video/x-raw(ANY); audio/x-raw(ANY)"); }

DecodeFace& face_of(gpointer self) { return *static_cast<DecodeFace*>(self); }

}  // namespace

DecodeFace::DecodeFace(GstElement* element) : element_(element) {
  settings_.lock()->caps = Ref<GstCaps>::adopt(default_caps());
}

void DecodeFace::install(GObjectClass* klass) {
  constexpr auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      klass, PropertyId::caps,
      g_param_spec_boxed("caps", "Caps",
                         "The caps at which decoding stops (unset: raw video and raw audio)",
                         GST_TYPE_CAPS, flags));
  g_object_class_install_property(
      klass, PropertyId::expose_all_streams,
      g_param_spec_boolean("expose-all-streams", "Expose all streams",
                           "Whether a stream whose decoder may give something else than 'caps' is "
                           "decoded, too",
                           TRUE, flags));
  g_object_class_install_property(
      klass, PropertyId::force_sw_decoders,
      g_param_spec_boolean("force-sw-decoders", "Software decoders only",
                           "Whether decoders that use hardware are left out", FALSE, flags));
  g_object_class_install_property(
      klass, PropertyId::source,
      g_param_spec_object("source", "Source", "The promptsrc inside, while there is one",
                          GST_TYPE_ELEMENT,
                          static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

  const GType owner = G_TYPE_FROM_CLASS(klass);
  const auto add = [owner](Signal signal, const char* name, GSignalAccumulator accumulator,
                           GType result, std::initializer_list<GType> parameters) {
    std::array<GType, 3> types{};
    std::copy(parameters.begin(), parameters.end(), types.begin());
    signals[signal] =
        g_signal_newv(name, owner, G_SIGNAL_RUN_LAST, nullptr, accumulator, nullptr, nullptr,
                      result, static_cast<guint>(parameters.size()), types.data());
  };
  const GType arrays = value_array_type() | G_SIGNAL_TYPE_STATIC_SCOPE;
  add(autoplug_continue, "autoplug-continue", until_false, G_TYPE_BOOLEAN,
      {GST_TYPE_PAD, GST_TYPE_CAPS});
  add(autoplug_factories, "autoplug-factories", until_set, value_array_type(),
      {GST_TYPE_PAD, GST_TYPE_CAPS});
  add(autoplug_sort, "autoplug-sort", until_set, value_array_type(),
      {GST_TYPE_PAD, GST_TYPE_CAPS, arrays});
  add(autoplug_select, "autoplug-select", until_other_than_try, select_result_type(),
      {GST_TYPE_PAD, GST_TYPE_CAPS, GST_TYPE_ELEMENT_FACTORY});
  add(autoplug_query, "autoplug-query", until_true, G_TYPE_BOOLEAN,
      {GST_TYPE_PAD, GST_TYPE_ELEMENT, GST_TYPE_QUERY | G_SIGNAL_TYPE_STATIC_SCOPE});
  add(unknown_type, "unknown-type", nullptr, G_TYPE_NONE, {GST_TYPE_PAD, GST_TYPE_CAPS});
  add(source_setup, "source-setup", nullptr, G_TYPE_NONE, {GST_TYPE_ELEMENT});
  add(drained, "drained", nullptr, G_TYPE_NONE, {});
}

bool DecodeFace::set(guint id, const GValue* value) {
  switch (id) {
    case PropertyId::caps: {
      const GstCaps* wanted = gst_value_get_caps(value);
      settings_.lock()->caps =
          Ref<GstCaps>::adopt(wanted != nullptr ? gst_caps_copy(wanted) : default_caps());
      return true;
    }
    case PropertyId::expose_all_streams:
      settings_.lock()->expose_all_streams = g_value_get_boolean(value) != FALSE;
      return true;
    case PropertyId::force_sw_decoders:
      settings_.lock()->force_sw_decoders = g_value_get_boolean(value) != FALSE;
      return true;
    default:
      return false;
  }
}

bool DecodeFace::get(guint id, GValue* value) const {
  switch (id) {
    case PropertyId::caps:
      g_value_set_boxed(value, settings_.lock()->caps.get());
      return true;
    case PropertyId::expose_all_streams:
      g_value_set_boolean(value, settings_.lock()->expose_all_streams ? TRUE : FALSE);
      return true;
    case PropertyId::force_sw_decoders:
      g_value_set_boolean(value, settings_.lock()->force_sw_decoders ? TRUE : FALSE);
      return true;
    case PropertyId::source:
      g_value_set_object(value, settings_.lock()->source.get());
      return true;
    default:
      return false;
  }
}

void DecodeFace::set_source(GstElement* source) {
  Ref<GstElement> next = Ref<GstElement>::share(source);
  std::swap(settings_.lock()->source, next);
  g_object_notify(G_OBJECT(element_), "source");
  if (source != nullptr) g_signal_emit(element_, signals[source_setup], 0, source);
}

void DecodeFace::dress(GstElement* decoder) {
  const Settings settings = *settings_.lock();
  g_object_set(decoder, "caps", settings.caps.get(), "expose-all-streams",
               settings.expose_all_streams ? TRUE : FALSE, "force-sw-decoders",
               settings.force_sw_decoders ? TRUE : FALSE, nullptr);
  g_signal_connect(decoder, "autoplug-continue", G_CALLBACK(on_continue), this);
  // No list is an answer there: decoding stops. So decodebin's own list is asked for by silence.
  if (is_heard(signals[autoplug_factories]))
    g_signal_connect(decoder, "autoplug-factories", G_CALLBACK(on_factories), this);
  g_signal_connect(decoder, "autoplug-sort", G_CALLBACK(on_sort), this);
  g_signal_connect(decoder, "autoplug-select", G_CALLBACK(on_select), this);
  g_signal_connect(decoder, "autoplug-query", G_CALLBACK(on_query), this);
  g_signal_connect(decoder, "unknown-type", G_CALLBACK(on_unknown_type), this);
  g_signal_connect(decoder, "drained", G_CALLBACK(on_drained), this);
}

bool DecodeFace::is_heard(guint signal) const {
  return g_signal_has_handler_pending(element_, signal, 0, FALSE) != FALSE;
}

gboolean DecodeFace::on_continue(GstElement*, GstPad* pad, GstCaps* caps, gpointer self) {
  const DecodeFace& face = face_of(self);
  gboolean goes_on = TRUE;
  if (face.is_heard(signals[autoplug_continue]))
    g_signal_emit(face.element_, signals[autoplug_continue], 0, pad, caps, &goes_on);
  return goes_on;
}

gpointer DecodeFace::on_factories(GstElement*, GstPad* pad, GstCaps* caps, gpointer self) {
  const DecodeFace& face = face_of(self);
  gpointer factories = nullptr;
  g_signal_emit(face.element_, signals[autoplug_factories], 0, pad, caps, &factories);
  return factories;
}

gpointer DecodeFace::on_sort(GstElement*, GstPad* pad, GstCaps* caps, gpointer factories,
                             gpointer self) {
  const DecodeFace& face = face_of(self);
  gpointer sorted = nullptr;
  if (face.is_heard(signals[autoplug_sort]))
    g_signal_emit(face.element_, signals[autoplug_sort], 0, pad, caps, factories, &sorted);
  return sorted;
}

int DecodeFace::on_select(GstElement*, GstPad* pad, GstCaps* caps, GstElementFactory* factory,
                          gpointer self) {
  const DecodeFace& face = face_of(self);
  if (!may_plug(factory, caps)) {
    GST_INFO_OBJECT(face.element_, "%s is not let near a stranger's file",
                    GST_OBJECT_NAME(factory));
    return select_skip;
  }
  int chosen = select_try;
  if (face.is_heard(signals[autoplug_select]))
    g_signal_emit(face.element_, signals[autoplug_select], 0, pad, caps, factory, &chosen);
  return chosen;
}

gboolean DecodeFace::on_query(GstElement*, GstPad* pad, GstElement* child, GstQuery* query,
                              gpointer self) {
  const DecodeFace& face = face_of(self);
  gboolean is_answered = FALSE;
  if (face.is_heard(signals[autoplug_query]))
    g_signal_emit(face.element_, signals[autoplug_query], 0, pad, child, query, &is_answered);
  return is_answered;
}

// decodebin has told of the missing decoder; whoever does not install one is told here.
void DecodeFace::on_unknown_type(GstElement*, GstPad* pad, GstCaps* caps, gpointer self) {
  const DecodeFace& face = face_of(self);
  g_signal_emit(face.element_, signals[unknown_type], 0, pad, caps);
  if (is_text(caps) || gst_caps_is_empty(caps) || gst_caps_is_any(caps)) return;
  const OwnedString text(gst_caps_to_string(caps));
  GST_ELEMENT_WARNING(face.element_, STREAM, CODEC_NOT_FOUND,
                      ("A stream of the clip (%s) is not played: no decoder for it is installed.",
                       gst_structure_get_name(gst_caps_get_structure(caps, 0))),
                      ("No decoder available for type '%s'.", text.get()));
}

void DecodeFace::on_drained(GstElement*, gpointer self) {
  g_signal_emit(face_of(self).element_, signals[drained], 0);
}

}  // namespace prompt::element
