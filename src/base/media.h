// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a clip can be, and when one that still arrives may be begun: words that every layer has
// alike.
#pragma once

#include <optional>
#include <string_view>

namespace prompt {

/// `automatic`: what the model makes.
enum class Media { automatic, video, image, audio };

/// "auto", "video", "image" or "audio".
[[nodiscard]] const char* to_string(Media media);
[[nodiscard]] std::optional<Media> media_from_string(std::string_view name);

/// When bytes are released: once the kind of media is known, once what remains will arrive before
/// it is needed, or once all is here.
enum class StartPolicy { first_byte, safe, complete };

}  // namespace prompt
