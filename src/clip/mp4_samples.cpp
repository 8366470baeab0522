// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/mp4_samples.h"

#include <algorithm>
#include <array>

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

// Beyond any file; staying below that, sums cannot wrap.
constexpr std::uint64_t most_offset = std::uint64_t{1} << 62;

struct Box {
  std::uint32_t type = 0;
  std::uint64_t begin = 0;  // of its content
  std::uint64_t end = 0;
};

constexpr std::uint32_t type_of(std::string_view text) {
  std::uint32_t type = 0;
  for (const char c : text) type = type << 8 | static_cast<std::uint8_t>(c);
  return type;
}

// The box at `at`, which must end within `end`.
std::optional<Box> box_at(const ByteSource& file, std::uint64_t at, std::uint64_t end) {
  std::array<std::byte, 16> memory{};
  const Bytes header = Bytes(memory).first(file.read(at, memory));
  if (at >= end || end - at < 8 || header.size() < 8) return std::nullopt;
  std::uint64_t size = big_endian(header, 0, 4);
  std::uint64_t header_size = 8;
  if (size == 1) {
    size = big_endian(header, 8, 8);
    header_size = 16;
  }
  if (size < header_size || size > end - at) return std::nullopt;
  return Box{static_cast<std::uint32_t>(big_endian(header, 4, 4)), at + header_size, at + size};
}

// Where the tables of one track stand.
struct Tables {
  std::optional<Box> chunk_samples;  // stsc
  std::optional<Box> sample_sizes;   // stsz
  std::optional<Box> compact_sizes;  // stz2
  std::optional<Box> chunk_offsets;  // stco
  std::optional<Box> wide_offsets;   // co64
};

class Index {
 public:
  explicit Index(const ByteSource& file) : file_(file) {}

  [[nodiscard]] std::optional<std::uint64_t> end_of(const Box& moov) {
    if (!walk(moov, 0) || is_fragmented_) return std::nullopt;
    return end_;
  }

 private:
  // Down to the tables; false where something cannot be read.
  bool walk(const Box& parent, int depth) {
    constexpr int deepest = 5;
    constexpr int most_boxes = 4096;
    if (depth > deepest) return false;
    std::uint64_t at = parent.begin;
    while (at + 8 <= parent.end) {
      const std::optional<Box> box = box_at(file_, at, parent.end);
      if (!box || ++boxes_ > most_boxes || !take(*box, depth)) return false;
      at = box->end;
    }
    return true;
  }

  bool take(const Box& box, int depth) {
    switch (box.type) {
      case type_of("mvex"):
        is_fragmented_ = true;
        return true;
      case type_of("mdia"):
      case type_of("minf"):
      case type_of("stbl"):
        return walk(box, depth + 1);
      case type_of("trak"):
        tables_ = Tables();
        return walk(box, depth + 1) && measure();
      case type_of("stsc"):
        tables_.chunk_samples = box;
        return true;
      case type_of("stsz"):
        tables_.sample_sizes = box;
        return true;
      case type_of("stz2"):
        tables_.compact_sizes = box;
        return true;
      case type_of("stco"):
        tables_.chunk_offsets = box;
        return true;
      case type_of("co64"):
        tables_.wide_offsets = box;
        return true;
      default:
        return true;
    }
  }

  // A table's numbers, from front to back.
  class Table {
   public:
    Table(const ByteSource& file, const Box& box) : scan_(file) {
      is_good_ = scan_.skip(box.begin + 4);  // version and flags
    }
    [[nodiscard]] std::uint64_t next(std::size_t bytes) {
      const std::optional<Bytes> taken = is_good_ ? scan_.take(bytes) : std::nullopt;
      is_good_ = taken.has_value();
      return taken ? big_endian(*taken, 0, bytes) : 0;
    }
    [[nodiscard]] bool is_good() const { return is_good_; }

   private:
    Scanner scan_;
    bool is_good_ = false;
  };

  [[nodiscard]] static bool holds(const Box& box, std::uint64_t front, std::uint64_t count,
                                  std::uint64_t bytes) {
    const std::uint64_t size = box.end - box.begin;
    return size >= front && count <= (size - front) / bytes;
  }

  // The end of each chunk: its offset and the sizes of its samples.
  bool measure() {
    const std::optional<Box>& offsets_box =
        tables_.chunk_offsets ? tables_.chunk_offsets : tables_.wide_offsets;
    if (!tables_.chunk_samples || !tables_.sample_sizes || !offsets_box) return false;
    const std::size_t width = tables_.chunk_offsets ? 4 : 8;
    Table offsets(file_, *offsets_box);
    Table runs(file_, *tables_.chunk_samples);
    Table sizes(file_, *tables_.sample_sizes);
    const std::uint64_t chunks = offsets.next(4);
    const std::uint64_t run_count = runs.next(4);
    const std::uint64_t same_size = sizes.next(4);
    std::uint64_t samples = sizes.next(4);
    if (!holds(*offsets_box, 8, chunks, width) || !holds(*tables_.chunk_samples, 8, run_count, 12))
      return false;
    if (same_size == 0 && !holds(*tables_.sample_sizes, 12, samples, 4)) return false;
    if (chunks == 0 || samples == 0) return true;
    if (run_count == 0) return false;

    std::uint64_t per_chunk = 0;
    std::uint64_t runs_left = run_count;
    std::uint64_t next_run = runs.next(4);
    for (std::uint64_t chunk = 1; chunk <= chunks && samples > 0; ++chunk) {
      while (runs_left > 0 && next_run == chunk) {
        per_chunk = runs.next(4);
        (void)runs.next(4);  // of which description
        next_run = --runs_left > 0 ? runs.next(4) : 0;
      }
      std::uint64_t end = offsets.next(width);
      if (end > most_offset) return false;
      const std::uint64_t count = std::min(per_chunk, samples);
      // Samples of PCM are all alike, and millions.
      if (same_size != 0) end += count * same_size;
      for (std::uint64_t i = 0; same_size == 0 && i < count; ++i) end += sizes.next(4);
      samples -= count;
      if (!offsets.is_good() || !runs.is_good() || !sizes.is_good()) return false;
      end_ = std::max(end_, end);
    }
    return true;
  }

  const ByteSource& file_;
  Tables tables_;
  int boxes_ = 0;
  bool is_fragmented_ = false;
  std::uint64_t end_ = 0;
};

}  // namespace

std::optional<std::uint64_t> mp4_samples_end(const ByteSource& file, std::uint64_t begin,
                                             std::uint64_t size) {
  if (begin > file.size() || size > file.size() - begin) return std::nullopt;
  const std::optional<Box> moov = box_at(file, begin, begin + size);
  if (!moov) return std::nullopt;
  return Index(file).end_of(*moov);
}

}  // namespace prompt::clip
