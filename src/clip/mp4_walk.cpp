// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/mp4_walk.h"

#include <algorithm>
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

// What stands at the top of real files. A text behind the last box looks like a box of some other
// type and of an absurd size.
bool is_known(std::string_view type) {
  constexpr std::array known = {
      "ftyp"sv, "moov"sv, "mdat"sv, "free"sv, "skip"sv, "wide"sv, "uuid"sv, "moof"sv, "mfra"sv,
      "sidx"sv, "ssix"sv, "styp"sv, "emsg"sv, "prft"sv, "pdin"sv, "meta"sv, "udta"sv, "pnot"sv,
      "PICT"sv, "junk"sv, "jP  "sv, "jp2h"sv, "jp2c"sv, "idat"sv, "imda"sv, "meco"sv, "mere"sv};
  return std::find(known.begin(), known.end(), type) != known.end();
}

}  // namespace

void Mp4Walk::note(std::string_view type, std::uint64_t box_size) {
  has_ftyp_ = has_ftyp_ || type == "ftyp"sv;
  if (type == "moov"sv && !moov_) moov_ = Place{next_, box_size};
  has_meta_ = has_meta_ || type == "meta"sv;
  has_mdat_ = has_mdat_ || type == "mdat"sv;
  has_moof_ = has_moof_ || type == "moof"sv;
  ends_with_mfra_ = type == "mfra"sv;
  last_begin_ = next_;
  is_last_known_ = is_known(type);
  next_ += box_size;
  if (type == "mdat"sv) data_end_ = next_;
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
  if (!damage_.empty() || is_open_ended_ || !has_mdat_ || moov_) return std::nullopt;
  return next_;
}

std::optional<std::uint64_t> Mp4Walk::surplus_begin(std::uint64_t size) const {
  if (!damage_.empty()) return next_;
  if (is_open_ended_) return std::nullopt;
  if (next_ < size) return next_;
  if (next_ > size && !is_last_known_) return last_begin_;
  return std::nullopt;
}

std::optional<std::uint64_t> Mp4Walk::data_end(std::optional<std::uint64_t> size) const {
  if (!has_mdat_) return std::nullopt;
  if (is_open_ended_) return size;
  const bool is_last_box = !damage_.empty() || (size && next_ >= *size);
  if (has_moof_ && !is_last_box) return std::nullopt;
  return data_end_;
}

Proof Mp4Walk::prove(std::uint64_t size, Index index) const {
  if (!damage_.empty()) return {Wholeness::damaged, damage_};
  if (next_ > size)
    return {Wholeness::cut, format("its last box ends at byte %" G_GUINT64_FORMAT
                                   " and the file at %" G_GUINT64_FORMAT,
                                   next_, size)};
  if (index == Index::meta && !has_meta_) return {Wholeness::cut, "it has no index ('meta')"};
  if (index == Index::moov && !moov_) return {Wholeness::cut, "it has no index ('moov')"};
  if (index == Index::moov && !has_mdat_) return {Wholeness::cut, "it has no media data ('mdat')"};
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
