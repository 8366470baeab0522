// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/media.h"

#include <array>

namespace prompt {
namespace {

struct MediaName {
  Media media;
  const char* name;
};

constexpr std::array media_names = {
    MediaName{Media::automatic, "auto"}, MediaName{Media::video, "video"},
    MediaName{Media::image, "image"}, MediaName{Media::audio, "audio"}};

}  // namespace

const char* to_string(Media media) {
  for (const MediaName& entry : media_names)
    if (entry.media == media) return entry.name;
  return "unknown";
}

std::optional<Media> media_from_string(std::string_view name) {
  for (const MediaName& entry : media_names)
    if (name == entry.name) return entry.media;
  return std::nullopt;
}

}  // namespace prompt
