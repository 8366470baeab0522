// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/scene.h"

#include <array>
#include <optional>
#include <string>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::rehearsal {
namespace {

class WordList {
 public:
  std::array<const char*, 12> words;

  // A Latin word counts only as a whole or with a plural's or an adjective's ending, so that
  // "start" is no star; Chinese words have no such borders.
  [[nodiscard]] bool found_in(std::string_view folded) const {
    for (const char* word : words) {
      if (word == nullptr) break;
      const std::string_view wanted(word);
      for (std::size_t at = folded.find(wanted); at != std::string_view::npos;
           at = folded.find(wanted, at + 1))
        if (!g_ascii_isalpha(wanted[0]) || is_whole_word(folded, at, wanted.size())) return true;
    }
    return false;
  }

 private:
  static bool is_whole_word(std::string_view text, std::size_t at, std::size_t size) {
    if (at > 0 && g_ascii_isalpha(text[at - 1])) return false;
    std::size_t end = at + size;
    while (end < text.size() && g_ascii_isalpha(text[end])) ++end;
    const std::string_view ending = text.substr(at + size, end - at - size);
    return ending.empty() || ending == "s" || ending == "es" || ending == "y";
  }
};

constexpr WordList snow_words = {
    {"snow", "winter", "ice", "icy", "frozen", "arctic", "skier", "雪", "冬"}};
constexpr WordList rain_words = {{"rain", "storm", "thunder", "drizzle", "雨"}};
constexpr WordList night_words = {
    {"night", "midnight", "moon", "star", "galaxy", "space", "cosmic", "neon", "夜", "星", "月"}};
constexpr WordList dusk_words = {
    {"sunset", "dusk", "evening", "golden", "sunrise", "dawn", "日落", "夕阳", "日出"}};
constexpr WordList fire_words = {{"fire", "lava", "volcano", "dragon", "ember", "flame", "火"}};
constexpr WordList spring_words = {
    {"flower", "blossom", "petal", "spring", "daisy", "daisies", "garden", "meadow", "花", "春"}};

struct GroundWords {
  Ground ground;
  WordList words;
};

constexpr std::array ground_words = {
    GroundWords{Ground::skyline,
                {{"city", "cities", "street", "town", "building", "tokyo", "urban", "skyline",
                  "城市", "街"}}},
    GroundWords{
        Ground::sea,
        {{"sea", "ocean", "beach", "wave", "ship", "boat", "island", "whale", "lake", "海", "湖"}}},
    GroundWords{Ground::forest,
                {{"forest", "fox", "tree", "wood", "jungle", "deer", "bear", "wolf", "pine", "森林",
                  "狐"}}},
    GroundWords{Ground::mountains,
                {{"mountain", "alp", "peak", "cliff", "canyon", "himalaya", "volcano", "山"}}},
    GroundWords{Ground::dunes, {{"desert", "dune", "sand", "mars", "camel", "沙漠"}}},
};

struct NamedColour {
  const char* word;
  Rgb colour;
};

constexpr std::array named_colours = {
    NamedColour{"red", {0.93, 0.25, 0.16}},    NamedColour{"orange", {0.98, 0.55, 0.12}},
    NamedColour{"yellow", {0.99, 0.86, 0.25}}, NamedColour{"green", {0.35, 0.78, 0.35}},
    NamedColour{"blue", {0.25, 0.50, 0.95}},   NamedColour{"purple", {0.62, 0.32, 0.85}},
    NamedColour{"violet", {0.58, 0.35, 0.90}}, NamedColour{"pink", {0.98, 0.55, 0.72}},
    NamedColour{"white", {0.98, 0.98, 1.00}},  NamedColour{"红", {0.93, 0.25, 0.16}},
};

std::uint64_t mixed(std::uint64_t x) {
  // The finalizer of SplitMix64: every bit of the input reaches every bit of the output.
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::uint64_t seed_of(std::string_view prompt, int variant) {
  const std::string digest = sha256_hex(std::string(prompt) + '\n' + std::to_string(variant));
  return g_ascii_strtoull(digest.substr(0, 16).c_str(), nullptr, 16);
}

Ground choose_ground(std::string_view folded, std::uint64_t seed) {
  for (const GroundWords& entry : ground_words)
    if (entry.words.found_in(folded)) return entry.ground;
  constexpr std::array plain = {Ground::hills, Ground::mountains, Ground::forest, Ground::dunes};
  return plain[static_cast<std::size_t>(noise(seed, 1) * plain.size())];
}

void colour_day(Scene& scene) {
  const double hue = noise(scene.seed, 2);
  scene.sky_top = from_hsv(0.55 + 0.12 * hue, 0.62, 0.62);
  scene.sky_bottom = from_hsv(0.04 + 0.5 * noise(scene.seed, 3), 0.26, 0.98);
  scene.ground_far = from_hsv(hue, 0.30, 0.62);
  scene.ground_near = from_hsv(hue + 0.06, 0.55, 0.20);
  scene.sun = from_hsv(0.11 + 0.05 * noise(scene.seed, 4), 0.25, 1.0);
}

void colour_dusk(Scene& scene) {
  scene.sky_top = from_hsv(0.70 + 0.06 * noise(scene.seed, 2), 0.60, 0.36);
  scene.sky_bottom = from_hsv(0.06 + 0.03 * noise(scene.seed, 3), 0.72, 1.0);
  scene.ground_far = from_hsv(0.92, 0.42, 0.48);
  scene.ground_near = from_hsv(0.78, 0.62, 0.12);
  scene.sun = from_hsv(0.11, 0.40, 1.0);
}

void colour_night(Scene& scene) {
  scene.sky_top = from_hsv(0.66, 0.75, 0.10);
  scene.sky_bottom = from_hsv(0.62 + 0.20 * noise(scene.seed, 3), 0.62, 0.42);
  scene.ground_far = from_hsv(0.64, 0.50, 0.26);
  scene.ground_near = from_hsv(0.66, 0.60, 0.05);
  scene.sun = Rgb{0.96, 0.96, 0.88};
  scene.weather = Weather::stars;
  scene.lit_windows = true;
}

void colour_snow(Scene& scene) {
  scene.sky_top = from_hsv(0.59, 0.42, 0.52);
  scene.sky_bottom = from_hsv(0.04 + 0.08 * noise(scene.seed, 3), 0.14, 0.97);
  scene.ground_far = from_hsv(0.58, 0.22, 0.70);
  scene.ground_near = from_hsv(0.58, 0.05, 0.97);
  scene.weather = Weather::snow;
}

}  // namespace

double noise(std::uint64_t seed, std::uint64_t index) {
  return static_cast<double>(mixed(seed ^ mixed(index)) >> 11U) / 9007199254740992.0;
}

Scene make_scene(std::string_view prompt, int variant) {
  const OwnedString lower(g_utf8_casefold(prompt.data(), static_cast<gssize>(prompt.size())));
  const std::string_view folded(lower.get());
  Scene scene;
  scene.seed = seed_of(prompt, variant);
  scene.ground = choose_ground(folded, scene.seed);
  colour_day(scene);
  if (dusk_words.found_in(folded)) colour_dusk(scene);
  if (night_words.found_in(folded)) colour_night(scene);
  if (scene.ground == Ground::dunes) {
    scene.ground_far = from_hsv(0.07, 0.45, 0.78);
    scene.ground_near = from_hsv(0.05, 0.65, 0.34);
  }
  if (scene.ground == Ground::sea && !scene.lit_windows) {
    scene.ground_far = mix(scene.sky_bottom, from_hsv(0.55, 0.6, 0.6), 0.6);
    scene.ground_near = from_hsv(0.58, 0.85, 0.26);
  }
  if (spring_words.found_in(folded)) scene.weather = Weather::petals;
  if (fire_words.found_in(folded)) {
    scene.weather = Weather::embers;
    scene.sky_bottom = from_hsv(0.03, 0.85, 0.90);
    scene.sky_top = from_hsv(0.98, 0.75, 0.22);
    scene.ground_near = from_hsv(0.0, 0.60, 0.08);
  }
  if (rain_words.found_in(folded)) {
    scene.weather = Weather::rain;
    scene.sky_top = mix(scene.sky_top, Rgb{0.18, 0.21, 0.27}, 0.75);
    scene.sky_bottom = mix(scene.sky_bottom, Rgb{0.55, 0.60, 0.66}, 0.65);
  }
  if (snow_words.found_in(folded)) colour_snow(scene);
  for (const NamedColour& entry : named_colours)
    if (WordList{{entry.word}}.found_in(folded)) {
      scene.sun = entry.colour;
      break;
    }
  return scene;
}

}  // namespace prompt::rehearsal
