// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/music.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "rehearsal/render/scene.h"

namespace prompt::rehearsal {
namespace {

constexpr double turn = 6.283185307179586;
constexpr std::array pentatonic = {0, 2, 4, 7, 9, 12, 14, 16};
// I, vi, IV, V: four chords that agree with any melody of the pentatonic scale.
constexpr std::array<std::array<int, 3>, 4> chords = {
    {{0, 4, 7}, {-3, 0, 4}, {-7, -3, 0}, {-5, -1, 2}}};
constexpr std::int64_t beats_per_chord = 4;

double semitones(double count) { return std::pow(2.0, count / 12); }

}  // namespace

Music::Music(std::string_view prompt, int variant, std::int64_t total_frames)
    : seed_(make_scene(prompt, variant).seed),
      total_(total_frames),
      root_hz_(220 * semitones(std::floor(noise(seed_, 50) * 12) - 3)),
      beat_frames_(static_cast<int>(sample_rate * (0.30 + 0.16 * noise(seed_, 51)))) {}

void Music::begin_beat(std::int64_t beat) {
  const auto& chord = chords[static_cast<std::size_t>((beat / beats_per_chord) % 4)];
  if (beat % beats_per_chord == 0) {
    pads_.clear();
    for (std::size_t i = 0; i < chord.size(); ++i) {
      const double step = turn * root_hz_ * semitones(chord[i]) / sample_rate;
      // Two voices a little out of tune, left and right, make a chord wide.
      pads_.push_back({0, step * 0.9985, 0.055, 1, 0.2});
      pads_.push_back({0, step * 1.0015, 0.055, 1, 0.8});
    }
    pads_.push_back({0, turn * root_hz_ / 2 * semitones(chord[0]) / sample_rate, 0.10, 1, 0.5});
  }
  const auto index = static_cast<std::uint64_t>(beat);
  if (noise(seed_, 200 + index) < 0.22) return;
  const auto note = static_cast<std::size_t>(noise(seed_, 600 + index) * pentatonic.size());
  plucks_.push_back({0, turn * root_hz_ * 2 * semitones(pentatonic[note]) / sample_rate, 0.20,
                     1 - 1.0 / (0.22 * sample_rate), 0.25 + 0.5 * noise(seed_, 900 + index)});
  if (plucks_.size() > 8) plucks_.erase(plucks_.begin());
}

void Music::write(std::int16_t* samples, int count) {
  for (int i = 0; i < count; ++i, ++position_) {
    if (position_ % beat_frames_ == 0) begin_beat(position_ / beat_frames_);
    double left = 0;
    double right = 0;
    const auto add = [&](Voice& voice, double sound) {
      left += sound * voice.level * (1 - voice.pan);
      right += sound * voice.level * voice.pan;
      voice.phase += voice.step;
      voice.level *= voice.decay;
    };
    for (Voice& voice : pads_) add(voice, std::sin(voice.phase) + 0.3 * std::sin(2 * voice.phase));
    for (Voice& voice : plucks_)
      add(voice, std::sin(voice.phase) + 0.4 * std::sin(2 * voice.phase) +
                     0.15 * std::sin(3 * voice.phase));
    const double fade_in = std::min(1.0, static_cast<double>(position_) / (0.05 * sample_rate));
    const double fade_out =
        std::clamp(static_cast<double>(total_ - position_) / (0.8 * sample_rate), 0.0, 1.0);
    const double gain = 30000 * 1.3 * fade_in * fade_out;
    const auto sample = [&](double value) {
      return static_cast<std::int16_t>(std::clamp(value * gain, -32000.0, 32000.0));
    };
    samples[2 * i] = sample(left);
    samples[2 * i + 1] = sample(right);
  }
}

}  // namespace prompt::rehearsal
