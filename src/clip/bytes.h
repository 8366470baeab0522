// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Numbers as they stand in files, read with checked bounds, and files (or memory) that are looked
// at in pieces. Only src/clip/ needs these: everything else takes a clip's bytes as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace prompt::clip {

using Bytes = std::span<const std::byte>;

/// The same memory, seen as characters or as bytes.
[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Whether `text` stands at `offset`, whole.
[[nodiscard]] inline bool has_at(Bytes bytes, std::size_t offset, std::string_view text) {
  return offset <= bytes.size() && as_text(bytes.subspan(offset)).substr(0, text.size()) == text;
}

/// The byte at `offset`; 0 beyond the end.
[[nodiscard]] inline std::uint8_t byte_at(Bytes bytes, std::size_t offset) {
  return offset < bytes.size() ? std::to_integer<std::uint8_t>(bytes[offset]) : std::uint8_t{0};
}

/// An unsigned number of `count` (at most 8) bytes, big end first. Bytes beyond the end are 0.
[[nodiscard]] inline std::uint64_t big_endian(Bytes bytes, std::size_t offset, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | byte_at(bytes, offset + i);
  return number;
}

/// The same, little end first.
[[nodiscard]] inline std::uint64_t little_endian(Bytes bytes, std::size_t offset,
                                                 std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = count; i > 0; --i) number = number << 8 | byte_at(bytes, offset + i - 1);
  return number;
}

/// A number of variable length as EBML (RFC 8794, 4) writes it.
struct EbmlNumber {
  std::uint64_t value = 0;  ///< An id keeps its length marker, a size does not.
  std::size_t length = 0;   ///< Bytes that it took.
  bool is_unknown = false;  ///< A size of all ones: not known when it was written.
};
/// Nothing where `bytes` ends too early or the first byte is 0.
[[nodiscard]] std::optional<EbmlNumber> ebml_id(Bytes bytes, std::size_t offset);
[[nodiscard]] std::optional<EbmlNumber> ebml_size(Bytes bytes, std::size_t offset);

/// Bytes that are read in pieces: a file on disk, or memory in tests.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Reads up to `into.size()` bytes; fewer only at the end or when reading failed.
  [[nodiscard]] virtual std::size_t read(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

class MemoryBytes : public ByteSource {
 public:
  /// `bytes` outlives this.
  explicit MemoryBytes(Bytes bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  Bytes bytes_;
};

/// The first `size` bytes of an open file, by pread.
class FileBytes : public ByteSource {
 public:
  FileBytes(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  int fd_;
  std::uint64_t size_;
};

/// Goes through a ByteSource from front to back with few reads.
class Scanner {
 public:
  explicit Scanner(const ByteSource& source) : source_(source), buffer_(64 * 1024) {}

  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] std::uint64_t left() const { return source_.size() - position_; }
  /// The next byte; nothing at the end.
  [[nodiscard]] std::optional<std::uint8_t> next();
  /// The next `count` bytes (at most 64 KiB); nothing, and no step, where fewer are left. Valid
  /// until the next call.
  [[nodiscard]] std::optional<Bytes> take(std::size_t count);
  /// False, and no step, where fewer are left.
  [[nodiscard]] bool skip(std::uint64_t count);
  /// Steps behind the next byte of that value; false at the end.
  [[nodiscard]] bool skip_behind(std::uint8_t value);

 private:
  [[nodiscard]] Bytes ahead(std::size_t at_least);

  const ByteSource& source_;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_begin_ = 0;
  std::size_t buffer_size_ = 0;
  std::uint64_t position_ = 0;  // never beyond the end
};

}  // namespace prompt::clip
