// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Files of every kind with the structure of real ones and noise for content: enough for all that
// looks at structure only. Clips that can be decoded are made elsewhere.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace prompt::clip::test {

using namespace std::string_literals;
using namespace std::string_view_literals;

inline std::string big(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
  return out;
}

inline std::string little(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
  return out;
}

/// Bytes that mean nothing, the same for the same seed. Never 0xFF, which means something in a
/// JPEG.
inline std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (char& byte : out) byte = static_cast<char>(random() % 255);
  return out;
}

inline std::string box(std::string_view type, std::string_view content) {
  return big(content.size() + 8, 4) + std::string(type) + std::string(content);
}

/// A box whose size is written in eight bytes.
inline std::string wide_box(std::string_view type, std::string_view content) {
  return big(1, 4) + std::string(type) + big(content.size() + 16, 8) + std::string(content);
}

inline std::string ftyp(std::string_view brand = "isom") {
  return box("ftyp", std::string(brand) + big(512, 4) + "isomiso2avc1mp41");
}

struct Mp4Shape {
  std::size_t media_bytes = 300'000;
  std::size_t moov_bytes = 5'000;
  bool moov_in_front = false;
  unsigned seed = 1;
};

/// The boxes of a clip as Seedance sends it: ftyp, uuid, free, mdat, moov (or moov in front).
inline std::string mp4(const Mp4Shape& shape = {}) {
  const std::string media = box("mdat", noise(shape.media_bytes, shape.seed));
  const std::string header = box("mvhd", noise(100, shape.seed + 1));
  const std::string moov = box(
      "moov", header + box("trak", noise(shape.moov_bytes - header.size() - 16, shape.seed + 2)));
  const std::string front = ftyp() + box("uuid", noise(2'000, 7)) + box("free", "");
  return shape.moov_in_front ? front + moov + media : front + media + moov;
}

inline std::string png(std::size_t data_bytes = 5'000) {
  const auto chunk = [](std::string_view type, const std::string& content) {
    return big(content.size(), 4) + std::string(type) + content + noise(4, 3);
  };
  return "\x89PNG\r\n\x1A\n"s + chunk("IHDR", big(640, 4) + big(360, 4) + "\x08\x02\0\0\0"s) +
         chunk("IDAT", noise(data_bytes / 2)) + chunk("IDAT", noise(data_bytes / 2, 2)) +
         chunk("IEND", "");
}

/// With a thumbnail (that has an end of its own), stuffed FFs, restarts and two scans.
inline std::string jpeg(std::size_t data_bytes = 5'000) {
  const auto segment = [](char marker, const std::string& content) {
    return "\xFF"s + marker + big(content.size() + 2, 2) + content;
  };
  const std::string thumbnail = "Exif\0\0\xFF\xD8\xFF\xDB\xFF\xD9"s;
  return "\xFF\xD8"s + segment('\xE1', thumbnail) + segment('\xDB', noise(65)) +
         segment('\xC2', noise(15)) + segment('\xDA', noise(10)) + noise(data_bytes / 2) +
         "\xFF\0\xFF\xD0"s + noise(data_bytes / 4) + segment('\xC4', noise(20)) +
         segment('\xDA', noise(10)) + noise(data_bytes / 4) + "\xFF\xD9"s;
}

inline std::string gif(std::size_t data_bytes = 5'000) {
  std::string out = "GIF89a"s + little(64, 2) + little(64, 2) + "\x80\0\0"s + noise(6) +
                    "\x21\xF9\x04"s + noise(4) + "\0"s + "\x2C"s + noise(8) + "\0\x08"s;
  for (std::size_t at = 0; at < data_bytes; at += 255) out += "\xFF"s + noise(255, 5);
  return out + "\0\x3B"s;
}

inline std::string riff(std::string_view form, std::size_t data_bytes = 5'000) {
  const std::string content =
      std::string(form) + "data" + little(data_bytes, 4) + noise(data_bytes);
  return "RIFF"s + little(content.size(), 4) + content;
}

inline std::string ebml(std::string_view doc_type, std::size_t data_bytes = 5'000,
                        bool has_size = true) {
  const std::string header = "\x42\x86\x81\x01\x42\xF7\x81\x01\x42\xF2\x81\x04\x42\xF3\x81\x08"s +
                             "\x42\x82"s + static_cast<char>(0x80 | doc_type.size()) +
                             std::string(doc_type) + "\x42\x87\x81\x04\x42\x85\x81\x02"s;
  const std::string size =
      has_size ? "\x01"s + big(data_bytes, 7) : "\x01"s + std::string(7, '\xFF');
  return "\x1A\x45\xDF\xA3"s + static_cast<char>(0x80 | header.size()) + header +
         "\x18\x53\x80\x67"s + size + noise(data_bytes);
}

inline std::string ogg(int pages = 20, bool ends = true) {
  std::string out;
  for (int page = 0; page < pages; ++page) {
    const char flags = page == 0 ? 2 : ends && page == pages - 1 ? 4 : 0;
    out += "OggS\0"s + flags + big(static_cast<std::uint64_t>(page), 8) + "abcd"s +
           little(static_cast<std::uint64_t>(page), 4) + noise(4) + "\x02\xFF\x10"s +
           noise(255 + 16, static_cast<unsigned>(page));
  }
  return out;
}

inline std::string flac() { return "fLaC\x80\0\0\x22"s + noise(34) + noise(3'000); }

/// MPEG-1 layer III, 128 kbit/s, 44.1 kHz: frames of 417 or 418 bytes.
inline std::string mp3_frames(int frames = 20) {
  std::string out;
  for (int i = 0; i < frames; ++i) {
    const bool padded = i % 2 == 1;
    out += "\xFF\xFB"s + (padded ? '\x92' : '\x90') + '\x44' + noise(padded ? 414 : 413);
  }
  return out;
}

inline std::string adts_frames(int frames = 20) {
  std::string out;
  for (int i = 0; i < frames; ++i) {
    const std::size_t length = 200 + static_cast<std::size_t>(i);
    const std::uint64_t header = 0xFFF1508000001CULL | length << 13;
    out += big(header, 7) + noise(length - 7);
  }
  return out;
}

inline std::string id3(std::size_t size, char flags = 0) {
  std::string out = "ID3\x04\0"s + flags;
  for (int i = 3; i >= 0; --i) out += static_cast<char>(size >> (7 * i) & 0x7F);
  out += noise(size);
  if ((flags & 0x10) != 0) out += "3DI\x04\0\x10"s + noise(4);
  return out;
}

}  // namespace prompt::clip::test
