// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/text_sprites.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>

#include "base/ref.h"

namespace prompt::rehearsal {
namespace {

struct SurfaceFree {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct ContextFree {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
struct FontFree {
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
struct IteratorFree {
  void operator()(PangoLayoutIter* iterator) const { pango_layout_iter_free(iterator); }
};

// A cairo context on a mask of its own.
class Canvas {
 public:
  Canvas(int width, int height)
      : surface_(
            cairo_image_surface_create(CAIRO_FORMAT_A8, std::max(1, width), std::max(1, height))),
        context_(cairo_create(surface_.get())) {}

  [[nodiscard]] cairo_t* context() const { return context_.get(); }

  [[nodiscard]] Mask cut(const PangoRectangle& area) const {
    cairo_surface_flush(surface_.get());
    const unsigned char* bytes = cairo_image_surface_get_data(surface_.get());
    const int stride = cairo_image_surface_get_stride(surface_.get());
    const int width = cairo_image_surface_get_width(surface_.get());
    const int height = cairo_image_surface_get_height(surface_.get());
    Mask mask(std::max(1, area.width), std::max(1, area.height));
    if (bytes == nullptr) return mask;
    for (int y = 0; y < area.height; ++y)
      for (int x = 0; x < area.width; ++x) {
        const int from_x = area.x + x;
        const int from_y = area.y + y;
        if (from_x >= 0 && from_y >= 0 && from_x < width && from_y < height)
          mask.at_unchecked(x, y) = bytes[static_cast<std::ptrdiff_t>(from_y) * stride + from_x];
      }
    return mask;
  }

 private:
  std::unique_ptr<cairo_surface_t, SurfaceFree> surface_;
  std::unique_ptr<cairo_t, ContextFree> context_;
};

void set_font(PangoLayout* layout, int pixels, bool bold) {
  const std::unique_ptr<PangoFontDescription, FontFree> font(pango_font_description_new());
  pango_font_description_set_family(font.get(), "Sans");
  pango_font_description_set_weight(font.get(), bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font.get(), static_cast<double>(pixels) * PANGO_SCALE);
  pango_layout_set_font_description(layout, font.get());
}

// A piece of the text that stays together: between two places where a line may break, and within
// one line.
struct Piece {
  int from = 0;  // bytes
  int to = 0;
};

std::vector<Piece> split(PangoLayout* layout) {
  int count = 0;
  const PangoLogAttr* attributes = pango_layout_get_log_attrs_readonly(layout, &count);
  const char* text = pango_layout_get_text(layout);
  std::vector<int> borders;
  const char* place = text;
  for (int i = 0; i < count; ++i) {
    if (attributes[i].is_line_break != 0) borders.push_back(static_cast<int>(place - text));
    if (*place != '\0') place = g_utf8_next_char(place);
  }
  for (const GSList* line = pango_layout_get_lines_readonly(layout); line != nullptr;
       line = line->next)
    borders.push_back(static_cast<const PangoLayoutLine*>(line->data)->start_index);
  borders.push_back(0);
  borders.push_back(static_cast<int>(place - text));
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i)
    pieces.push_back({borders[i], borders[i + 1]});
  return pieces;
}

// Where a piece is drawn, by the clusters that belong to it; empty for white space and for what the
// ellipsis swallowed.
PangoRectangle area_of(PangoLayout* layout, const Piece& piece) {
  const std::unique_ptr<PangoLayoutIter, IteratorFree> place(pango_layout_get_iter(layout));
  int left = G_MAXINT;
  int top = G_MAXINT;
  int right = G_MININT;
  int bottom = G_MININT;
  do {
    const int index = pango_layout_iter_get_index(place.get());
    if (index < piece.from || index >= piece.to) continue;
    PangoRectangle ink;
    pango_layout_iter_get_cluster_extents(place.get(), &ink, nullptr);
    if (ink.width == 0 || ink.height == 0) continue;
    pango_extents_to_pixels(&ink, nullptr);
    left = std::min(left, ink.x - 1);
    top = std::min(top, ink.y - 1);
    right = std::max(right, ink.x + ink.width + 1);
    bottom = std::max(bottom, ink.y + ink.height + 1);
  } while (pango_layout_iter_next_cluster(place.get()) != 0);
  if (left > right) return PangoRectangle{0, 0, 0, 0};
  return PangoRectangle{left, top, right - left, bottom - top};
}

bool fits(PangoLayout* layout, int box_height) {
  int height = 0;
  pango_layout_get_pixel_size(layout, nullptr, &height);
  if (height > box_height) return false;
  // A word broken in two is worse than a smaller font.
  for (const GSList* line = pango_layout_get_lines_readonly(layout);
       line != nullptr && line->next != nullptr; line = line->next) {
    const auto* next = static_cast<const PangoLayoutLine*>(line->next->data);
    const char* text = pango_layout_get_text(layout);
    if (next->start_index == 0) continue;
    const char before = text[next->start_index - 1];
    if (g_ascii_isalnum(before) && g_ascii_isalnum(text[next->start_index])) return false;
  }
  return true;
}

// Makes the lines about equally long: the narrowest width that needs no more lines.
void balance(PangoLayout* layout, int box_width, int box_height) {
  const int lines = pango_layout_get_line_count(layout);
  int narrow = box_width / 3;
  int wide = box_width;
  while (wide - narrow > box_width / 50) {
    const int middle = (narrow + wide) / 2;
    pango_layout_set_width(layout, middle * PANGO_SCALE);
    if (pango_layout_get_line_count(layout) <= lines && fits(layout, box_height))
      wide = middle;
    else
      narrow = middle;
  }
  pango_layout_set_width(layout, wide * PANGO_SCALE);
}

}  // namespace

Paragraph lay_out(std::string_view text, int box_width, int box_height, int largest_font,
                  int smallest_font) {
  const Canvas measuring(1, 1);
  const Ref<PangoLayout> layout =
      Ref<PangoLayout>::adopt(pango_cairo_create_layout(measuring.context()));
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_width(layout.get(), box_width * PANGO_SCALE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
  int font = largest_font;
  for (; font > smallest_font; font -= std::max(1, font / 12)) {
    set_font(layout.get(), font, true);
    if (fits(layout.get(), box_height)) break;
  }
  if (font <= smallest_font) {
    font = smallest_font;
    set_font(layout.get(), font, true);
    pango_layout_set_height(layout.get(), box_height * PANGO_SCALE);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  } else {
    balance(layout.get(), box_width, box_height);
  }
  Paragraph paragraph;
  paragraph.width = pango_layout_get_width(layout.get()) / PANGO_SCALE;
  pango_layout_get_pixel_size(layout.get(), nullptr, &paragraph.height);
  const Canvas canvas(paragraph.width, paragraph.height + font / 2);
  cairo_set_source_rgba(canvas.context(), 1, 1, 1, 1);
  pango_cairo_show_layout(canvas.context(), layout.get());
  const int shadow = std::max(2, font / 9);
  for (const Piece& piece : split(layout.get())) {
    const PangoRectangle area = area_of(layout.get(), piece);
    if (area.width == 0) continue;
    Sprite sprite;
    sprite.mask = canvas.cut(area);
    sprite.shadow = blurred(sprite.mask, shadow);
    sprite.shadow_margin = shadow;
    sprite.x = area.x;
    sprite.y = area.y;
    paragraph.words.push_back(std::move(sprite));
  }
  return paragraph;
}

Mask draw_line(std::string_view text, int font, bool bold) {
  const Canvas measuring(1, 1);
  const Ref<PangoLayout> layout =
      Ref<PangoLayout>::adopt(pango_cairo_create_layout(measuring.context()));
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_single_paragraph_mode(layout.get(), 1);
  set_font(layout.get(), font, bold);
  int width = 0;
  int height = 0;
  pango_layout_get_pixel_size(layout.get(), &width, &height);
  const Canvas canvas(width, height);
  cairo_set_source_rgba(canvas.context(), 1, 1, 1, 1);
  pango_cairo_show_layout(canvas.context(), layout.get());
  return canvas.cut(PangoRectangle{0, 0, width, height});
}

}  // namespace prompt::rehearsal
