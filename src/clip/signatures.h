// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Kinds of media that a few bytes at fixed places tell apart.
#pragma once

#include "clip/kind.h"

namespace prompt::clip {

/// The kind that these bytes, at least `signature_size` of the beginning, have the mark of. Pure.
[[nodiscard]] std::optional<Kind> kind_of_signature(Bytes beginning);

/// With fewer bytes the answer could still change.
inline constexpr std::size_t signature_size = 24;

}  // namespace prompt::clip
