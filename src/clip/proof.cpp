// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/proof.h"

#include <array>

#include "base/text.h"
#include "clip/mp4_samples.h"
#include "clip/mp4_walk.h"
#include "clip/proof_chunks.h"
#include "clip/proof_image.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

Proof prove_mp4(const ByteSource& file) {
  Mp4Walk walk;
  walk.advance(file, file.size());
  Proof proof = walk.prove(file.size());
  const std::optional<std::uint64_t> surplus = walk.surplus_begin(file.size());
  const bool is_refuted =
      proof.wholeness == Wholeness::cut || proof.wholeness == Wholeness::damaged;
  // Some servers append a line of text. Nothing of the clip is missing where all that its index
  // speaks of is there.
  if (!is_refuted || !surplus || !walk.moov() || walk.moov()->begin >= *surplus) return proof;
  const std::optional<std::uint64_t> end =
      mp4_samples_end(file, walk.moov()->begin, walk.moov()->size);
  if (!end || *end == 0 || *end > *surplus) return proof;
  return {Wholeness::not_provable,
          format("what follows its last box at byte %" G_GUINT64_FORMAT " is no box", *surplus)};
}

Proof prove_picture_boxes(const ByteSource& file) {
  Mp4Walk walk;
  walk.advance(file, file.size());
  return walk.prove(file.size(), Mp4Walk::Index::meta);
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
    case Kind::mj2:
      return prove_mp4(file);
    case Kind::webm:
    case Kind::matroska:
      return prove_ebml(file);
    case Kind::avif:
    case Kind::heif:
      return prove_picture_boxes(file);
    case Kind::avi:
    case Kind::wav:
    case Kind::webp:
    case Kind::rf64:
      return prove_riff(file);
    case Kind::aiff:
      return prove_aiff(file);
    case Kind::flv:
      return prove_flv(file);
    case Kind::asf:
      return prove_asf(file);
    case Kind::wavpack:
      return prove_wavpack(file);
    case Kind::ivf:
      return prove_ivf(file);
    case Kind::bmp:
      return prove_bmp(file);
    case Kind::jp2:
    case Kind::j2k:
      return prove_jpeg_2000(kind, file);
    case Kind::png:
      return prove_png(file);
    case Kind::jpeg:
      return prove_jpeg(file);
    case Kind::gif:
      return prove_gif(file);
    case Kind::ogg:
      return prove_ogg(file);
    default:
      break;
  }
  return {Wholeness::not_provable, "such a file does not say where it ends"};
}

}  // namespace prompt::clip
