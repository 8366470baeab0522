// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/proof.h"

#include <array>

#include "base/text.h"
#include "clip/mp4_walk.h"
#include "clip/proof_image.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

Proof prove_mp4(const ByteSource& file) {
  Mp4Walk walk;
  walk.advance(file, file.size());
  return walk.prove(file.size());
}

// One RIFF chunk, or several in a row (an AVI of more than 1 GiB, OpenDML 1.02).
Proof prove_riff(const ByteSource& file) {
  constexpr std::uint64_t streamed = 0xFFFFFFFF;  // written by what could not go back
  if (file.size() == 0) return {Wholeness::cut, "it is empty"};
  std::uint64_t at = 0;
  while (at < file.size()) {
    std::array<std::byte, 8> memory{};
    const Bytes header = Bytes(memory).first(file.read(at, memory));
    if (!has_at(header, 0, "RIFF"sv)) {
      if (at > 0) break;  // whatever follows is no part of it
      return {Wholeness::damaged, "it does not begin with 'RIFF'"};
    }
    if (header.size() < 8) return {Wholeness::cut, "its header is cut"};
    const std::uint64_t size = little_endian(header, 4, 4);
    if (size == 0 || size == streamed) return {Wholeness::not_provable, "its header has no size"};
    at += 8 + size;
    if (at > file.size())
      return {Wholeness::cut,
              format("it should have %" G_GUINT64_FORMAT " bytes and has %" G_GUINT64_FORMAT, at,
                     file.size())};
    at += size % 2;  // chunks begin at even offsets
  }
  return {Wholeness::whole, ""};
}

// RFC 8794, RFC 9559: the EBML header, then one Segment.
Proof prove_ebml(const ByteSource& file) {
  constexpr std::uint64_t segment_id = 0x18538067;
  std::uint64_t at = 0;
  for (int elements = 0; elements < 1000; ++elements) {
    std::array<std::byte, 12> memory{};
    const Bytes header = Bytes(memory).first(file.read(at, memory));
    const std::optional<EbmlNumber> id = ebml_id(header, 0);
    const std::optional<EbmlNumber> size =
        id ? ebml_size(header, id->length) : std::optional<EbmlNumber>();
    if (!size)
      return header.size() < memory.size()
                 ? Proof{Wholeness::cut, "it has no segment"}
                 : Proof{Wholeness::damaged,
                         format("the element at byte %" G_GUINT64_FORMAT " is impossible", at)};
    if (size->is_unknown) return {Wholeness::not_provable, "its segment has no size"};
    const std::uint64_t begin = at + id->length + size->length;
    if (size->value > file.size() || begin > file.size() - size->value)
      return {Wholeness::cut, "it ends within an element"};
    if (id->value == segment_id) return {Wholeness::whole, ""};
    at = begin + size->value;
  }
  return {Wholeness::damaged, "it has more than 1000 elements before the segment"};
}

// RFC 3533, 6: the last page ends at the end of the file, and it says that its stream ends.
Proof prove_ogg(const ByteSource& file) {
  constexpr std::uint64_t largest_page = 27 + 255 + 255 * 255;
  const std::uint64_t from = file.size() > largest_page ? file.size() - largest_page : 0;
  std::vector<std::byte> memory(static_cast<std::size_t>(file.size() - from));
  const Bytes tail = Bytes(memory).first(file.read(from, memory));
  for (std::size_t at = as_text(tail).rfind("OggS\0"sv); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : as_text(tail).rfind("OggS\0"sv, at - 1)) {
    const std::size_t segments = byte_at(tail, at + 26);
    std::size_t end = at + 27 + segments;
    for (std::size_t i = 0; i < segments; ++i) end += byte_at(tail, at + 27 + i);
    if (end != tail.size()) continue;
    if ((byte_at(tail, at + 5) & 4) != 0) return {Wholeness::whole, ""};
    return {Wholeness::not_provable, "its last page does not end its stream"};
  }
  return {Wholeness::cut, "its last page is cut"};
}

}  // namespace

Proof prove(Kind kind, const ByteSource& file) {
  switch (kind) {
    case Kind::mp4:
    case Kind::m4a:
      return prove_mp4(file);
    case Kind::webm:
    case Kind::matroska:
      return prove_ebml(file);
    case Kind::avi:
    case Kind::wav:
    case Kind::webp:
      return prove_riff(file);
    case Kind::png:
      return prove_png(file);
    case Kind::jpeg:
      return prove_jpeg(file);
    case Kind::gif:
      return prove_gif(file);
    case Kind::ogg:
      return prove_ogg(file);
    case Kind::mp3:
    case Kind::aac:
    case Kind::flac:
      break;
  }
  return {Wholeness::not_provable, "such a file does not say where it ends"};
}

}  // namespace prompt::clip
