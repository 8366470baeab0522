// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Paints the frames of a clip: the scene of its prompt in motion, the prompt's words moving over
// it, a REHEARSAL label and the time code. Frame n looks the same however it is reached. Not
// thread-safe.
#pragma once

#include <vector>

#include "rehearsal/render/frame.h"
#include "rehearsal/render/render_spec.h"
#include "rehearsal/render/scene.h"
#include "rehearsal/render/text_sprites.h"

namespace prompt::rehearsal {

class Painter {
 public:
  explicit Painter(const RenderSpec& spec);

  /// Paints the frame that is shown at `index` / 24 s. The frame has the spec's size.
  void paint(Frame& frame, int index);

 private:
  struct Layer {
    std::vector<double> tops;  // height of the ground in each column, in rows from above
    Yuv colour;
  };

  void paint_sky(Frame& frame, int index) const;
  void paint_sun(Frame& frame, double seconds) const;
  void paint_ground(Frame& frame, double seconds);
  void paint_layer(Frame& frame, const Layer& layer) const;
  void paint_windows(Frame& frame, int layer, double shift) const;
  void paint_weather(Frame& frame, double seconds) const;
  void paint_words(Frame& frame, double seconds) const;
  void paint_labels(Frame& frame, int index) const;
  [[nodiscard]] double ground_height(int layer, double place, double seconds) const;
  [[nodiscard]] Yuv yuv(const Rgb& colour) const { return to_yuv(colour, height_); }

  int width_;
  int height_;
  double unit_;  // a hundredth of the shorter side, in pixels
  Scene scene_;
  Paragraph words_;
  Mask glow_;
  Mask disc_;
  std::vector<Mask> flakes_;  // from far to near
  Mask label_;
  Mask caption_;
  std::vector<Mask> digits_;  // 0 to 9 and the colon
  std::vector<std::int16_t> grain_;
  Layer layer_;
};

}  // namespace prompt::rehearsal
