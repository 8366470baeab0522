// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Text as masks that can be moved about: laid out once by Pango (which wraps, finds fonts for every
// script and orders right-to-left text), then cut into its words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rehearsal/render/frame.h"

namespace prompt::rehearsal {

/// A word (a character, in scripts without spaces) and where it stands in its paragraph.
struct Sprite {
  Mask mask;
  Mask shadow;  ///< wider than the mask by `shadow_margin` on each side
  int shadow_margin = 0;
  double x = 0;
  double y = 0;
};

struct Paragraph {
  std::vector<Sprite> words;  ///< in reading order
  int width = 0;
  int height = 0;
};

/// Lays out a text, centred, in the largest font between the two sizes (in pixels) that fits the
/// box. A text that does not fit even in the smallest ends in an ellipsis. `text` is valid UTF-8.
[[nodiscard]] Paragraph lay_out(std::string_view text, int box_width, int box_height,
                                int largest_font, int smallest_font);

/// A single line in one piece, e.g. a label. `bold` chooses the weight.
[[nodiscard]] Mask draw_line(std::string_view text, int font, bool bold);

}  // namespace prompt::rehearsal
