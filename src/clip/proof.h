// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whether a file is whole, by its own structure. A connection that ends early looks like success in
// several ways (a chunked body cut between chunks, a body without a length), and players play a cut
// file without an error, so what was paid for is only called complete when this agrees.
#pragma once

#include <string>

#include "clip/bytes.h"
#include "clip/kind.h"

namespace prompt::clip {

enum class Wholeness {
  whole,         ///< The structure reaches its own end within the file.
  cut,           ///< Something is missing at the end.
  damaged,       ///< The structure contradicts itself; more bytes would not help.
  not_provable,  ///< Nothing is wrong, and nothing says where the file ends: only a length can.
};

struct Proof {
  Wholeness wholeness = Wholeness::not_provable;
  std::string reason;  ///< What is missing or wrong, to stand behind a colon; empty where whole.
};

/// Looks at all that says where a file of this kind ends. Reads little but for JPEG and GIF (all of
/// it, once); time and memory are bounded by the file's size whatever the file says. Pure but for
/// the reading. Streams of frames (MP3, AAC, FLAC,
/// MPEG-TS and the like) are never provable.
[[nodiscard]] Proof prove(Kind kind, const ByteSource& file);

}  // namespace prompt::clip
