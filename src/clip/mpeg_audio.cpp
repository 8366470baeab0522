// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/mpeg_audio.h"

#include <array>

namespace prompt::clip {

std::optional<AudioFrame> mp3_frame(Bytes bytes) {
  constexpr std::array<unsigned, 15> rates_1 = {0,   32,  40,  48,  56,  64,  80, 96,
                                                112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<unsigned, 15> rates_2 = {0,  8,  16, 24,  32,  40,  48, 56,
                                                64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<unsigned, 3> samples_1 = {44100, 48000, 32000};
  if (bytes.size() < audio_header_size) return std::nullopt;
  const std::uint64_t header = big_endian(bytes, 0, 4);
  const unsigned version = header >> 19 & 3;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const unsigned layer = header >> 17 & 3;    // 1: layer III
  const unsigned rate = header >> 12 & 15;
  const unsigned samples = header >> 10 & 3;
  if (header >> 21 != 0x7FF || version == 1 || layer != 1 || rate == 0 || rate == 15 ||
      samples == 3 || (header & 3) == 2)
    return std::nullopt;
  const unsigned divisor = version == 3 ? 1 : version == 2 ? 2 : 4;
  const unsigned bits_per_second = 1000 * (version == 3 ? rates_1 : rates_2)[rate];
  const unsigned samples_per_second = samples_1[samples] / divisor;
  const unsigned factor = version == 3 ? 144 : 72;
  const unsigned padding = header >> 9 & 1;
  // The protection bit, the bit rate and the padding may differ from frame to frame.
  return AudioFrame{factor * bits_per_second / samples_per_second + padding, header & 0xFFFE0C00};
}

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

}  // namespace prompt::clip
