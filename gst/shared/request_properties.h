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
#include "engine/settings_text.h"

namespace prompt::element {

/// What an element asks for, as set at one moment.
struct ElementRequest {
  engine::Settings settings;
  /// All of it was set by a URI, and nobody has changed what is asked for since.
  bool is_from_uri = false;
};

/// The property ids are those of the rows of engine::settings_table(), from 1 on (GObject's 0 is
/// taken).
class RequestProperties {
 public:
  /// Installs one property for each row. In class_init.
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
    /// In place of those of the settings, so that they are read as they were written; never changed
    /// once it is here.
    std::shared_ptr<const GstStructure> parameters;
    bool refreshed = false;
    bool is_from_uri = false;
    /// What was last set to a value it does not take, and why.
    std::map<const engine::Setting*, std::string> wrong;
  };

  static void set_value(Values& values, const engine::Setting& setting, const GValue* value);
  static std::string describe(const Values& values);
  [[nodiscard]] Values values() const;

  mutable Guarded<Values> values_;
};

}  // namespace prompt::element
