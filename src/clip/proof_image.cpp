// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/proof_image.h"

#include <array>
#include <limits>

#include "base/text.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

Proof cut(const char* missing) { return {Wholeness::cut, format("it ends before %s", missing)}; }

Proof damaged(const char* what, std::uint64_t at) {
  return {Wholeness::damaged, format("%s at byte %" G_GUINT64_FORMAT, what, at)};
}

// Sub-blocks of a length byte and data each, to the empty one.
bool skip_gif_blocks(Scanner& scan) {
  while (const std::optional<std::uint8_t> length = scan.next()) {
    if (*length == 0) return true;
    if (!scan.skip(*length)) return false;
  }
  return false;
}

// The colour table that a packed field announces in its top bit.
bool skip_gif_colours(Scanner& scan, std::uint8_t packed) {
  return (packed & 0x80) == 0 || scan.skip(std::uint64_t{3} << ((packed & 7) + 1));
}

}  // namespace

Proof prove_png(const ByteSource& file) {
  constexpr int most_chunks = 1'000'000;
  Scanner scan(file);
  if (!scan.skip(8)) return cut("its first chunk");
  for (int chunks = 0; chunks < most_chunks; ++chunks) {
    const std::uint64_t at = scan.position();
    const std::optional<Bytes> header = scan.take(8);
    if (!header) return cut("its end ('IEND')");
    const std::uint64_t length = big_endian(*header, 0, 4);
    const bool is_end = has_at(*header, 4, "IEND"sv);
    if (length > 0x7FFFFFFF) return damaged("a chunk has an impossible length", at);
    if (!scan.skip(length + 4)) return cut("its end ('IEND')");
    if (is_end) return {Wholeness::whole, ""};
  }
  return {Wholeness::damaged, "it has more than 1000000 chunks"};
}

Proof prove_jpeg(const ByteSource& file) {
  constexpr std::uint8_t end_of_image = 0xD9;
  const auto stands_alone = [](std::uint8_t marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
  };
  Scanner scan(file);
  if (!scan.skip(2)) return cut("its first segment");
  for (;;) {
    const std::uint64_t at = scan.position();
    // To the next marker: over the coded data of a scan, or over stray bytes, as decoders do.
    if (!scan.skip_behind(0xFF)) return cut("its end (EOI)");
    std::optional<std::uint8_t> marker = scan.next();
    while (marker == 0xFF) marker = scan.next();  // fill bytes
    if (!marker) return cut("its end (EOI)");
    if (*marker == end_of_image) return {Wholeness::whole, ""};
    if (*marker == 0 || stands_alone(*marker)) continue;  // a coded FF, a restart
    const std::optional<Bytes> length_field = scan.take(2);
    if (!length_field) return cut("its end (EOI)");
    const std::uint64_t length = big_endian(*length_field, 0, 2);
    if (length < 2) return damaged("a segment has an impossible length", at);
    if (!scan.skip(length - 2)) return cut("its end (EOI)");
  }
}

namespace {

// Goes through a GIF up to its trailer, or to as many pictures.
Proof walk_gif(const ByteSource& file, int most_pictures, int& pictures) {
  Scanner scan(file);
  const std::optional<Bytes> header = scan.take(13);
  if (!header || !skip_gif_colours(scan, byte_at(*header, 10))) return cut("its first image");
  for (;;) {
    const std::uint64_t at = scan.position();
    const std::optional<std::uint8_t> introducer = scan.next();
    if (!introducer) return cut("its trailer");
    if (*introducer == 0x3B) return {Wholeness::whole, ""};
    if (*introducer == 0x21) {
      if (!scan.skip(1) || !skip_gif_blocks(scan)) return cut("its trailer");
    } else if (*introducer == 0x2C) {
      const std::optional<Bytes> descriptor = scan.take(9);
      if (!descriptor || !skip_gif_colours(scan, byte_at(*descriptor, 8)) || !scan.skip(1) ||
          !skip_gif_blocks(scan))
        return cut("its trailer");
      if (++pictures >= most_pictures) return {Wholeness::not_provable, "enough was seen"};
    } else {
      return damaged("an unknown block stands", at);
    }
  }
}

}  // namespace

Proof prove_gif(const ByteSource& file) {
  int pictures = 0;
  return walk_gif(file, std::numeric_limits<int>::max(), pictures);
}

bool is_moving(Kind kind, const ByteSource& file) {
  if (kind == Kind::gif) {
    int pictures = 0;
    (void)walk_gif(file, 2, pictures);
    return pictures > 1;
  }
  std::array<std::byte, 12> memory{};
  const Bytes beginning = Bytes(memory).first(file.read(0, memory));
  return has_at(beginning, 8, "avis"sv) || has_at(beginning, 8, "hevc"sv) ||
         has_at(beginning, 8, "msf1"sv);
}

}  // namespace prompt::clip
