// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/content_coding.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/message.h"

namespace prompt::http {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view other) { return names_equal(word, other); });
}

// What is called "deflate" has zlib's head (RFC 9110, section 8.4.1.2), or, from some, none.
bool has_zlib_head(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  return (first & 0x0FU) == 8 && (first * 256U + second) % 31 == 0;
}

}  // namespace

std::optional<ContentCoding> content_coding(const std::vector<std::string_view>& values) {
  constexpr std::array<std::string_view, 2> gzip = {"gzip", "x-gzip"};
  constexpr std::array<std::string_view, 6> unreadable = {
      "br", "zstd", "compress", "x-compress", "x-deflate", "pack200-gzip"};
  std::optional<ContentCoding> coding = ContentCoding::none;
  for (std::string_view value : values)
    for (;;) {
      const std::size_t comma = value.find(',');
      const std::string_view word = without_space_around(value.substr(0, comma));
      std::optional<ContentCoding> said = ContentCoding::none;
      if (is_one_of(word, gzip)) said = ContentCoding::gzip;
      if (names_equal(word, "deflate")) said = ContentCoding::deflate;
      if (is_one_of(word, unreadable)) said.reset();
      if (!said || (said != ContentCoding::none && coding != ContentCoding::none))
        return std::nullopt;
      if (said != ContentCoding::none) coding = said;
      if (comma == value.npos) break;
      value.remove_prefix(comma + 1);
    }
  return coding;
}

ContentDecoder::ContentDecoder(ContentCoding coding) : coding_(coding) {}

Result<void> ContentDecoder::decode(std::string_view bytes, const Sink& sink) {
  if (is_complete_) return {};
  if (held_.empty() && inflater_) return convert(bytes, sink);
  held_.append(bytes);
  if (!inflater_) {
    if (held_.size() < 2) return {};
    GZlibCompressorFormat format = G_ZLIB_COMPRESSOR_FORMAT_GZIP;
    if (coding_ == ContentCoding::deflate)
      format = has_zlib_head(held_) ? G_ZLIB_COMPRESSOR_FORMAT_ZLIB : G_ZLIB_COMPRESSOR_FORMAT_RAW;
    inflater_ = Ref<GZlibDecompressor>::adopt(g_zlib_decompressor_new(format));
  }
  const std::string all = std::exchange(held_, {});
  return convert(all, sink);
}

Result<void> ContentDecoder::convert(std::string_view bytes, const Sink& sink) {
  std::array<char, piece_size> piece;
  // Also with nothing left to read: what is read may not have been given out yet.
  for (bool is_full = false; !is_complete_ && (!bytes.empty() || is_full);) {
    gsize read = 0;
    gsize written = 0;
    GErrorPtr error;
    const GConverterResult result =
        g_converter_convert(G_CONVERTER(inflater_.get()), bytes.data(), bytes.size(), piece.data(),
                            piece.size(), G_CONVERTER_NO_FLAGS, &read, &written, error.out());
    if (result == G_CONVERTER_ERROR) {
      if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)) {
        held_.assign(bytes);
        return {};
      }
      return fail(ErrorKind::malformed, "The compressed bytes are damaged.");
    }
    is_complete_ = result == G_CONVERTER_FINISHED;
    bytes.remove_prefix(read);
    is_full = written == piece.size();
    if (written > 0)
      if (Result<void> taken = sink(piece.data(), written); !taken) return taken;
  }
  return {};
}

}  // namespace prompt::http
