// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reference images as they are given: URLs that the provider fetches, or local files.
#pragma once

#include <string>

#include "provider/description.h"

namespace prompt::engine {

/// An http(s) URL stays one. A path or file: URI is read where the model takes content in the
/// request (else it is left for the check of the request to refuse). Error (settings): names the
/// file and what is wrong with it. Reads a file; not for an application's thread.
[[nodiscard]] Result<provider::Image> load_image(const std::string& text,
                                                 const provider::Description& description,
                                                 const std::string& model, Media media);

}  // namespace prompt::engine
