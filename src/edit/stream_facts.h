// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The streams of a media file, read through once by its demuxer and parsers and decoded by nobody:
// what is counted is what the file has, and not what its header promises.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "edit/frame_rate.h"
#include "edit/gst_ready.h"
#include "edit/media_file.h"

namespace prompt::edit {

/// When reading is given up.
struct ReadLimits {
  std::chrono::milliseconds idle{20000};    ///< Without a single buffer.
  std::chrono::milliseconds whole{300000};  ///< For all of it.
};

struct StreamFacts {
  /// As the parser tells them, from the file's own headers; never empty.
  Ref<GstCaps> caps;
  std::int64_t buffers = 0;  ///< Of video: frames. Only what is shown: not what an edit list hides.
  std::int64_t key_frames = 0;
  std::int64_t duration_ns = 0;  ///< From the first sample to the last one's end.
  /// Of video: constant, or 0/1.
  FrameRate rate;
};

/// In the order in which they begin. Blocks. Errors: wrong_media for what cannot be taken apart;
/// deadline; unavailable for elements that are not installed.
[[nodiscard]] Result<std::vector<StreamFacts>> read_streams(const MediaFile& file,
                                                            const FileKind& kind,
                                                            const ReadLimits& limits);

}  // namespace prompt::edit
