// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/bytes.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace prompt::clip {
namespace {

// The length of an EBML number stands in the zeros in front of its first one.
std::size_t ebml_length(std::uint8_t first) {
  for (std::size_t length = 1; length <= 8; ++length)
    if ((first & (0x100U >> length)) != 0) return length;
  return 0;
}

std::optional<EbmlNumber> ebml_raw(Bytes bytes, std::size_t offset, std::size_t longest) {
  const std::size_t length = ebml_length(byte_at(bytes, offset));
  if (length == 0 || length > longest || offset + length > bytes.size()) return std::nullopt;
  return EbmlNumber{big_endian(bytes, offset, length), length};
}

}  // namespace

std::optional<EbmlNumber> ebml_id(Bytes bytes, std::size_t offset) {
  return ebml_raw(bytes, offset, 4);
}

std::optional<EbmlNumber> ebml_size(Bytes bytes, std::size_t offset) {
  std::optional<EbmlNumber> number = ebml_raw(bytes, offset, 8);
  if (!number) return std::nullopt;
  const std::uint64_t ones = (std::uint64_t{1} << (7 * number->length)) - 1;
  number->value &= ones;
  number->is_unknown = number->value == ones;
  return number;
}

std::size_t MemoryBytes::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= bytes_.size()) return 0;
  const std::size_t count = std::min<std::size_t>(into.size(), bytes_.size() - offset);
  std::memcpy(into.data(), bytes_.data() + offset, count);
  return count;
}

std::size_t FileBytes::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= size_) return 0;
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t got =
        ::pread(fd_, into.data() + done, wanted - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Bytes Scanner::ahead(std::size_t at_least) {
  const std::size_t skipped = static_cast<std::size_t>(position_ - buffer_begin_);
  if (position_ < buffer_begin_ || skipped + at_least > buffer_size_) {
    buffer_begin_ = position_;
    buffer_size_ = source_.read(position_, buffer_);
    return Bytes(buffer_).first(buffer_size_);
  }
  return Bytes(buffer_).subspan(skipped, buffer_size_ - skipped);
}

std::optional<std::uint8_t> Scanner::next() {
  const Bytes bytes = ahead(1);
  if (bytes.empty()) return std::nullopt;
  ++position_;
  return byte_at(bytes, 0);
}

std::optional<Bytes> Scanner::take(std::size_t count) {
  const Bytes bytes = ahead(count);
  if (bytes.size() < count) return std::nullopt;
  position_ += count;
  return bytes.first(count);
}

bool Scanner::skip(std::uint64_t count) {
  if (count > left()) return false;
  position_ += count;
  return true;
}

bool Scanner::skip_behind(std::uint8_t value) {
  for (;;) {
    const Bytes bytes = ahead(1);
    if (bytes.empty()) return false;
    const void* found = std::memchr(bytes.data(), value, bytes.size());
    if (found == nullptr) {
      position_ += bytes.size();
      continue;
    }
    position_ += static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data()) + 1;
    return true;
  }
}

}  // namespace prompt::clip
