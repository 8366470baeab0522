// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/tasks/model_kind.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace prompt::rehearsal {
namespace {

struct Word {
  std::string_view word;  ///< a whole word; with a * at the end, how one begins
  MediaKind kind;
};

// What a name says in so many words; the last one counts: "image-to-video" makes videos.
constexpr std::array media_words = {
    Word{"video", MediaKind::video},    Word{"t2v", MediaKind::video},
    Word{"i2v", MediaKind::video},      Word{"image", MediaKind::image},
    Word{"t2i", MediaKind::image},      Word{"music", MediaKind::music},
    Word{"musicgen", MediaKind::music}, Word{"audio", MediaKind::music},
    Word{"speech", MediaKind::music},   Word{"tts", MediaKind::music},
    Word{"song", MediaKind::music},     Word{"sound", MediaKind::music},
};

// Names that say nothing, from fal's and Replicate's galleries.
constexpr std::array families = {
    Word{"veo*", MediaKind::video},        Word{"sora*", MediaKind::video},
    Word{"kling*", MediaKind::video},      Word{"seedance*", MediaKind::video},
    Word{"hailuo*", MediaKind::video},     Word{"wan*", MediaKind::video},
    Word{"ray*", MediaKind::video},        Word{"ltx*", MediaKind::video},
    Word{"hunyuan*", MediaKind::video},    Word{"pixverse*", MediaKind::video},
    Word{"flux*", MediaKind::image},       Word{"seedream*", MediaKind::image},
    Word{"imagen*", MediaKind::image},     Word{"banana", MediaKind::image},
    Word{"recraft*", MediaKind::image},    Word{"ideogram*", MediaKind::image},
    Word{"sdxl*", MediaKind::image},       Word{"diffusion", MediaKind::image},
    Word{"hidream*", MediaKind::image},    Word{"sana", MediaKind::image},
    Word{"kolors", MediaKind::image},      Word{"photon*", MediaKind::image},
    Word{"dreamina*", MediaKind::image},   Word{"lyria*", MediaKind::music},
    Word{"diffrhythm*", MediaKind::music}, Word{"riffusion*", MediaKind::music},
    Word{"sonauto*", MediaKind::music},    Word{"elevenlabs", MediaKind::music},
};

// Members that only the models of one medium take.
constexpr std::array members = {
    Word{"image_size", MediaKind::image},
    Word{"num_images", MediaKind::image},
    Word{"num_outputs", MediaKind::image},
    Word{"lyrics", MediaKind::music},
};

std::vector<std::string> words_of(std::string_view model) {
  std::vector<std::string> words(1);
  for (const char letter : model) {
    if (g_ascii_isalnum(letter))
      words.back() += g_ascii_tolower(letter);
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

bool fits(const Word& entry, std::string_view word) {
  if (!entry.word.ends_with('*')) return entry.word == word;
  return word.starts_with(entry.word.substr(0, entry.word.size() - 1));
}

template <std::size_t N>
std::optional<MediaKind> last_of(const std::array<Word, N>& table,
                                 const std::vector<std::string>& words) {
  for (auto word = words.rbegin(); word != words.rend(); ++word)
    for (const Word& entry : table)
      if (fits(entry, *word)) return entry.kind;
  return std::nullopt;
}

}  // namespace

MediaKind kind_of(std::string_view model, const json::Object& input) {
  // What stands behind the colon is a version.
  const std::vector<std::string> words = words_of(model.substr(0, model.find(':')));
  if (const std::optional<MediaKind> said = last_of(media_words, words)) return *said;
  if (const std::optional<MediaKind> known = last_of(families, words)) return *known;
  for (const Word& member : members)
    if (input.find(member.word) != nullptr) return member.kind;
  return MediaKind::video;
}

}  // namespace prompt::rehearsal
