// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Value to JSON text.
#pragma once

#include <string>

#include "json/value.h"

namespace prompt::json {

/// Compact JSON with the members in their order; what is sent.
[[nodiscard]] std::string write(const Value& value);

/// Compact JSON with the members sorted by name (bytewise) at every level; what is hashed. Equal
/// values give equal bytes.
[[nodiscard]] std::string write_canonical(const Value& value);

}  // namespace prompt::json
