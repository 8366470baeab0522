// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a prompt looks like here: no understanding, only a landscape whose colours, ground and
// weather are chosen by a few words of the prompt, and by its hash where no word is known. The same
// prompt always gives the same scene.
#pragma once

#include <cstdint>
#include <string_view>

#include "rehearsal/render/frame.h"

namespace prompt::rehearsal {

enum class Ground { hills, mountains, forest, skyline, sea, dunes };
enum class Weather { clear, snow, rain, stars, petals, embers };

struct Scene {
  Rgb sky_top;
  Rgb sky_bottom;
  Rgb ground_far;
  Rgb ground_near;
  Rgb sun;
  Ground ground = Ground::hills;
  Weather weather = Weather::clear;
  bool lit_windows = false;  ///< the skyline at night
  std::uint64_t seed = 0;
};

/// The scene of a prompt. `variant` tells several results of one task apart.
[[nodiscard]] Scene make_scene(std::string_view prompt, int variant);

/// A repeatable random number 0..1 for a seed and an index.
[[nodiscard]] double noise(std::uint64_t seed, std::uint64_t index);

}  // namespace prompt::rehearsal
