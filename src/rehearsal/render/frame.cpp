// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/frame.h"

#include <algorithm>
#include <cmath>

namespace prompt::rehearsal {
namespace {

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

// `weight` is 0..256.
std::uint8_t towards(std::uint8_t from, std::uint8_t to, int weight) {
  return static_cast<std::uint8_t>((from * (256 - weight) + to * weight + 128) >> 8);
}

// One plane of a mask. A chroma plane sees the mask at half its size.
struct PlaneTarget {
  std::uint8_t* pixels;
  int stride;
  int width;
  int height;
  int step;  // luma pixels per pixel of this plane
};

// At whole pixels no sampling is needed, which makes large soft masks cheap.
void blend_aligned(const PlaneTarget& plane, const Mask& mask, int x, int y, std::uint8_t colour,
                   int opacity) {
  const int from_y = std::max(0, (y + plane.step - 1) / plane.step);
  const int to_y = std::min(plane.height, (y + mask.height + plane.step - 1) / plane.step);
  const int from_x = std::max(0, (x + plane.step - 1) / plane.step);
  const int to_x = std::min(plane.width, (x + mask.width + plane.step - 1) / plane.step);
  for (int row = from_y; row < to_y; ++row) {
    std::uint8_t* line = plane.pixels + static_cast<std::ptrdiff_t>(row) * plane.stride;
    const std::uint8_t* coverage =
        mask.coverage.data() + static_cast<std::ptrdiff_t>(row * plane.step - y) * mask.width - x;
    for (int column = from_x; column < to_x; ++column)
      line[column] =
          towards(line[column], colour, (coverage[column * plane.step] * opacity + 128) >> 8);
  }
}

// The mask between its pixels, at weights of 1/16: enough that a slow drift does not stutter. What
// lies half outside the mask is left out, as masks are empty along their borders.
void blend_between(const PlaneTarget& plane, const Mask& mask, double x, double y,
                   std::uint8_t colour, int opacity) {
  const int origin_x = static_cast<int>(std::floor(x)) + 1;
  const int origin_y = static_cast<int>(std::floor(y)) + 1;
  const int right = 16 - static_cast<int>((x - origin_x + 1) * 16);
  const int below = 16 - static_cast<int>((y - origin_y + 1) * 16);
  const auto first = [&plane](int origin) {
    return std::max(0, (origin + plane.step - 1) / plane.step);
  };
  const auto end = [&plane](int origin, int size, int limit) {
    return std::min(limit, (origin + size - 1 + plane.step - 1) / plane.step);
  };
  const int to_y = end(origin_y, mask.height, plane.height);
  const int from_x = first(origin_x);
  const int to_x = end(origin_x, mask.width, plane.width);
  for (int row = first(origin_y); row < to_y; ++row) {
    std::uint8_t* line = plane.pixels + static_cast<std::ptrdiff_t>(row) * plane.stride;
    const std::uint8_t* top = mask.coverage.data() - origin_x +
                              static_cast<std::ptrdiff_t>(row * plane.step - origin_y) * mask.width;
    const std::uint8_t* bottom = top + mask.width;
    for (int column = from_x; column < to_x; ++column) {
      const int at = column * plane.step;
      const int upper = top[at] * (16 - right) + top[at + 1] * right;
      const int lower = bottom[at] * (16 - right) + bottom[at + 1] * right;
      const int coverage = (upper * (16 - below) + lower * below) >> 8;
      line[column] = towards(line[column], colour, (coverage * opacity + 128) >> 8);
    }
  }
}

void blend_plane(const PlaneTarget& plane, const Mask& mask, double x, double y,
                 std::uint8_t colour, int opacity) {
  if (x == std::floor(x) && y == std::floor(y))
    blend_aligned(plane, mask, static_cast<int>(x), static_cast<int>(y), colour, opacity);
  else
    blend_between(plane, mask, x, y, colour, opacity);
}

// One direction of a box blur, in place.
void blur_rows(Mask& mask, int radius) {
  std::vector<std::uint8_t> line(static_cast<std::size_t>(mask.width));
  for (int y = 0; y < mask.height; ++y) {
    int sum = 0;
    for (int x = -radius; x <= radius; ++x) sum += mask.at(x, y);
    for (int x = 0; x < mask.width; ++x) {
      line[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(sum / (2 * radius + 1));
      sum += mask.at(x + radius + 1, y) - mask.at(x - radius, y);
    }
    for (int x = 0; x < mask.width; ++x)
      mask.at_unchecked(x, y) = line[static_cast<std::size_t>(x)];
  }
}

Mask transposed(const Mask& mask) {
  Mask out(mask.height, mask.width);
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) out.at_unchecked(y, x) = mask.at(x, y);
  return out;
}

}  // namespace

Rgb from_hsv(double hue, double saturation, double value) {
  const double turn = (hue - std::floor(hue)) * 6;
  const auto channel = [&](double offset) {
    const double place = std::fmod(turn + offset, 6.0);
    return value - value * saturation * std::clamp(std::min(place, 4 - place), 0.0, 1.0);
  };
  return Rgb{channel(5), channel(3), channel(1)};
}

Rgb mix(const Rgb& a, const Rgb& b, double amount) {
  return Rgb{a.r + (b.r - a.r) * amount, a.g + (b.g - a.g) * amount, a.b + (b.b - a.b) * amount};
}

Yuv to_yuv(const Rgb& colour, int frame_height) {
  const double kr = frame_height > 576 ? 0.2126 : 0.299;
  const double kb = frame_height > 576 ? 0.0722 : 0.114;
  const double luma = kr * colour.r + (1 - kr - kb) * colour.g + kb * colour.b;
  return Yuv{to_byte(16 + 219 * luma), to_byte(128 + 112 * (colour.b - luma) / (1 - kb)),
             to_byte(128 + 112 * (colour.r - luma) / (1 - kr))};
}

Mask make_disc(int diameter, double hardness) {
  Mask mask(diameter, diameter);
  const double radius = diameter / 2.0;
  for (int y = 0; y < diameter; ++y)
    for (int x = 0; x < diameter; ++x) {
      const double distance = std::hypot(x + 0.5 - radius, y + 0.5 - radius) / radius;
      const double glow = std::pow(std::max(0.0, 1 - distance), 2.2);
      const double disc = std::clamp((1 - distance) * radius / 1.5, 0.0, 1.0);
      mask.at_unchecked(x, y) = to_byte(255 * (glow * (1 - hardness) + disc * hardness));
    }
  return mask;
}

Mask blurred(const Mask& mask, int radius) {
  Mask out(mask.width + 2 * radius, mask.height + 2 * radius);
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) out.at_unchecked(x + radius, y + radius) = mask.at(x, y);
  const int half = std::max(1, radius / 2);
  // Two box blurs are near enough to a Gaussian for a shadow.
  for (int pass = 0; pass < 2; ++pass) {
    blur_rows(out, half);
    out = transposed(out);
    blur_rows(out, half);
    out = transposed(out);
  }
  return out;
}

void blend(Frame& frame, const Mask& mask, double x, double y, const Yuv& colour, double opacity) {
  const int weight = static_cast<int>(std::clamp(opacity, 0.0, 1.0) * 256);
  if (weight == 0) return;
  blend_plane({frame.y, frame.y_stride, frame.width, frame.height, 1}, mask, x, y, colour.y,
              weight);
  const int half_width = (frame.width + 1) / 2;
  const int half_height = (frame.height + 1) / 2;
  blend_plane({frame.u, frame.uv_stride, half_width, half_height, 2}, mask, x, y, colour.u, weight);
  blend_plane({frame.v, frame.uv_stride, half_width, half_height, 2}, mask, x, y, colour.v, weight);
}

void fill_rectangle(Frame& frame, int x, int y, int width, int height, const Yuv& colour,
                    double opacity) {
  const int weight = static_cast<int>(std::clamp(opacity, 0.0, 1.0) * 256);
  const auto fill = [&](std::uint8_t* pixels, int stride, int step, std::uint8_t value) {
    const int right = std::min(frame.width, x + width);
    const int bottom = std::min(frame.height, y + height);
    for (int row = std::max(0, y) / step; row < (bottom + step - 1) / step; ++row)
      for (int column = std::max(0, x) / step; column < (right + step - 1) / step; ++column) {
        std::uint8_t& pixel = pixels[static_cast<std::ptrdiff_t>(row) * stride + column];
        pixel = towards(pixel, value, weight);
      }
  };
  fill(frame.y, frame.y_stride, 1, colour.y);
  fill(frame.u, frame.uv_stride, 2, colour.u);
  fill(frame.v, frame.uv_stride, 2, colour.v);
}

}  // namespace prompt::rehearsal
