// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/mpeg_audio.h"

#include <array>

namespace prompt::clip {

namespace {

struct LayerRates {
  std::array<unsigned, 15> mpeg_1;  // kbit/s
  std::array<unsigned, 15> mpeg_2;
};
constexpr LayerRates layer_2{{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
                             {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};
constexpr LayerRates layer_3{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
                             {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};

std::optional<AudioFrame> mpeg_frame(Bytes bytes, unsigned wanted_layer, const LayerRates& rates) {
  constexpr std::array<unsigned, 3> samples_1 = {44100, 48000, 32000};
  if (bytes.size() < audio_header_size) return std::nullopt;
  const std::uint64_t header = big_endian(bytes, 0, 4);
  const unsigned version = header >> 19 & 3;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const unsigned layer = header >> 17 & 3;    // 1: layer III, 2: layer II
  const unsigned rate = header >> 12 & 15;
  const unsigned samples = header >> 10 & 3;
  if (header >> 21 != 0x7FF || version == 1 || layer != wanted_layer || rate == 0 || rate == 15 ||
      samples == 3 || (header & 3) == 2)
    return std::nullopt;
  const unsigned divisor = version == 3 ? 1 : version == 2 ? 2 : 4;
  const unsigned bits_per_second = 1000 * (version == 3 ? rates.mpeg_1 : rates.mpeg_2)[rate];
  const unsigned samples_per_second = samples_1[samples] / divisor;
  const unsigned factor = version == 3 || layer == 2 ? 144 : 72;
  const unsigned padding = header >> 9 & 1;
  // The protection bit, the bit rate and the padding may differ from frame to frame.
  return AudioFrame{factor * bits_per_second / samples_per_second + padding, header & 0xFFFE0C00};
}

}  // namespace

std::optional<AudioFrame> mp3_frame(Bytes bytes) { return mpeg_frame(bytes, 1, layer_3); }

std::optional<AudioFrame> mp2_frame(Bytes bytes) { return mpeg_frame(bytes, 2, layer_2); }

std::optional<AudioFrame> adts_frame(Bytes bytes) {
  if (bytes.size() < audio_header_size) return std::nullopt;
  const std::uint64_t header = big_endian(bytes, 0, 7);
  const unsigned samples = header >> 34 & 15;
  const std::size_t length = static_cast<std::size_t>(header >> 13 & 0x1FFF);
  const bool is_sync = header >> 44 == 0xFFF && (header >> 41 & 3) == 0;
  if (!is_sync || samples > 12 || length <= audio_header_size) return std::nullopt;
  // Sync to channel configuration.
  return AudioFrame{length, header >> 30 & 0x3FFFFFF};
}

std::optional<AudioFrame> ac3_frame(Bytes bytes) {
  constexpr std::array<unsigned, 19> rates = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                              192, 224, 256, 320, 384, 448, 512, 576, 640};
  if (bytes.size() < audio_header_size || big_endian(bytes, 0, 2) != 0x0B77) return std::nullopt;
  const unsigned samples = byte_at(bytes, 4) >> 6U;
  const unsigned code = byte_at(bytes, 4) & 0x3FU;
  const unsigned version = byte_at(bytes, 5) >> 3U;
  if (samples == 3 || code >= 2 * rates.size() || version > 10) return std::nullopt;
  const unsigned rate = rates[code / 2];
  const unsigned words = samples == 0   ? 2 * rate
                         : samples == 2 ? 3 * rate
                                        : rate * 1000 * 96 / 44100 + code % 2;
  return AudioFrame{std::size_t{2} * words, samples << 5U | version};
}

std::optional<AudioFrame> eac3_frame(Bytes bytes) {
  if (bytes.size() < audio_header_size || big_endian(bytes, 0, 2) != 0x0B77) return std::nullopt;
  const unsigned version = byte_at(bytes, 5) >> 3U;
  const std::size_t length = 2 * ((big_endian(bytes, 2, 2) & 0x7FF) + 1);
  if (version <= 10 || version > 16 || length < 2 * audio_header_size) return std::nullopt;
  const unsigned rate_and_channels = byte_at(bytes, 4);
  return AudioFrame{length, rate_and_channels >> 6U << 5U | version};
}

}  // namespace prompt::clip
