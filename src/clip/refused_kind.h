// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Names for what is not let through, so that an error says what was sent instead of a clip.
#pragma once

#include "clip/bytes.h"

namespace prompt::clip {

/// How many bytes give a good name to anything in here.
inline constexpr std::size_t naming_size = 1024;

/// As name_refused() calls what begins like JSON: an API's words in place of the file.
inline constexpr const char* json_text = "JSON text";
/// The code of the error that says so.
inline constexpr const char* json_instead_of_media = "JSON_INSTEAD_OF_MEDIA";

/// What data that is none of our kinds looks like, with its article: "an HTML page". Pure. Looks at
/// the first naming_size bytes at most.
[[nodiscard]] const char* name_refused(Bytes beginning);

}  // namespace prompt::clip
