// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How far into an MP4 its index reaches (ISO/IEC 14496-12, 8.7): whether what a player will ask for
// is there, whatever else the file says of itself.
#pragma once

#include "clip/bytes.h"

namespace prompt::clip {

/// The end of the last sample of any track that the `moov` at `begin` (of `size` bytes, header
/// included) speaks of; 0 if it speaks of none. Nothing where the index cannot be read, or where
/// the film goes on in fragments. Reads the sample tables once; memory stays small.
[[nodiscard]] std::optional<std::uint64_t> mp4_samples_end(const ByteSource& file,
                                                           std::uint64_t begin, std::uint64_t size);

}  // namespace prompt::clip
