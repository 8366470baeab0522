// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/signatures.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

struct Mark {
  Kind kind;
  std::string_view bytes;
  std::size_t second_at = 0;
  std::string_view second = {};  ///< Empty: the first is enough.
};

constexpr std::array marks = {
    Mark{Kind::rf64, "RF64"sv, 8, "WAVE"sv},
    Mark{Kind::aiff, "FORM"sv, 8, "AIFF"sv},
    Mark{Kind::aiff, "FORM"sv, 8, "AIFC"sv},
    Mark{Kind::au, ".snd\0\0"sv},
    Mark{Kind::wavpack, "wvpk"sv},
    Mark{Kind::dts, "\x7F\xFE\x80\x01"sv},
    Mark{Kind::amr, "#!AMR\n"sv},
    Mark{Kind::amr_wb, "#!AMR-WB\n"sv},
    Mark{Kind::ape, "MAC "sv},
    Mark{Kind::tta, "TTA1"sv},
    Mark{Kind::musepack, "MPCK"sv},
    Mark{Kind::caf, "caff\0\x01\0\0"sv},
    Mark{Kind::w64, "riff\x2E\x91\xCF\x11"sv},
    Mark{Kind::voc, "Creative Voice File\x1A"sv},
    Mark{Kind::midi, "MThd\0\0\0\x06"sv},
    Mark{Kind::flv, "FLV\x01"sv, 5, "\0\0\0\x09"sv},
    Mark{Kind::asf, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C"sv},
    Mark{Kind::mxf, "\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02\x01\x01"sv},
    Mark{Kind::mpeg_video, "\0\0\x01\xB3"sv},
    Mark{Kind::ivf, "DKIF\0\0"sv},
    Mark{Kind::y4m, "YUV4MPEG2 "sv},
    Mark{Kind::mj2, "\0\0\0\x0CjP  \x0D\x0A\x87\x0A"sv, 20, "mjp2"sv},
    Mark{Kind::jp2, "\0\0\0\x0CjP  \x0D\x0A\x87\x0A"sv, 20, "jp"sv},
    Mark{Kind::j2k, "\xFF\x4F\xFF\x51\0"sv},
    Mark{Kind::tiff, "II*\0"sv},
    Mark{Kind::tiff, "MM\0*"sv},
    Mark{Kind::exr, "\x76\x2F\x31\x01"sv},
};

bool has_mark(Bytes bytes, const Mark& mark) {
  return has_at(bytes, 0, mark.bytes) && has_at(bytes, mark.second_at, mark.second);
}

// A pack header; the bits behind it tell MPEG-2 from MPEG-1 (ISO/IEC 13818-1, 2.5.3.4).
std::optional<Kind> program_stream(Bytes bytes) {
  if (!has_at(bytes, 0, "\0\0\x01\xBA"sv)) return std::nullopt;
  if ((byte_at(bytes, 4) & 0xC4) == 0x44) return Kind::mpeg_ps;
  if ((byte_at(bytes, 4) & 0xF1) == 0x21) return Kind::mpeg_1_ps;
  return std::nullopt;
}

// A start code, then the sets of parameters that a stream begins with, or the delimiter in front of
// them (ISO/IEC 14496-10, 7.4.1; 23008-2, 7.4.2.2).
std::optional<Kind> bare_video(Bytes bytes) {
  const std::size_t begin = has_at(bytes, 0, "\0\0\x01"sv)     ? 3
                            : has_at(bytes, 0, "\0\0\0\x01"sv) ? 4
                                                               : 0;
  if (begin == 0) return std::nullopt;
  const std::uint8_t first = byte_at(bytes, begin);
  const std::uint8_t second = byte_at(bytes, begin + 1);
  // Sequence parameters name a profile; behind a delimiter stands the next start code.
  const bool is_profile = second == 66 || second == 77 || second == 88 || second == 100 ||
                          second == 110 || second == 122 || second == 244 || second == 44;
  if ((first == 0x67 || first == 0x27) && is_profile) return Kind::h264;
  if (first == 0x09 && (second & 0x1F) == 0x10 && has_at(bytes, begin + 2, "\0\0"sv))
    return Kind::h264;
  if (first == 0x40 && second == 0x01 && byte_at(bytes, begin + 2) == 0x0C) return Kind::h265;
  if (first == 0x46 && second == 0x01 && has_at(bytes, begin + 3, "\0\0"sv)) return Kind::h265;
  return std::nullopt;
}

// The first DIF block of a frame is a header block (IEC 61834-2).
bool is_dv(Bytes bytes) {
  return has_at(bytes, 0, "\x1F\x07\0"sv) && (byte_at(bytes, 3) & 0x7F) == 0x3F &&
         (byte_at(bytes, 4) & 0x01) == 0;
}

// The file's size, and a header of a size that exists.
bool is_bmp(Bytes bytes) {
  if (!has_at(bytes, 0, "BM"sv) || little_endian(bytes, 6, 4) != 0) return false;
  const std::uint64_t header = little_endian(bytes, 14, 4);
  const std::uint64_t pixels = little_endian(bytes, 10, 4);
  return (header == 12 || header == 40 || header == 52 || header == 56 || header == 64 ||
          header == 108 || header == 124) &&
         pixels >= 14 + header && pixels < 65536;
}

// "P6", white space, then a width or a comment.
std::optional<Kind> portable_map(Bytes bytes) {
  if (byte_at(bytes, 0) != 'P') return std::nullopt;
  const char space = static_cast<char>(byte_at(bytes, 2));
  const char next = static_cast<char>(byte_at(bytes, 3));
  if ((space != '\n' && space != ' ' && space != '\t' && space != '\r') ||
      (next != '#' && (next < '1' || next > '9')))
    return std::nullopt;
  switch (byte_at(bytes, 1)) {
    case '1':
    case '4':
      return Kind::pbm;
    case '2':
    case '5':
      return Kind::pgm;
    case '3':
    case '6':
      return Kind::ppm;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Kind> kind_of_signature(Bytes beginning) {
  const Bytes bytes = beginning.first(std::min(beginning.size(), signature_size));
  for (const Mark& mark : marks)
    if (has_mark(bytes, mark)) return mark.kind;
  if (is_dv(bytes)) return Kind::dv;
  if (is_bmp(bytes)) return Kind::bmp;
  if (const std::optional<Kind> kind = program_stream(bytes)) return kind;
  if (const std::optional<Kind> kind = bare_video(bytes)) return kind;
  return portable_map(bytes);
}

}  // namespace prompt::clip
