// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/preview.h"

#include <cairo.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "rehearsal/render/frame.h"
#include "rehearsal/render/painter.h"

namespace prompt::rehearsal {
namespace {

constexpr int thumbnail_width = 640;
constexpr int tile_width = 160;
constexpr int sheet_columns = 5;
constexpr int sheet_rows = 4;
constexpr int last_bt601_height = 576;  // as to_yuv() has it

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

RenderSpec scaled(const RenderSpec& spec, int width) {
  RenderSpec small = spec;
  small.width = std::max(16, std::min(spec.width, width) & ~1);
  small.height = std::max(16, spec.height * small.width / std::max(1, spec.width) & ~1);
  return small;
}

std::uint32_t clamp(double value) {
  return static_cast<std::uint32_t>(std::clamp(value, 0.0, 255.0));
}

// Video-range YUV to what cairo holds: 32 bits, blue lowest.
std::uint32_t to_pixel(const Yuv& colour, bool is_bt601) {
  const double y = 1.164 * (colour.y - 16);
  const double u = colour.u - 128;
  const double v = colour.v - 128;
  const double red = y + (is_bt601 ? 1.596 : 1.793) * v;
  const double green = is_bt601 ? y - 0.392 * u - 0.813 * v : y - 0.213 * u - 0.533 * v;
  const double blue = y + (is_bt601 ? 2.017 : 2.112) * u;
  return 0xFF000000U | clamp(red) << 16U | clamp(green) << 8U | clamp(blue);
}

class Canvas {
 public:
  explicit Canvas(const RenderSpec& spec)
      : width_(spec.width),
        height_(spec.height),
        y_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)),
        u_(y_.size() / 4),
        v_(y_.size() / 4),
        painter_(spec) {}

  // Paints a frame and puts it onto the surface, its left upper corner at (left, top).
  void put(int index, cairo_surface_t* surface, int left, int top) {
    Frame frame{width_, height_, y_.data(), u_.data(), v_.data(), width_, width_ / 2};
    painter_.paint(frame, index);
    unsigned char* const pixels = cairo_image_surface_get_data(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    const bool is_bt601 = height_ <= last_bt601_height;
    for (int row = 0; row < height_; ++row) {
      auto* out = reinterpret_cast<std::uint32_t*>(pixels + (top + row) * stride) + left;
      for (int column = 0; column < width_; ++column) {
        const auto small = static_cast<std::size_t>(row / 2 * (width_ / 2) + column / 2);
        const Yuv colour{y_[static_cast<std::size_t>(row * width_ + column)], u_[small], v_[small]};
        out[column] = to_pixel(colour, is_bt601);
      }
    }
  }

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> y_;
  std::vector<std::uint8_t> u_;
  std::vector<std::uint8_t> v_;
  Painter painter_;
};

cairo_status_t on_bytes(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

std::string paint(const RenderSpec& spec, int columns, int rows) {
  const Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, spec.width * columns, spec.height * rows),
      cairo_surface_destroy);
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return {};
  Canvas canvas(spec);
  cairo_surface_flush(surface.get());
  const int tiles = columns * rows;
  for (int i = 0; i < tiles; ++i)
    canvas.put(frame_count(spec) * (2 * i + 1) / (2 * tiles), surface.get(),
               i % columns * spec.width, i / columns * spec.height);
  cairo_surface_mark_dirty(surface.get());
  std::string png;
  cairo_surface_write_to_png_stream(surface.get(), on_bytes, &png);
  return png;
}

}  // namespace

std::string paint_thumbnail(const RenderSpec& spec) {
  return paint(scaled(spec, thumbnail_width), 1, 1);
}

std::string paint_spritesheet(const RenderSpec& spec) {
  return paint(scaled(spec, tile_width), sheet_columns, sheet_rows);
}

}  // namespace prompt::rehearsal
