// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The properties that say what is wanted: one implementation for all elements. Values are kept
// behind a lock, because applications set them from any thread while a streaming thread reads them.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/guarded.h"
#include "engine/settings.h"

namespace prompt::element {

/// The property ids of every element, from 1 on (GObject's 0 is taken).
enum class Property : guint {
  provider = 1,
  model,
  prompt,
  media,
  duration,
  aspect_ratio,
  resolution,
  generate_audio,
  images,
  image,
  result,
  seed,
  take,
  parameters,
  callback_url,
  api_key,
  base_url,
  task_id,
  cache,
  max_credits,
  poll_interval,
  generation_timeout,
  on_stop,
  start_policy,
  library,
  // What follows is read-only and answered by JobProperties.
  job_state,
  progress,
  credits,
  clip_location,
  current_task_id,
  job_id,
};

/// What an element asks for, as set at one moment.
struct ElementRequest {
  engine::Settings settings;
  unsigned result = 0;
  StartPolicy start_policy = StartPolicy::safe;
  /// All of it was set by a URI, and nobody has changed what is asked for since.
  bool is_from_uri = false;
};

class RequestProperties {
 public:
  /// Installs all properties, the read-only ones included. In class_init.
  static void install(GObjectClass* klass);

  /// False for an id that is not one of these. A value outside of its range is not taken over, and
  /// makes request() fail until the property is set to a right one. Any thread. The caller notifies
  /// (GObject does).
  bool set(guint id, const GValue* value, GParamSpec* spec);
  bool get(guint id, GValue* value) const;

  /// Sets all that a URI describes; what the URI does not name goes back to its default. All or
  /// nothing. Error: settings, naming the property and the value.
  [[nodiscard]] Result<void> set_uri(std::string_view uri);
  /// The URI of what is set now; empty without a prompt. Holds only what a URI may set.
  [[nodiscard]] std::string uri() const;

  /// What is asked for now. Error: settings (a property that could not be set, parameters that have
  /// no JSON form).
  [[nodiscard]] Result<ElementRequest> request() const;
  /// A refresh was begun: from now on this element plays what that brings, until a property is set.
  void mark_refreshed();

  /// Whose API is asked, by its id.
  [[nodiscard]] std::string provider() const;
  /// 16 hexadecimal digits that are the same for the same request (no job is needed for that, and
  /// nothing of the prompt can be read from it).
  [[nodiscard]] std::string fingerprint() const;
  /// How long a still image is to be shown, where a URI asks for one: nobody behind the source
  /// could know. Nothing otherwise.
  [[nodiscard]] std::optional<std::chrono::seconds> still_of_uri() const;
  /// What a clip of this request is probably called at the end, before it is known: "mp4".
  [[nodiscard]] const char* likely_extension() const;

 private:
  struct Values {
    engine::Settings settings;
    unsigned result = 0;
    StartPolicy start_policy = StartPolicy::safe;
    std::shared_ptr<const GstStructure> parameters;  ///< Never changed once it is here.
    bool refreshed = false;
    bool is_from_uri = false;
    std::map<Property, std::string> wrong;  ///< What was last set to a value it does not take.
  };

  static bool is_of_the_order(Property id);
  static bool set_value(Values& values, Property id, const GValue* value);
  static Result<void> set_field(Values& values, const std::string& name, const std::string& text);
  static std::string describe(const Values& values);
  [[nodiscard]] Values values() const;

  mutable Guarded<Values> values_;
};

}  // namespace prompt::element
