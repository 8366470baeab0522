// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/mp4_header.h"

#include <optional>
#include <string>
#include <string_view>

namespace prompt::edit {
namespace {

using namespace std::string_view_literals;

constexpr auto c2pa_type = "\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81"sv;
// Beyond these, a file is not believed.
constexpr int most_boxes = 65536;
constexpr std::uint64_t most_index_bytes = 64UL * 1024 * 1024;

struct Box {
  std::string_view type;
  std::string_view body;
};

// The next of the boxes in `bytes`, which is shortened by it; nothing at the end or at damage.
std::optional<Box> next_box(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t size = big_endian(bytes, 0, 4);
  std::size_t header = 8;
  if (size == 1) {
    size = big_endian(bytes, 8, 8);
    header = 16;
  } else if (size == 0) {
    size = bytes.size();
  }
  if (size < header || size > bytes.size()) return std::nullopt;
  const Box box{bytes.substr(4, 4), bytes.substr(header, static_cast<std::size_t>(size) - header)};
  bytes.remove_prefix(static_cast<std::size_t>(size));
  return box;
}

// The body of the first box of that type; empty if there is none.
std::string_view inside(std::string_view bytes, std::string_view type) {
  while (const std::optional<Box> box = next_box(bytes))
    if (box->type == type) return box->body;
  return {};
}

// Where the only sample of the timecode track lies.
std::optional<std::uint64_t> first_chunk(std::string_view table) {
  if (const std::string_view short_ones = inside(table, "stco"); short_ones.size() >= 12)
    return big_endian(short_ones, 8, 4);
  if (const std::string_view long_ones = inside(table, "co64"); long_ones.size() >= 16)
    return big_endian(long_ones, 8, 8);
  return std::nullopt;
}

void read_timecode(const MediaFile& file, std::string_view moov, Mp4Header& header) {
  while (const std::optional<Box> track = next_box(moov)) {
    if (track->type != "trak"sv) continue;
    const std::string_view media = inside(track->body, "mdia");
    if (const std::string_view handler = inside(media, "hdlr");
        handler.size() < 12 || handler.substr(8, 4) != "tmcd"sv)
      continue;
    const std::string_view table = inside(inside(media, "minf"), "stbl");
    const std::string_view entry = inside(table, "stsd");
    const std::optional<std::uint64_t> place = first_chunk(table);
    if (!place || entry.size() < 8 + 34) continue;
    const std::string sample = file.read(*place, 4);
    if (sample.size() < 4) continue;
    header.start_frame = static_cast<std::int64_t>(big_endian(sample, 0, 4));
    // Behind the list's head, the entry's own head, six reserved bytes, an index and four more.
    header.is_drop_frame = (big_endian(entry, 8 + 8 + 6 + 2 + 4, 4) & 1) != 0;
    return;
  }
}

}  // namespace

Result<Mp4Header> read_mp4_header(const MediaFile& file) {
  Mp4Header header;
  std::uint64_t at = 0;
  for (int boxes = 0; at + 8 <= file.size(); ++boxes) {
    const std::string head = file.read(at, 32);
    std::uint64_t size = big_endian(head, 0, 4);
    const std::string_view type = std::string_view(head).substr(4, 4);
    std::uint64_t head_size = 8;
    if (size == 1) {
      size = big_endian(head, 8, 8);
      head_size = 16;
    } else if (size == 0) {
      // Zeros behind the last box are padding.
      if (type == "\0\0\0\0"sv) break;
      size = file.size() - at;
    }
    if (boxes == most_boxes || size < head_size)
      return fail(file.broken("is damaged: its boxes cannot be followed"));
    if (size > file.size() - at)
      return fail(file.broken("is cut: a part of it ends behind the end of the file"));
    if (type == "uuid"sv && head.substr(head_size, 16) == c2pa_type) header.has_c2pa = true;
    if (type == "moov"sv && size <= most_index_bytes) {
      const std::string moov =
          file.read(at + head_size, static_cast<std::size_t>(size - head_size));
      if (!header.start_frame) read_timecode(file, moov, header);
    }
    at += size;
  }
  return header;
}

}  // namespace prompt::edit
