// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/still_facts.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace prompt::edit {
namespace {

using namespace std::string_view_literals;

// Beyond that many, a file is not believed.
constexpr int most_parts = 65536;

Result<StillFacts> sized(const MediaFile& file, StillFacts facts) {
  if (facts.width < 1 || facts.height < 1)
    return fail(file.broken("is damaged: its header tells no size"));
  return facts;
}

Result<StillFacts> png_facts(const MediaFile& file) {
  StillFacts facts;
  std::uint64_t at = 8;
  for (int chunks = 0; chunks < most_parts; ++chunks) {
    const std::string chunk = file.read(at, 16);
    if (chunk.size() < 12) return fail(file.broken("is cut: its last chunk is missing"));
    const std::string_view type = std::string_view(chunk).substr(4, 4);
    if (chunks == 0 && type == "IHDR"sv) {
      facts.width = static_cast<int>(big_endian(chunk, 8, 4) & 0x7FFFFFFF);
      facts.height = static_cast<int>(big_endian(chunk, 12, 4) & 0x7FFFFFFF);
    }
    if (type == "caBX"sv) facts.has_c2pa = true;
    at += 12 + big_endian(chunk, 0, 4);
    if (type == "IEND"sv && at <= file.size()) return sized(file, facts);
  }
  return fail(file.broken("is damaged: its chunks do not end"));
}

// Start of frame, of whatever coding; not the three markers between them that are something else.
bool is_frame_header(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Result<StillFacts> jpeg_facts(const MediaFile& file) {
  StillFacts facts;
  std::uint64_t at = 2;
  for (int segments = 0; segments < most_parts; ++segments) {
    const std::string segment = file.read(at, 64);
    if (segment.size() < 4 || big_endian(segment, 0, 1) != 0xFF) break;
    const auto marker = static_cast<unsigned>(big_endian(segment, 1, 1));
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (is_frame_header(marker)) {
      facts.height = static_cast<int>(big_endian(segment, 5, 2));
      facts.width = static_cast<int>(big_endian(segment, 7, 2));
    }
    if (marker == 0xEB && segment.substr(4, 2) == "JP"sv && segment.substr(16, 4) == "jumb"sv)
      facts.has_c2pa = true;
    if (marker == 0xDA) {
      // A few bytes may follow the end, which is no cut.
      const std::uint64_t tail = std::min<std::uint64_t>(file.size(), 4096);
      if (file.read(file.size() - tail, 4096).rfind("\xFF\xD9"sv) == std::string::npos)
        return fail(file.broken("is cut: its end is missing"));
      return sized(file, facts);
    }
    at += 2 + std::max<std::uint64_t>(big_endian(segment, 2, 2), 2);
  }
  return fail(file.broken("is damaged: it has no picture behind its header"));
}

Result<StillFacts> webp_facts(const MediaFile& file) {
  StillFacts facts;
  const std::uint64_t end = 8 + little_endian(file.read(4, 4), 0, 4);
  if (end > file.size()) return fail(file.broken("is cut: it should be longer"));
  std::uint64_t at = 12;
  for (int chunks = 0; at + 8 <= end && chunks < most_parts; ++chunks) {
    const std::string chunk = file.read(at, 24);
    const std::string_view type = std::string_view(chunk).substr(0, 4);
    const auto number = [&chunk](std::size_t offset, std::size_t count) {
      return static_cast<int>(little_endian(chunk, 8 + offset, count));
    };
    if (type == "VP8X"sv) {
      facts.width = number(4, 3) + 1;
      facts.height = number(7, 3) + 1;
    } else if (type == "VP8 "sv && facts.width == 0) {
      facts.width = number(6, 2) & 0x3FFF;
      facts.height = number(8, 2) & 0x3FFF;
    } else if (type == "VP8L"sv && facts.width == 0) {
      facts.width = (number(1, 4) & 0x3FFF) + 1;
      facts.height = (number(1, 4) >> 14 & 0x3FFF) + 1;
    }
    if (type == "C2PA"sv) facts.has_c2pa = true;
    const std::uint64_t size = little_endian(chunk, 4, 4);
    at += 8 + size + size % 2;
  }
  return sized(file, facts);
}

}  // namespace

Result<StillFacts> read_still_facts(const MediaFile& file, const FileKind& kind) {
  if (kind.container == "PNG"sv) return png_facts(file);
  if (kind.container == "JPEG"sv) return jpeg_facts(file);
  return webp_facts(file);
}

}  // namespace prompt::edit
