// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// MP4 files carry the moment they were made. Cleared, the same request gives the same bytes.
#pragma once

#include <string>

#include "base/error.h"

namespace prompt::rehearsal {

/// Sets creation and modification times (ISO/IEC 14496-12: mvhd, tkhd, mdhd) of an MP4 file to
/// zero. Errors: storage, malformed.
[[nodiscard]] Result<void> clear_mp4_times(const std::string& path);

}  // namespace prompt::rehearsal
