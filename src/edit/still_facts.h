// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Pictures, by their headers: PNG (W3C PNG, 5), JPEG (ITU-T T.81, B), WebP (RFC 9649).
#pragma once

#include "edit/media_file.h"

namespace prompt::edit {

struct StillFacts {
  int width = 0;
  int height = 0;
  /// A C2PA manifest store: a `caBX` chunk, APP11 segments with JUMBF, or a `C2PA` chunk.
  bool has_c2pa = false;
};

/// Errors: wrong_media, where the header is damaged or the picture's end is not there.
[[nodiscard]] Result<StillFacts> read_still_facts(const MediaFile& file, const FileKind& kind);

}  // namespace prompt::edit
