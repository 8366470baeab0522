// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The sound of a prompt: a slow chord progression and a plucked melody in a key that the prompt's
// hash chooses. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace prompt::rehearsal {

inline constexpr int sample_rate = 44100;

class Music {
 public:
  /// `total_frames` (of stereo samples) is where it fades out.
  Music(std::string_view prompt, int variant, std::int64_t total_frames);

  /// Writes the next `count` frames: two interleaved 16-bit samples each.
  void write(std::int16_t* samples, int count);

 private:
  struct Voice {
    double phase = 0;
    double step = 0;
    double level = 0;
    double decay = 1;
    double pan = 0.5;
  };

  void begin_beat(std::int64_t beat);

  std::uint64_t seed_;
  std::int64_t total_;
  std::int64_t position_ = 0;
  double root_hz_;
  int beat_frames_;
  std::vector<Voice> pads_;
  std::vector<Voice> plucks_;
};

}  // namespace prompt::rehearsal
