// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// prove() for formats that are chunks or packets in a row. Where a header's size is a known lie
// (written by what could not go back and fill it in) and the media are there, that is no cut.
#pragma once

#include "clip/proof.h"

namespace prompt::clip {

[[nodiscard]] Proof prove_riff(const ByteSource& file);  ///< And RF64.
[[nodiscard]] Proof prove_aiff(const ByteSource& file);
[[nodiscard]] Proof prove_flv(const ByteSource& file);
[[nodiscard]] Proof prove_asf(const ByteSource& file);
[[nodiscard]] Proof prove_wavpack(const ByteSource& file);
[[nodiscard]] Proof prove_ivf(const ByteSource& file);
[[nodiscard]] Proof prove_bmp(const ByteSource& file);
[[nodiscard]] Proof prove_jpeg_2000(Kind kind, const ByteSource& file);

}  // namespace prompt::clip
