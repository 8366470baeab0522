// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// MXF (SMPTE 377-1, 379-1) as our exports have it: frames of VC-3 (DNxHD, DNxHR) and PCM, by its
// packets. GStreamer's demuxer is not asked: it ends the process over files of its own muxer.
#pragma once

#include "edit/clip_facts.h"
#include "edit/media_file.h"

namespace prompt::edit {

/// Fills in what the file has. Errors: wrong_media for a file that is cut or damaged, or that has
/// another coding.
[[nodiscard]] Result<void> read_mxf_facts(const MediaFile& file, ClipFacts& facts);

}  // namespace prompt::edit
