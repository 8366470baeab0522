// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What GStreamer's demuxer does not tell of an MP4 or QuickTime file: whether it is cut, its
// timecode track, and whether it has content credentials.
#pragma once

#include <cstdint>
#include <optional>

#include "edit/media_file.h"

namespace prompt::edit {

struct Mp4Header {
  /// The first frame's number by the timecode track (QuickTime File Format, "Timecode Media").
  std::optional<std::int64_t> start_frame;
  bool is_drop_frame = false;
  /// A C2PA manifest store stands in a box of its own (C2PA specification, A.5).
  bool has_c2pa = false;
};

/// Goes over the boxes. Errors: wrong_media for a file whose boxes reach beyond its end.
[[nodiscard]] Result<Mp4Header> read_mp4_header(const MediaFile& file);

}  // namespace prompt::edit
