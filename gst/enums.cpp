// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "enums.h"

#include "engine/job_handle.h"
#include "engine/settings.h"

namespace prompt::element {
namespace {

template <typename T>
constexpr GEnumValue entry(T value, const char* name, const char* nick) {
  return GEnumValue{static_cast<int>(value), name, nick};
}

GType register_enum(const char* name, const GEnumValue* values) {
  const GType type = g_enum_register_static(name, values);
  gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
  return type;
}

}  // namespace

GType media_type() {
  static const GEnumValue values[] = {
      entry(Media::automatic, "What the model makes", "auto"),
      entry(Media::video, "A video", "video"),
      entry(Media::image, "A still image", "image"),
      entry(Media::audio, "Music or other sound", "audio"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptMedia", values);
  return type;
}

GType cache_type() {
  using engine::CachePolicy;
  static const GEnumValue values[] = {
      entry(CachePolicy::use, "Play a finished clip of the same request without paying", "use"),
      entry(CachePolicy::refresh, "Pay for a new clip", "refresh"),
      entry(CachePolicy::only, "Never pay; an error if there is no clip", "only"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptCache", values);
  return type;
}

GType on_stop_type() {
  using engine::OnStop;
  static const GEnumValue values[] = {
      entry(OnStop::keep, "The job goes on and can be picked up again", "keep"),
      entry(OnStop::cancel, "The job is cancelled", "cancel"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptOnStop", values);
  return type;
}

GType start_policy_type() {
  static const GEnumValue values[] = {
      entry(StartPolicy::first_byte, "As soon as the kind of media is known", "first-byte"),
      entry(StartPolicy::safe, "When what remains will arrive before it is needed", "safe"),
      entry(StartPolicy::complete, "When the clip is here whole", "complete"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptStartPolicy", values);
  return type;
}

GType job_state_type() {
  using engine::ViewState;
  static const GEnumValue values[] = {
      entry(ViewState::idle, "Nothing was asked for yet", "idle"),
      entry(ViewState::submitting, "The request is on its way", "submitting"),
      entry(ViewState::queued, "Waiting for its turn at the provider", "queued"),
      entry(ViewState::running, "The provider works on it", "running"),
      entry(ViewState::fetching, "The clip is being downloaded", "fetching"),
      entry(ViewState::ready, "The clip is here", "ready"),
      entry(ViewState::failed, "The task failed", "failed"),
      entry(ViewState::cancelled, "The job was cancelled", "cancelled"),
      entry(ViewState::uncertain, "It cannot be known whether a paid task exists", "uncertain"),
      {0, nullptr, nullptr},
  };
  static const GType type = register_enum("GstPromptJobState", values);
  return type;
}

const char* nick_of(GType type, int value) {
  auto* enums = static_cast<GEnumClass*>(g_type_class_ref(type));
  const GEnumValue* found = g_enum_get_value(enums, value);
  // The nick is in static storage, so it outlives the class reference.
  const char* nick = found != nullptr ? found->value_nick : "";
  g_type_class_unref(enums);
  return nick;
}

}  // namespace prompt::element
