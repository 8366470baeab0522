// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Each test answers for the bytes that are there: yes, no, or not yet. A yes needs more than a
// magic number where one is cheap to fake or to meet by chance.
#include <algorithm>
#include <array>

#include "clip/bytes.h"
#include "clip/kind.h"
#include "clip/mpeg_audio.h"
#include "clip/refused_kind.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

struct Answer {
  bool not_yet = false;
  std::optional<Kind> kind;
};
constexpr Answer no{};
constexpr Answer not_yet{true, std::nullopt};
Answer yes(Kind kind) { return {false, kind}; }

Answer test_image(Bytes bytes) {
  if (has_at(bytes, 0, "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"sv)) return yes(Kind::png);
  const std::uint8_t marker = byte_at(bytes, 3);
  if (has_at(bytes, 0, "\xFF\xD8\xFF"sv) && marker >= 0xC0 && marker != 0xFF)
    return yes(Kind::jpeg);
  if (has_at(bytes, 0, "GIF87a"sv) || has_at(bytes, 0, "GIF89a"sv)) return yes(Kind::gif);
  return no;
}

Answer test_riff(Bytes bytes) {
  if (!has_at(bytes, 0, "RIFF"sv)) return no;
  if (has_at(bytes, 8, "AVI "sv)) return yes(Kind::avi);
  if (has_at(bytes, 8, "WAVE"sv)) return yes(Kind::wav);
  if (has_at(bytes, 8, "WEBP"sv)) return yes(Kind::webp);
  return no;
}

// RFC 8794: an EBML header says in DocType what the document is.
Answer test_ebml(Bytes bytes) {
  constexpr std::uint64_t doc_type_id = 0x4282;
  constexpr std::uint64_t header_limit = 4096;  // about a hundred times what is ever written
  if (!has_at(bytes, 0, "\x1A\x45\xDF\xA3"sv)) return no;
  const std::optional<EbmlNumber> header = ebml_size(bytes, 4);
  if (!header || header->is_unknown || header->value > header_limit) return no;
  std::size_t at = 4 + header->length;
  const std::size_t end = at + static_cast<std::size_t>(header->value);
  if (end > bytes.size()) return not_yet;
  bytes = bytes.first(end);
  while (at < end) {
    const std::optional<EbmlNumber> id = ebml_id(bytes, at);
    if (!id) return no;
    const std::optional<EbmlNumber> size = ebml_size(bytes, at + id->length);
    if (!size || size->is_unknown) return no;
    at += id->length + size->length;
    if (size->value > end - at) return no;
    if (id->value == doc_type_id) {
      // A string may be padded with NULs.
      std::string_view type = as_text(bytes.subspan(at, static_cast<std::size_t>(size->value)));
      type = type.substr(0, type.find('\0'));
      if (type == "webm"sv) return yes(Kind::webm);
      if (type == "matroska"sv) return yes(Kind::matroska);
      return no;
    }
    at += static_cast<std::size_t>(size->value);
  }
  return no;
}

// ISO/IEC 14496-12, 4.3: the file type box comes as early as possible; some writers put boxes in
// front of it that need no interpretation. Media data may not: it could hold anything.
Answer test_mp4(Bytes bytes) {
  constexpr int most_boxes_in_front = 16;
  constexpr std::array in_front = {"free"sv, "skip"sv, "wide"sv, "uuid"sv, "moov"sv};
  constexpr std::array still_images = {"avif"sv, "avis"sv, "heic"sv, "heix"sv, "hevc"sv,
                                       "heim"sv, "heis"sv, "mif1"sv, "msf1"sv, "crx "sv};
  std::uint64_t offset = 0;
  for (int boxes = 0; boxes <= most_boxes_in_front; ++boxes) {
    if (offset + 16 > sniff_limit) return no;
    if (offset + 16 > bytes.size()) return not_yet;
    const Bytes header = bytes.subspan(static_cast<std::size_t>(offset), 16);
    std::uint64_t size = big_endian(header, 0, 4);
    const std::string_view type = as_text(header.subspan(4, 4));
    if (type == "ftyp"sv) {
      const std::string_view brand = as_text(header.subspan(8, 4));
      if (size < 16 || size > 4096) return no;
      if (std::find(still_images.begin(), still_images.end(), brand) != still_images.end())
        return no;
      return yes(brand == "M4A "sv || brand == "M4B "sv ? Kind::m4a : Kind::mp4);
    }
    if (std::find(in_front.begin(), in_front.end(), type) == in_front.end()) return no;
    if (size == 1) size = big_endian(header, 8, 8);
    if (size < 8 || size > sniff_limit) return no;
    offset += size;
  }
  return no;
}

Answer test_ogg_or_flac(Bytes bytes) {
  if (has_at(bytes, 0, "OggS\0"sv)) return yes(Kind::ogg);
  // The first block is always STREAMINFO, of 34 bytes (RFC 9639, 8.2).
  if (has_at(bytes, 0, "fLaC"sv))
    return (byte_at(bytes, 4) & 0x7F) == 0 && big_endian(bytes, 5, 3) == 34 ? yes(Kind::flac) : no;
  return no;
}

// One header proves little (eleven bits in a row are soon found): the next must stand where the
// first says, and fit it.
template <typename Parse>
Answer test_two_frames(Bytes bytes, Kind kind, Parse parse) {
  const std::optional<AudioFrame> first = parse(bytes);
  if (!first) return no;
  if (bytes.size() < first->length + audio_header_size) return not_yet;
  const std::optional<AudioFrame> second = parse(bytes.subspan(first->length));
  return second && second->format == first->format ? yes(kind) : no;
}

Answer test_frames(Bytes bytes) {
  const Answer mp3 = test_two_frames(bytes, Kind::mp3, mp3_frame);
  return mp3.kind || mp3.not_yet ? mp3 : test_two_frames(bytes, Kind::aac, adts_frame);
}

// Behind the ID3v2 tags at the front (id3.org, ID3v2.4 structure, 3.1); nothing where a tag is not
// there whole.
std::optional<std::uint64_t> behind_tags(Bytes bytes) {
  std::uint64_t offset = 0;
  while (offset <= bytes.size() && has_at(bytes, static_cast<std::size_t>(offset), "ID3"sv)) {
    const Bytes tag = bytes.subspan(static_cast<std::size_t>(offset));
    if (tag.size() < 10) return std::nullopt;
    std::uint64_t size = 10;
    for (std::size_t i = 6; i < 10; ++i) {
      if (byte_at(tag, i) >= 0x80) return offset;  // not a tag: sizes have seven bits a byte
      size += static_cast<std::uint64_t>(byte_at(tag, i)) << (7 * (9 - i));
    }
    if ((byte_at(tag, 5) & 0x10) != 0) size += 10;  // a footer
    offset += size;
  }
  // Some writers leave zeros between the tag and the first frame.
  constexpr std::uint64_t most_padding = 4096;
  const std::uint64_t padding_end = offset + most_padding;
  if (offset > 0)
    while (offset < bytes.size() && offset < padding_end &&
           byte_at(bytes, static_cast<std::size_t>(offset)) == 0)
      ++offset;
  return offset;
}

Answer test_tagged(Bytes bytes) {
  const std::optional<std::uint64_t> offset = behind_tags(bytes);
  if (!offset || *offset + 16 > bytes.size()) return offset && *offset > sniff_limit ? no : not_yet;
  const Bytes behind = bytes.subspan(static_cast<std::size_t>(*offset));
  if (has_at(behind, 0, "fLaC"sv)) return test_ogg_or_flac(behind);
  return test_frames(behind);
}

const char* name_tagged(Bytes bytes) {
  const std::optional<std::uint64_t> offset = behind_tags(bytes);
  if (offset && *offset > sniff_limit) return "an audio file with an ID3 tag of more than 1 MiB";
  if (!offset || *offset >= bytes.size()) return "an ID3 tag without audio behind it";
  return name_refused(bytes.subspan(static_cast<std::size_t>(*offset)));
}

Answer test_all(Bytes bytes) {
  if (has_at(bytes, 0, "ID3"sv)) return test_tagged(bytes);
  // With so little there is nothing to tell yet.
  if (bytes.size() < 16) return not_yet;
  bool undecided = false;
  for (const auto test :
       {test_image, test_riff, test_ebml, test_mp4, test_ogg_or_flac, test_frames}) {
    const Answer answer = test(bytes);
    if (answer.kind) return answer;
    undecided = undecided || answer.not_yet;
  }
  return undecided ? not_yet : no;
}

}  // namespace

Sniffed sniff(std::span<const std::byte> beginning, bool is_all) {
  const bool is_final = is_all || beginning.size() >= sniff_limit;
  const Bytes bytes = beginning.first(std::min(beginning.size(), sniff_limit));
  const Answer answer = test_all(bytes);
  if (answer.kind) return {answer.kind, false, facts_of(*answer.kind).name};
  Sniffed sniffed;
  // A few bytes more give what is refused a better name.
  sniffed.needs_more = !is_final && (answer.not_yet || bytes.size() < naming_size);
  sniffed.looks_like = has_at(bytes, 0, "ID3"sv) ? name_tagged(bytes) : name_refused(bytes);
  return sniffed;
}

}  // namespace prompt::clip
