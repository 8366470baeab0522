// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The `parameters` property: a GstStructure's fields as JSON members of the same types.
#pragma once

#include <gst/gst.h>

#include "base/error.h"
#include "json/value.h"

namespace prompt::element {

/// Boolean stays boolean, integers stay integers, float and double are numbers, strings strings,
/// arrays and lists arrays, a structure inside is an object. NULL gives an empty object. Error:
/// settings, for a field of any other type, a number that JSON cannot hold or a text that is not
/// UTF-8. Any thread.
[[nodiscard]] Result<json::Object> structure_to_json(const GstStructure* structure);

}  // namespace prompt::element
