// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/mp4_walk.h"

#include <array>

#include "base/text.h"

namespace prompt::clip {
namespace {

using namespace std::string_view_literals;

// A header may be cut at the end of the file, where a few zeros are harmless padding.
bool is_all_zero(Bytes bytes) {
  for (const std::byte byte : bytes)
    if (byte != std::byte{0}) return false;
  return true;
}

}  // namespace

void Mp4Walk::note(std::string_view type, std::uint64_t box_size) {
  has_ftyp_ = has_ftyp_ || type == "ftyp"sv;
  has_moov_ = has_moov_ || type == "moov"sv;
  has_mdat_ = has_mdat_ || type == "mdat"sv;
  has_moof_ = has_moof_ || type == "moof"sv;
  ends_with_mfra_ = type == "mfra"sv;
  next_ += box_size;
}

void Mp4Walk::advance(const ByteSource& file, std::uint64_t available) {
  // Half of all offsets are beyond any file; staying below that, sums cannot wrap.
  constexpr std::uint64_t most_size = std::uint64_t{1} << 62;
  while (damage_.empty() && !is_open_ended_ && next_ < available) {
    std::array<std::byte, 16> memory{};
    const Bytes header = Bytes(memory).first(file.read(next_, memory));
    const std::uint64_t here = std::min<std::uint64_t>(header.size(), available - next_);
    is_padding_ = is_all_zero(header.first(static_cast<std::size_t>(here)));
    if (here < 8) return;
    std::uint64_t size = big_endian(header, 0, 4);
    const std::string_view type = as_text(header.subspan(4, 4));
    if (size == 1) {
      if (here < 16) return;
      size = big_endian(header, 8, 8);
      if (size < 16) size = most_size;  // refused below
    } else if (size == 0) {
      if (is_padding_) return;
      is_open_ended_ = true;
      note(type, 0);
      return;
    }
    if (size < 8 || size >= most_size - next_) {
      damage_ = format("the box at byte %" G_GUINT64_FORMAT " has an impossible size", next_);
    } else if (++boxes_ > most_boxes) {
      damage_ = format("it has more than %u boxes", most_boxes);
    } else {
      note(type, size);
    }
  }
}

std::optional<std::uint64_t> Mp4Walk::moov_behind_data() const {
  if (!damage_.empty() || is_open_ended_ || !has_mdat_ || has_moov_) return std::nullopt;
  return next_;
}

Proof Mp4Walk::prove(std::uint64_t size) const {
  if (!damage_.empty()) return {Wholeness::damaged, damage_};
  if (next_ > size)
    return {Wholeness::cut, format("its last box ends at byte %" G_GUINT64_FORMAT
                                   " and the file at %" G_GUINT64_FORMAT,
                                   next_, size)};
  if (!has_moov_) return {Wholeness::cut, "it has no index ('moov')"};
  if (!has_mdat_) return {Wholeness::cut, "it has no media data ('mdat')"};
  if (!has_ftyp_) return {Wholeness::damaged, "it has no file type ('ftyp')"};
  if (is_open_ended_) return {Wholeness::not_provable, "its last box has no size"};
  if (next_ < size) {
    if (!is_padding_) return {Wholeness::cut, "its last box has half a header"};
    return {Wholeness::not_provable, "zeros follow its last box"};
  }
  if (has_moof_ && !ends_with_mfra_)
    return {Wholeness::not_provable, "it is a fragmented MP4 without an index of fragments"};
  return {Wholeness::whole, ""};
}

}  // namespace prompt::clip
