// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a model makes, where a provider has any number of models. A request does not say which
// medium it wants there: who asks for pictures names a model that makes pictures. So only the name
// can tell here, too.
#pragma once

#include <string_view>

#include "rehearsal/render_spec.h"

namespace prompt::rehearsal {

/// By what the name says of itself ("text-to-image", "...-music"), then by the families of models
/// that the services' own galleries show ("flux", "lyria"); a video if neither tells.
[[nodiscard]] MediaKind kind_by_name(std::string_view model);

}  // namespace prompt::rehearsal
