// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a model makes, where a provider has any number of models. A request does not say which
// medium it wants there: who asks for pictures names a model that makes pictures. So it is the name
// that tells here, too, or else a member that only one medium's models know.
#pragma once

#include <string_view>

#include "json/value.h"
#include "rehearsal/render/render_spec.h"

namespace prompt::rehearsal {

/// By what the name says of itself ("text-to-image", "...-music"), then by the families of models
/// that the services' own galleries show ("flux", "lyria", but also "veo"), then by the request's
/// members ("num_images", "lyrics"); a video if nothing tells.
[[nodiscard]] MediaKind kind_of(std::string_view model, const json::Object& input);

}  // namespace prompt::rehearsal
