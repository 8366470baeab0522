// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/proof_chunks.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t no_size = 0xFFFFFFFF;  // in RF64: see the 64-bit sizes

Proof unprovable(const char* why) { return {Wholeness::not_provable, why}; }
Proof whole() { return {Wholeness::whole, ""}; }

Proof short_of(std::uint64_t end, const ByteSource& file) {
  return {Wholeness::cut,
          format("it should have %" G_GUINT64_FORMAT " bytes and has %" G_GUINT64_FORMAT, end,
                 file.size())};
}

// The first bytes at `at`; fewer at the end.
template <std::size_t size>
Bytes look(const ByteSource& file, std::uint64_t at, std::array<std::byte, size>& memory) {
  return Bytes(memory).first(file.read(at, memory));
}

// What programs write that stream into a pipe: the most that 32 bits hold with or without a sign,
// or a little less, to leave room for headers.
bool is_placeholder(std::uint64_t size) {
  constexpr std::uint64_t room = 8192;
  constexpr std::uint64_t most_signed = 0x7FFFFFFF;
  return (size > most_signed - room && size <= most_signed + room) || size > no_size - room;
}

struct Chunks {
  bool is_big_endian = false;
  std::uint64_t data_size = 0;  ///< Of a data chunk that has no_size.
};

bool holds_media(Bytes header) {
  for (const std::string_view type : {"data"sv, "SSND"sv, "VP8 "sv, "VP8L"sv, "ANMF"sv})
    if (has_at(header, 0, type)) return true;
  return has_at(header, 0, "LIST"sv) && has_at(header, 8, "movi"sv);
}

// The file ends before its header says so. Whether a chunk is cut tells whether something is
// missing or the header is wrong.
Proof judge_overlong(const ByteSource& file, std::uint64_t at, std::uint64_t end,
                     const Chunks& chunks) {
  constexpr int most_chunks = 1'000'000;
  bool has_media = false;
  for (int i = 0; i < most_chunks && at < file.size(); ++i) {
    std::array<std::byte, 12> memory{};
    const Bytes header = look(file, at, memory);
    if (header.size() < 8) return short_of(end, file);
    std::uint64_t size =
        chunks.is_big_endian ? big_endian(header, 4, 4) : little_endian(header, 4, 4);
    const bool is_media = holds_media(header);
    if (is_media && size == no_size && chunks.data_size != 0) size = chunks.data_size;
    if (is_media && (size == 0 || is_placeholder(size)) && file.size() - at > 8)
      return unprovable("its header has no size");
    if (size > file.size() - at - 8) return short_of(end, file);
    has_media = has_media || is_media;
    at += 8 + size + size % 2;
  }
  if (!has_media) return short_of(end, file);
  return unprovable("its header speaks of more bytes than its parts have");
}

}  // namespace

// One RIFF chunk, or several in a row (an AVI of more than 1 GiB, OpenDML 1.02).
Proof prove_riff(const ByteSource& file) {
  if (file.size() == 0) return {Wholeness::cut, "it is empty"};
  std::uint64_t at = 0;
  while (at < file.size()) {
    std::array<std::byte, 36> memory{};
    const Bytes header = look(file, at, memory);
    const bool is_wide = has_at(header, 0, "RF64"sv);
    if (!is_wide && !has_at(header, 0, "RIFF"sv)) {
      if (at > 0) break;  // whatever follows is no part of it
      return {Wholeness::damaged, "it does not begin with 'RIFF'"};
    }
    if (header.size() < 8) return {Wholeness::cut, "its header is cut"};
    std::uint64_t size = little_endian(header, 4, 4);
    Chunks chunks;
    // EBU Tech 3306: a 'ds64' chunk of 64-bit sizes comes first.
    if (is_wide && has_at(header, 12, "ds64"sv) && header.size() == memory.size()) {
      size = little_endian(header, 20, 8);
      chunks.data_size = little_endian(header, 28, 8);
    }
    if (size == 0 || size == no_size) return unprovable("its header has no size");
    if (size > file.size() - at || 8 > file.size() - at - size) {
      // Within the first chunk, and not where another one was cut.
      const std::uint64_t end = size > ~std::uint64_t{0} - at - 8 ? size : at + 8 + size;
      return at > 0 ? short_of(end, file) : judge_overlong(file, 12, end, chunks);
    }
    at += 8 + size + size % 2;  // chunks begin at even offsets
  }
  return whole();
}

Proof prove_aiff(const ByteSource& file) {
  std::array<std::byte, 12> memory{};
  const Bytes header = look(file, 0, memory);
  if (header.size() < memory.size()) return {Wholeness::cut, "its header is cut"};
  const std::uint64_t size = big_endian(header, 4, 4);
  if (size == 0 || size == no_size) return unprovable("its header has no size");
  if (8 + size <= file.size()) return whole();
  return judge_overlong(file, 12, 8 + size, {.is_big_endian = true});
}

// Adobe's FLV specification, 10.1, annex E: a header, then tags, each with its size before and
// behind it.
Proof prove_flv(const ByteSource& file) {
  Scanner scan(file);
  if (!scan.skip(13)) return {Wholeness::cut, "its header is cut"};
  for (;;) {
    if (scan.left() == 0) return unprovable("such a file does not say where it ends");
    const std::optional<Bytes> tag = scan.take(11);
    const Bytes header = tag.value_or(Bytes());
    const std::uint8_t type = byte_at(header, 0) & 0x1F;
    if (tag && type != 8 && type != 9 && type != 18)
      return unprovable("what follows its last tag is no tag");
    if (!tag || !scan.skip(big_endian(header, 1, 3) + 4))
      return {Wholeness::cut, "it ends within a tag"};
  }
}

// Microsoft's ASF specification, 2 to 6: a header object, the data object, then indexes.
Proof prove_asf(const ByteSource& file) {
  constexpr std::string_view data = "\x36\x26\xB2\x75\x8E\x66\xCF\x11"sv;
  constexpr std::array indexes = {"\x90\x08\0\x33\xB1\xE5\xCF\x11"sv,
                                  "\xD3\x29\xE2\xD6\xDA\x35\xD1\x11"sv};
  std::uint64_t at = 0;
  bool has_data = false;
  while (at < file.size()) {
    std::array<std::byte, 24> memory{};
    const Bytes header = look(file, at, memory);
    const bool is_data = has_at(header, 0, data);
    const bool is_known =
        at == 0 || is_data || has_at(header, 0, indexes[0]) || has_at(header, 0, indexes[1]);
    if (has_data && !is_known) return unprovable("what follows its last object is no object");
    if (header.size() < memory.size()) return {Wholeness::cut, "it ends within an object"};
    const std::uint64_t size = little_endian(header, 16, 8);
    if (is_data && size == 0) return unprovable("its data have no size");
    if (size < memory.size())
      return {Wholeness::damaged,
              format("the object at byte %" G_GUINT64_FORMAT " has an impossible size", at)};
    if (size > file.size() - at) return {Wholeness::cut, "it ends within an object"};
    has_data = has_data || is_data;
    at += size;
  }
  return has_data ? whole() : Proof{Wholeness::cut, "it has no data"};
}

// wavpack.com, file format 5: blocks that say which samples they hold, out of how many.
Proof prove_wavpack(const ByteSource& file) {
  constexpr std::uint64_t unknown = 0xFFFFFFFF;
  Scanner scan(file);
  std::uint64_t total = unknown;
  std::uint64_t end = 0;
  while (scan.left() > 0) {
    const std::uint64_t left = scan.left();
    const std::optional<Bytes> taken =
        scan.take(static_cast<std::size_t>(std::min<std::uint64_t>(left, 32)));
    const Bytes header = taken.value_or(Bytes());
    if (end > 0 && !has_at(header, 0, "wvpk"sv)) break;  // a tag
    const std::uint64_t size = little_endian(header, 4, 4);
    if (header.size() < 32 || size < 24 || !scan.skip(size - 24))
      return {Wholeness::cut, "its last block is cut"};
    if (end == 0) total = little_endian(header, 12, 4);
    end = std::max(end, little_endian(header, 16, 4) + little_endian(header, 20, 4));
  }
  if (total == unknown) return unprovable("it does not say how long it is");
  if (end >= total) return whole();
  return {Wholeness::cut,
          format("it should have %" G_GUINT64_FORMAT " samples and has %" G_GUINT64_FORMAT, total,
                 end)};
}

Proof prove_ivf(const ByteSource& file) {
  std::array<std::byte, 8> memory{};
  const std::uint64_t begin = little_endian(look(file, 0, memory), 6, 2);
  Scanner scan(file);
  if (!scan.skip(std::max<std::uint64_t>(begin, 32))) return {Wholeness::cut, "its header is cut"};
  while (scan.left() > 0) {
    const std::optional<Bytes> header = scan.take(12);
    if (!header || !scan.skip(little_endian(*header, 0, 4)))
      return {Wholeness::cut, "it ends within a frame"};
  }
  return unprovable("such a file does not say where it ends");
}

Proof prove_bmp(const ByteSource& file) {
  std::array<std::byte, 6> memory{};
  const std::uint64_t size = little_endian(look(file, 0, memory), 2, 4);
  if (size == 0) return unprovable("its header has no size");
  return size <= file.size() ? whole() : short_of(size, file);
}

// ISO/IEC 15444-1, A.4.4 and annex I: a codestream ends with EOC, which nothing coded in it can
// look like; in a JP2 it stands in a box.
Proof prove_jpeg_2000(Kind kind, const ByteSource& file) {
  const auto ends_behind = [&file](std::uint64_t from) {
    constexpr std::uint64_t most_behind = 4096;
    std::array<std::byte, most_behind> memory{};
    const std::uint64_t begin =
        std::max(from, file.size() > most_behind ? file.size() - most_behind : 0);
    return as_text(look(file, begin, memory)).find("\xFF\xD9"sv) != std::string_view::npos
               ? whole()
               : Proof{Wholeness::cut, "it ends before its end (EOC)"};
  };
  if (kind == Kind::j2k) return ends_behind(0);
  constexpr int most_boxes = 65536;
  std::uint64_t at = 0;
  bool has_code = false;
  for (int i = 0; i < most_boxes && at < file.size(); ++i) {
    std::array<std::byte, 16> memory{};
    const Bytes header = look(file, at, memory);
    std::uint64_t size = big_endian(header, 0, 4);
    if (size == 1) size = big_endian(header, 8, 8);
    const bool is_code = has_at(header, 4, "jp2c"sv);
    if (is_code && size == 0) return ends_behind(at);
    if (header.size() < 8 || size < 8 || size > file.size() - at)
      return has_code ? unprovable("what follows its codestream is no box")
                      : Proof{Wholeness::cut, "it ends within a box"};
    has_code = has_code || is_code;
    at += size;
  }
  return has_code ? whole() : Proof{Wholeness::cut, "it has no codestream"};
}

}  // namespace prompt::clip
