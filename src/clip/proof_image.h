// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The proofs for still images; see proof.h, which is what others include.
#pragma once

#include "clip/proof.h"

namespace prompt::clip {

/// A walk over the chunks to IEND (PNG specification, 5.3).
[[nodiscard]] Proof prove_png(const ByteSource& file);
/// A walk over the segments to EOI (ITU-T T.81, B.1.1); thumbnails within segments do not count.
[[nodiscard]] Proof prove_jpeg(const ByteSource& file);
/// A walk over the blocks to the trailer (GIF89a, appendix B).
[[nodiscard]] Proof prove_gif(const ByteSource& file);

/// Whether a file of a kind that can be a still or move has more than one picture.
[[nodiscard]] bool is_moving(Kind kind, const ByteSource& file);

}  // namespace prompt::clip
