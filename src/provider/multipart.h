// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// multipart/form-data (RFC 7578) from the members of an object.
#pragma once

#include <string>

#include "base/error.h"
#include "json/value.h"

namespace prompt::provider {

struct Multipart {
  std::string content_type;  ///< With the boundary.
  std::string body;
};

/// One part per member: a string, number or truth value as text, a local image ({"data": base64,
/// "content-type": ...}) as a file, any other object as JSON in a text, a list as several parts of
/// the same name. Equal values give equal bytes. Error: settings for null and for lists in lists.
[[nodiscard]] Result<Multipart> write_multipart(const json::Object& members);

}  // namespace prompt::provider
