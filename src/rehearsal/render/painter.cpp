// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/painter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr int layer_count = 4;
constexpr int flake_sizes = 4;
constexpr std::size_t grain_size = 1U << 14U;
constexpr double turn = 6.283185307179586;
constexpr Yuv black{16, 128, 128};
constexpr Yuv white{235, 128, 128};

double ease_out(double x) {
  const double rest = 1 - std::clamp(x, 0.0, 1.0);
  return 1 - rest * rest * rest;
}

double wrap(double value, double period) { return value - std::floor(value / period) * period; }

}  // namespace

Painter::Painter(const RenderSpec& spec)
    : width_(spec.width),
      height_(spec.height),
      unit_(std::min(spec.width, spec.height) / 100.0),
      scene_(make_scene(spec.prompt, spec.variant)) {
  const auto pixels = [this](double units) {
    return std::max(1, static_cast<int>(units * unit_));
  };
  words_ = lay_out(spec.prompt, width_ * 82 / 100, height_ * 46 / 100, pixels(13), pixels(3.2));
  glow_ = make_disc(pixels(95), 0);
  disc_ = make_disc(pixels(19), 1);
  // Stars are all far away.
  const double nearest = scene_.weather == Weather::stars ? 0.55 : 2.1;
  for (int i = 0; i < flake_sizes; ++i)
    flakes_.push_back(make_disc(pixels(0.45 + nearest * i * i / 9.0) + 3, 0.25));
  label_ = draw_line("REHEARSAL", pixels(3.6), true);
  caption_ = draw_line(spec.caption, pixels(2.6), false);
  for (const char* digit : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ":"})
    digits_.push_back(draw_line(digit, pixels(3.6), true));
  // A little grain keeps the sky from banding, and gives the encoder as much to do as a real clip.
  for (std::size_t i = 0; i < grain_size; ++i)
    grain_.push_back(static_cast<std::int16_t>(noise(scene_.seed, 1000 + i) * 512 - 128));
}

void Painter::paint(Frame& frame, int index) {
  const double seconds = static_cast<double>(index) / frame_rate;
  paint_sky(frame, index);
  paint_sun(frame, seconds);
  if (scene_.weather == Weather::stars) paint_weather(frame, seconds);
  paint_ground(frame, seconds);
  if (scene_.weather != Weather::stars) paint_weather(frame, seconds);
  paint_words(frame, seconds);
  paint_labels(frame, index);
}

void Painter::paint_sky(Frame& frame, int index) const {
  const Yuv top = yuv(scene_.sky_top);
  const Yuv bottom = yuv(scene_.sky_bottom);
  const auto between = [](int from, int to, double amount) {
    return static_cast<int>(256 * (from + (to - from) * amount));
  };
  const double horizon = height_ * 0.72;
  for (int row = 0; row < height_; ++row) {
    const double amount = std::min(1.0, row / horizon);
    const int luma = between(top.y, bottom.y, amount * amount);
    std::uint8_t* line = frame.y + static_cast<std::ptrdiff_t>(row) * frame.y_stride;
    // Each row of each frame enters the grain somewhere else.
    const auto start = static_cast<std::size_t>(
        noise(scene_.seed, static_cast<std::uint64_t>(row * 8191 + index)) * grain_size);
    for (int column = 0; column < width_; ++column) {
      const int value = luma + grain_[(start + static_cast<std::size_t>(column)) % grain_size];
      line[column] = static_cast<std::uint8_t>(value >> 8);
    }
  }
  const int half_width = (width_ + 1) / 2;
  for (int row = 0; row < (height_ + 1) / 2; ++row) {
    const double amount = std::min(1.0, row * 2 / horizon);
    const auto offset = static_cast<std::ptrdiff_t>(row) * frame.uv_stride;
    std::fill_n(frame.u + offset, half_width,
                static_cast<std::uint8_t>(between(top.u, bottom.u, amount * amount) >> 8));
    std::fill_n(frame.v + offset, half_width,
                static_cast<std::uint8_t>(between(top.v, bottom.v, amount * amount) >> 8));
  }
}

void Painter::paint_sun(Frame& frame, double seconds) const {
  const double side = noise(scene_.seed, 10) < 0.5 ? 0.24 : 0.76;
  const double x = width_ * side + unit_ * 1.6 * seconds * (side < 0.5 ? 1 : -1);
  const double y = height_ * 0.52 - unit_ * 2.2 * seconds;
  const Yuv colour = yuv(scene_.sun);
  // The glow has no edge that would be seen to jump from pixel to pixel.
  blend(frame, glow_, std::round(x - glow_.width / 2.0), std::round(y - glow_.height / 2.0), colour,
        0.62);
  blend(frame, disc_, x - disc_.width / 2.0, y - disc_.height / 2.0, colour, 0.96);
}

double Painter::ground_height(int layer, double place, double seconds) const {
  const auto base = static_cast<std::uint64_t>(layer) * 100;
  const auto phase = [&](std::uint64_t i) {
    return turn * noise(scene_.seed, base + i);
  };
  const double rolling = std::sin(place / 37 + phase(1)) + 0.55 * std::sin(place / 17 + phase(2)) +
                         0.22 * std::sin(place / 7.3 + phase(3));
  switch (scene_.ground) {
    case Ground::hills:
      return 6 * rolling;
    case Ground::dunes:
      return 5.5 * std::abs(std::sin(place / 34 + phase(1))) +
             2.4 * std::sin(place / 61 + phase(2));
    case Ground::mountains: {
      const double ridge = 1 - std::abs(std::sin(place / 29 + phase(1)));
      const double second = 1 - std::abs(std::sin(place / 11 + phase(2)));
      return (layer_count - layer) * (4.5 * ridge + 1.9 * second) - 6 + 0.6 * rolling;
    }
    case Ground::forest: {
      // Spruces of different heights on rolling ground: slim triangles with boughs.
      const double spacing = 2.3 + 1.5 * layer;
      const double index = std::floor(place / spacing);
      const auto tree = static_cast<std::uint64_t>(static_cast<std::int64_t>(index));
      const double tall = 0.35 + 0.65 * noise(scene_.seed ^ base, tree);
      const double middle = 0.5 + 0.3 * (noise(scene_.seed ^ base, tree + 5003) - 0.5);
      const double away = std::abs(place / spacing - index - middle) * 2.6;
      const double height = std::max(0.0, 1 - away);
      // A bough is wider at its lower end; the tip is a plain triangle.
      const double bough = height > 0.75 ? height : height + 0.07 * std::sin(height * turn * 3.5);
      return 3.2 * rolling + (5.5 + 4.2 * layer) * tall * std::max(0.0, bough);
    }
    case Ground::skyline: {
      const double spacing = 6.5 + 2 * layer;
      const double index = std::floor(place / spacing);
      const double within = place / spacing - index;
      const auto house = static_cast<std::uint64_t>(static_cast<std::int64_t>(index));
      const double tall = noise(scene_.seed ^ base, house);
      if (within > 0.93) return -4;
      const bool spire = noise(scene_.seed ^ base, house + 7919) < 0.2;
      const double tip = spire ? std::max(0.0, 1 - std::abs(within - 0.46) * 30) * 6 : 0.0;
      return (26 - 4.5 * layer) * tall * tall + tip;
    }
    case Ground::sea:
      return 0.75 * (layer + 1) * std::sin(place / (5.0 + 2 * layer) + phase(1) + seconds * 1.7) +
             0.4 * (layer + 1) * std::sin(place / (2.9 + layer) + phase(2) - seconds * 2.3);
  }
  return 0;
}

void Painter::paint_ground(Frame& frame, double seconds) {
  layer_.tops.resize(static_cast<std::size_t>(width_));
  for (int layer = 0; layer < layer_count; ++layer) {
    const double depth = static_cast<double>(layer) / (layer_count - 1);
    const double speed = 1.2 + 6.5 * depth * depth;  // units a second: what is near passes faster
    const double shift = seconds * speed;
    const double level = height_ * (0.60 + 0.26 * depth);
    for (int column = 0; column < width_; ++column)
      layer_.tops[static_cast<std::size_t>(column)] =
          level - unit_ * ground_height(layer, column / unit_ + shift, seconds);
    layer_.colour = yuv(mix(mix(scene_.ground_far, scene_.sky_bottom, 0.35 * (1 - depth)),
                            scene_.ground_near, depth));
    paint_layer(frame, layer_);
    if (scene_.ground == Ground::skyline) paint_windows(frame, layer, shift);
  }
}

void Painter::paint_layer(Frame& frame, const Layer& layer) const {
  std::vector<int> tops;
  double highest = height_;
  for (const double top : layer.tops) {
    tops.push_back(static_cast<int>(top * 256));
    highest = std::min(highest, top);
  }
  const auto coverage = [](int row, int top) {
    return std::clamp(row * 256 + 256 - top, 0, 256);
  };
  const int first = std::max(0, static_cast<int>(highest) - 2);
  for (int row = first; row < height_; ++row) {
    std::uint8_t* line = frame.y + static_cast<std::ptrdiff_t>(row) * frame.y_stride;
    // The ground gets darker downwards, or a large plain area would look like a hole.
    const int shade = std::max(16, layer.colour.y - (row - first) * 26 / height_);
    for (int column = 0; column < width_; ++column) {
      const int weight = coverage(row, tops[static_cast<std::size_t>(column)]);
      line[column] =
          static_cast<std::uint8_t>((line[column] * (256 - weight) + shade * weight) >> 8);
    }
  }
  for (int row = first / 2; row < (height_ + 1) / 2; ++row) {
    const auto offset = static_cast<std::ptrdiff_t>(row) * frame.uv_stride;
    for (int column = 0; column < (width_ + 1) / 2; ++column) {
      const int weight = coverage(row * 2, tops[static_cast<std::size_t>(column * 2)]);
      std::uint8_t& u = frame.u[offset + column];
      std::uint8_t& v = frame.v[offset + column];
      u = static_cast<std::uint8_t>((u * (256 - weight) + layer.colour.u * weight) >> 8);
      v = static_cast<std::uint8_t>((v * (256 - weight) + layer.colour.v * weight) >> 8);
    }
  }
}

void Painter::paint_windows(Frame& frame, int layer, double shift) const {
  const Yuv lit = yuv(Rgb{1.0, 0.83, 0.45});
  const Yuv dark = yuv(mix(scene_.ground_far, scene_.ground_near, 0.8));
  const int size = std::max(1, static_cast<int>(unit_ * 0.55));
  const double step = 1.9;
  const auto first = static_cast<std::int64_t>(std::floor(shift / step));
  for (std::int64_t i = first; (static_cast<double>(i) * step - shift) * unit_ < width_; ++i) {
    const double place = static_cast<double>(i) * step;
    const int x = static_cast<int>((place - shift) * unit_);
    if (x < 0 || x + size >= width_) continue;
    const double top = std::max(layer_.tops[static_cast<std::size_t>(x)],
                                layer_.tops[static_cast<std::size_t>(x + size)]);
    const double street = height_ * (0.60 + 0.26 * layer / (layer_count - 1)) - unit_;
    int floor_index = 0;
    for (double y = street; y > top + unit_ * 1.2; y -= unit_ * 2.1) {
      const double chance = noise(
          scene_.seed, static_cast<std::uint64_t>(i * 977 + floor_index++ * 31 + layer * 131071));
      if (scene_.lit_windows ? chance < 0.45 : chance < 0.6)
        fill_rectangle(frame, x, static_cast<int>(y), size, size + size / 2,
                       scene_.lit_windows ? lit : dark, 0.35 + 0.15 * layer);
    }
  }
}

void Painter::paint_weather(Frame& frame, double seconds) const {
  if (scene_.weather == Weather::clear) return;
  const bool falls = scene_.weather == Weather::snow || scene_.weather == Weather::petals;
  const double span_x = width_ / unit_ + 10;
  const double span_y = height_ / unit_ + 10;
  const int count = static_cast<int>(span_x * span_y / (scene_.weather == Weather::rain ? 45 : 75));
  for (int i = 0; i < count; ++i) {
    const auto random = [&](std::uint64_t what) {
      return noise(scene_.seed ^ 0x5eedU, static_cast<std::uint64_t>(i) * 8 + what);
    };
    const double near = random(2);
    double x = random(0) * span_x;
    double y = random(1) * span_y;
    double opacity = 0.35 + 0.6 * near;
    Yuv colour = white;
    if (scene_.weather == Weather::stars) {
      y *= 0.62;
      opacity = 0.25 + 0.6 * near * (0.6 + 0.4 * std::sin(seconds * (2 + 3 * near) + i));
      x += seconds * 0.25;
    } else if (scene_.weather == Weather::rain) {
      y += seconds * (95 + 60 * near);
      x += seconds * 14;
    } else if (falls) {
      y += seconds * (5 + 9 * near);
      x += 2.2 * std::sin(seconds * (0.7 + random(3)) + i) - seconds * 2.5;
      if (scene_.weather == Weather::petals) colour = yuv(Rgb{0.99, 0.72, 0.80});
    } else {
      y -= seconds * (7 + 10 * near);
      x += 1.6 * std::sin(seconds * (1 + random(3)) * 2 + i);
      colour = yuv(Rgb{1.0, 0.60 + 0.3 * near, 0.18});
    }
    const double left = (wrap(x, span_x) - 5) * unit_;
    const double top = (wrap(y, span_y) - 5) * unit_;
    if (scene_.weather == Weather::rain)
      fill_rectangle(frame, static_cast<int>(left), static_cast<int>(top),
                     std::max(1, static_cast<int>(unit_ * 0.22)),
                     static_cast<int>(unit_ * (2.5 + 3 * near)), colour, 0.16 + 0.2 * near);
    else
      blend(frame, flakes_[static_cast<std::size_t>(near * flake_sizes)], left, top, colour,
            opacity);
  }
}

void Painter::paint_words(Frame& frame, double seconds) const {
  const double origin_x = (width_ - words_.width) / 2.0;
  const double origin_y = height_ * 0.37 - words_.height / 2.0;
  const auto count = static_cast<double>(words_.words.size());
  const double gap = std::min(0.16, 1.6 / std::max(1.0, count));
  const double swing = std::min(1.0, 14 / std::max(1.0, count));
  for (std::size_t i = 0; i < words_.words.size(); ++i) {
    const Sprite& word = words_.words[i];
    const auto place = static_cast<double>(i);
    // The first word stands already in the first frame, so that a still of it shows something.
    const double arrived = ease_out((seconds + 0.45 - gap * place) / 0.7);
    if (arrived <= 0) continue;
    const double drift = unit_ * (2.2 * std::sin(seconds * 0.9) +
                                  swing * 0.9 * std::sin(seconds * 1.7 + place * 0.9));
    const double bob = unit_ * (1.1 * std::sin(seconds * 1.1 + 0.8) +
                                swing * 1.1 * std::sin(seconds * 2.1 + place * 0.7));
    const double x = origin_x + word.x + drift;
    const double y = origin_y + word.y + bob + unit_ * 9 * (1 - arrived);
    const double margin = word.shadow_margin;
    blend(frame, word.shadow, x - margin + unit_ * 0.4, y - margin + unit_ * 0.55, black,
          0.85 * arrived);
    blend(frame, word.mask, x, y, white, arrived);
  }
}

void Painter::paint_labels(Frame& frame, int index) const {
  const int margin = static_cast<int>(unit_ * 3.2);
  const int padding = static_cast<int>(unit_ * 1.3);
  const int box_height = label_.height + padding;
  const int top = height_ - margin - box_height;
  const Yuv red = yuv(Rgb{0.82, 0.13, 0.13});
  fill_rectangle(frame, margin, top, label_.width + 2 * padding, box_height, red, 0.92);
  blend(frame, label_, margin + padding, top + padding / 2.0, white, 1);

  const int seconds = index / frame_rate;
  const std::string code = format("%02d:%02d:%02d", seconds / 60, seconds % 60, index % frame_rate);
  int advance = 0;
  for (const Mask& digit : digits_) advance = std::max(advance, digit.width);
  const int code_width = advance * static_cast<int>(code.size());
  const int left = width_ - margin - code_width - 2 * padding;
  fill_rectangle(frame, left, top, code_width + 2 * padding, box_height, black, 0.55);
  double x = left + padding;
  for (const char c : code) {
    const Mask& digit = digits_[c == ':' ? 10 : static_cast<std::size_t>(c - '0')];
    blend(frame, digit, x + (advance - digit.width) / 2.0, top + padding / 2.0, white, 1);
    x += advance;
  }
  // The caption stands between the two where there is room, above the label in narrow frames.
  const int room = left - margin - label_.width - 4 * padding;
  const bool beside = caption_.width <= room;
  const double caption_x = beside ? margin + label_.width + 3.0 * padding : margin;
  const double caption_y =
      beside ? top + (box_height - caption_.height) / 2.0 : top - caption_.height - padding;
  blend(frame, caption_, caption_x + 1, caption_y + 1, black, 0.8);
  blend(frame, caption_, caption_x, caption_y, white, 0.9);
}

}  // namespace prompt::rehearsal
