// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine's enumerations as GObject types, for properties. The numbers are the engine's own; the
// nicks are the interface.
#pragma once

#include <gst/gst.h>

#include "engine/settings_text.h"

namespace prompt::element {

/// Of a setting that takes one of several words: GstPromptOnStop for on-stop.
GType choice_type(const engine::Setting& setting);
GType job_state_type();  ///< GstPromptJobState: those that users see of JobState

/// The nick of a value, e.g. "first-byte"; "" for a number outside the type.
[[nodiscard]] const char* nick_of(GType type, int value);

}  // namespace prompt::element
