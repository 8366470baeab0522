// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Each test answers for the bytes that are there: yes, no, or not yet. A yes needs more than a
// magic number where one is cheap to fake or to meet by chance.
#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "clip/bytes.h"
#include "clip/kind.h"
#include "clip/mpeg_audio.h"
#include "clip/refused_kind.h"
#include "clip/signatures.h"

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

Kind kind_of_brand(std::string_view brand) {
  constexpr std::array avif = {"avif"sv, "avis"sv};
  constexpr std::array heif = {"heic"sv, "heix"sv, "hevc"sv, "heim"sv,
                               "heis"sv, "mif1"sv, "msf1"sv};
  if (std::find(avif.begin(), avif.end(), brand) != avif.end()) return Kind::avif;
  if (std::find(heif.begin(), heif.end(), brand) != heif.end()) return Kind::heif;
  return brand == "M4A "sv || brand == "M4B "sv ? Kind::m4a : Kind::mp4;
}

// ISO/IEC 14496-12, 4.3: the file type box comes as early as possible; some writers put boxes in
// front of it that need no interpretation. Media data may not: it could hold anything.
Answer test_mp4(Bytes bytes) {
  constexpr int most_boxes_in_front = 16;
  constexpr std::array in_front = {"free"sv, "skip"sv, "wide"sv, "uuid"sv, "moov"sv};
  std::uint64_t offset = 0;
  for (int boxes = 0; boxes <= most_boxes_in_front; ++boxes) {
    if (offset + 16 > sniff_limit) return no;
    if (offset + 16 > bytes.size()) return not_yet;
    const Bytes header = bytes.subspan(static_cast<std::size_t>(offset), 16);
    std::uint64_t size = big_endian(header, 0, 4);
    const std::string_view type = as_text(header.subspan(4, 4));
    if (type == "ftyp"sv) {
      const std::string_view brand = as_text(header.subspan(8, 4));
      if (size < 16 || size > 4096 || brand == "crx "sv) return no;
      return yes(kind_of_brand(brand));
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
  struct Coding {
    Kind kind;
    std::optional<AudioFrame> (*parse)(Bytes);
  };
  constexpr std::array codings = {Coding{Kind::mp3, mp3_frame}, Coding{Kind::aac, adts_frame},
                                  Coding{Kind::mp2, mp2_frame}, Coding{Kind::ac3, ac3_frame},
                                  Coding{Kind::eac3, eac3_frame}};
  for (const Coding& coding : codings) {
    const Answer answer = test_two_frames(bytes, coding.kind, coding.parse);
    if (answer.kind || answer.not_yet) return answer;
  }
  return no;
}

Answer test_signatures(Bytes bytes) {
  if (bytes.size() < signature_size) return not_yet;
  const std::optional<Kind> kind = kind_of_signature(bytes);
  return kind ? yes(*kind) : no;
}

// Sync bytes at the distance of packets (ISO/IEC 13818-1, 2.4.3.2), with a time stamp in front of
// each on Blu-ray discs and some cameras.
Answer test_transport_stream(Bytes bytes) {
  constexpr std::size_t packets = 4;
  for (const auto& [size, front, kind] :
       {std::tuple<std::size_t, std::size_t, Kind>{188, 0, Kind::mpeg_ts}, {192, 4, Kind::m2ts}}) {
    std::size_t found = 0;
    while (found < packets && byte_at(bytes, front + found * size) == 0x47) ++found;
    if (found == packets) return yes(kind);
    if (found > 0 && front + found * size >= bytes.size()) return not_yet;
  }
  return no;
}

// Where the ID3v2 tag at `offset` ends (id3.org, ID3v2.4 structure, 3.1); nothing where there is
// none.
std::optional<std::uint64_t> end_of_tag(const ByteSource& file, std::uint64_t offset) {
  std::array<std::byte, 10> memory{};
  const Bytes header = Bytes(memory).first(file.read(offset, memory));
  if (!has_at(header, 0, "ID3"sv) || header.size() < memory.size()) return std::nullopt;
  std::uint64_t size = memory.size();
  for (std::size_t i = 6; i < memory.size(); ++i) {
    if (byte_at(header, i) >= 0x80) return std::nullopt;  // sizes have seven bits a byte
    size += static_cast<std::uint64_t>(byte_at(header, i)) << (7 * (9 - i));
  }
  if ((byte_at(header, 5) & 0x10) != 0) size += 10;  // a footer
  return offset + size;
}

// Without the zeros that some writers leave behind a tag.
Bytes skip_padding(Bytes bytes) {
  constexpr std::size_t most_padding = 4096;
  std::size_t zeros = 0;
  while (zeros < std::min(bytes.size(), most_padding) && byte_at(bytes, zeros) == 0) ++zeros;
  return bytes.subspan(zeros);
}

Answer test_tagged(Bytes bytes) {
  if (bytes.size() < 16) return not_yet;
  if (has_at(bytes, 0, "fLaC"sv)) return test_ogg_or_flac(bytes).kind ? yes(Kind::tagged_flac) : no;
  const Answer answer = test_frames(bytes);
  if (!answer.kind) return answer;
  if (answer.kind == Kind::mp3 || answer.kind == Kind::mp2) return yes(Kind::tagged_mp3);
  return answer.kind == Kind::aac ? yes(Kind::tagged_aac) : no;
}

Answer test_all(Bytes bytes) {
  // With so little there is nothing to tell yet.
  if (bytes.size() < 16) return not_yet;
  bool undecided = false;
  for (const auto test : {test_image, test_riff, test_ebml, test_mp4, test_ogg_or_flac,
                          test_signatures, test_transport_stream, test_frames}) {
    const Answer answer = test(bytes);
    if (answer.kind) return answer;
    undecided = undecided || answer.not_yet;
  }
  return undecided ? not_yet : no;
}

std::vector<std::byte> window_at(const ByteSource& file, std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(
      std::min<std::uint64_t>(size, file.size() > offset ? file.size() - offset : 0)));
  bytes.resize(file.read(offset, bytes));
  return bytes;
}

}  // namespace

Sniffed sniff(const ByteSource& file, bool is_all) {
  constexpr int most_tags = 16;
  std::uint64_t offset = 0;
  for (int tags = 0; tags < most_tags; ++tags) offset = end_of_tag(file, offset).value_or(offset);
  const bool is_tagged = offset > 0;
  Sniffed sniffed;
  if (is_tagged && offset >= file.size()) {
    sniffed.needs_more = !is_all;
    sniffed.looks_like = "an ID3 tag without audio behind it";
    sniffed.at_least = offset + 16;
    return sniffed;
  }
  // Most kinds show themselves at once; only odd boxes make it worth reading more.
  for (std::size_t size = 4096;; size *= 16) {
    const std::vector<std::byte> memory = window_at(file, offset, std::min(size, sniff_limit));
    const Bytes bytes(memory);
    const bool is_final = bytes.size() >= sniff_limit || (is_all && bytes.size() < size);
    // The tag's own header may be cut.
    const Bytes behind = is_tagged ? skip_padding(bytes) : bytes;
    const Answer answer = is_tagged                   ? test_tagged(behind)
                          : has_at(bytes, 0, "ID3"sv) ? not_yet
                                                      : test_all(bytes);
    if (answer.kind) return {answer.kind, false, facts_of(*answer.kind).name};
    // A few bytes more give what is refused a better name.
    sniffed.needs_more = !is_final && (answer.not_yet || bytes.size() < naming_size);
    sniffed.looks_like = name_refused(behind);
    if (!sniffed.needs_more || bytes.size() < size) return sniffed;
  }
}

Sniffed sniff(std::span<const std::byte> beginning, bool is_all) {
  return sniff(MemoryBytes(beginning), is_all);
}

}  // namespace prompt::clip
