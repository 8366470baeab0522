// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Frame headers of MPEG audio, of AAC in ADTS and of AC-3, as far as it takes to find the next one.
#pragma once

#include "clip/bytes.h"

namespace prompt::clip {

struct AudioFrame {
  std::size_t length = 0;    ///< Bytes, header included.
  std::uint64_t format = 0;  ///< What stays the same in all frames of a stream.
};

/// So many bytes are looked at by the functions below.
inline constexpr std::size_t audio_header_size = 7;

/// An MPEG-1, 2 or 2.5 layer III frame header (ISO/IEC 11172-3, 2.4.1.3) at the front; nothing
/// where there is none, or one of free format.
[[nodiscard]] std::optional<AudioFrame> mp3_frame(Bytes bytes);

/// The same of layer II.
[[nodiscard]] std::optional<AudioFrame> mp2_frame(Bytes bytes);

/// An ADTS header (ISO/IEC 14496-3, 1.A.2.2) at the front; nothing where there is none.
[[nodiscard]] std::optional<AudioFrame> adts_frame(Bytes bytes);

/// An AC-3 or an E-AC-3 header (ETSI TS 102 366, 4.4.1 and E.1.3.1) at the front; nothing where
/// there is none.
[[nodiscard]] std::optional<AudioFrame> ac3_frame(Bytes bytes);
[[nodiscard]] std::optional<AudioFrame> eac3_frame(Bytes bytes);

}  // namespace prompt::clip
