// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A picture being painted: planar 4:2:0 in memory that somebody else owns, colours, and the few
// ways of putting a colour onto it. Everything is arithmetic on bytes, so that a clip renders many
// times faster than it plays. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace prompt::rehearsal {

/// Red, green and blue, each 0..1.
struct Rgb {
  double r = 0;
  double g = 0;
  double b = 0;
};

/// From hue in turns (wraps), saturation 0..1 and value 0..1.
[[nodiscard]] Rgb from_hsv(double hue, double saturation, double value);
/// `a` at 0, `b` at 1.
[[nodiscard]] Rgb mix(const Rgb& a, const Rgb& b, double amount);

/// Video-range luma and chroma.
struct Yuv {
  std::uint8_t y = 16;
  std::uint8_t u = 128;
  std::uint8_t v = 128;
};

struct Frame {
  int width = 0;
  int height = 0;
  std::uint8_t* y = nullptr;
  std::uint8_t* u = nullptr;
  std::uint8_t* v = nullptr;
  int y_stride = 0;
  int uv_stride = 0;
};

/// By BT.601 up to 576 lines, by BT.709 above: what a decoder assumes of a clip without colour
/// tags.
[[nodiscard]] Yuv to_yuv(const Rgb& colour, int frame_height);

/// How much of each pixel a shape covers, 0..255.
struct Mask {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> coverage;

  Mask() = default;
  Mask(int mask_width, int mask_height)
      : width(mask_width),
        height(mask_height),
        coverage(static_cast<std::size_t>(mask_width) * static_cast<std::size_t>(mask_height)) {}
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    if (x < 0 || y < 0 || x >= width || y >= height) return 0;
    return coverage[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                    static_cast<std::size_t>(x)];
  }
  std::uint8_t& at_unchecked(int x, int y) {
    return coverage[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                    static_cast<std::size_t>(x)];
  }
};

/// A disc whose coverage falls from the middle to nothing at the edge; `hardness` 0 is a soft glow,
/// 1 a disc with a smooth edge.
[[nodiscard]] Mask make_disc(int diameter, double hardness);
/// The mask with a border of `radius` pixels, smeared by that radius: a shadow.
[[nodiscard]] Mask blurred(const Mask& mask, int radius);

/// Puts a colour onto the frame where the mask covers it; (x, y) is the mask's upper left corner in
/// pixels, fractions are honoured; `opacity` 0..1. Parts outside the frame are left out.
void blend(Frame& frame, const Mask& mask, double x, double y, const Yuv& colour, double opacity);

/// Fills a rectangle, clipped to the frame; `opacity` 0..1.
void fill_rectangle(Frame& frame, int x, int y, int width, int height, const Yuv& colour,
                    double opacity);

}  // namespace prompt::rehearsal
