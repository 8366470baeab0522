// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The top-level boxes of an MP4 (ISO/IEC 14496-12, 4.2), followed while the file still arrives: it
// tells early that the `moov` stands behind the data, and at the end whether the file is whole.
#pragma once

#include <cstdint>
#include <optional>

#include "clip/bytes.h"
#include "clip/proof.h"

namespace prompt::clip {

class Mp4Walk {
 public:
  /// More boxes than this at the top level are not believed: it is ten hours of fragments.
  static constexpr std::uint32_t most_boxes = 65536;

  /// Goes on over the boxes whose headers lie within the first `available` bytes of the file.
  void advance(const ByteSource& file, std::uint64_t available);

  /// Where the data ends and the `moov` must stand, once that is known and no `moov` has come yet.
  [[nodiscard]] std::optional<std::uint64_t> moov_behind_data() const;
  /// Where the media data ends in a file of `size` bytes, as far as the boxes so far say; what may
  /// follow (an index, padding) is none. Nothing where more data may still come: of a file in
  /// fragments only its last box tells.
  [[nodiscard]] std::optional<std::uint64_t> data_end(std::optional<std::uint64_t> size) const;
  /// A box that cannot be: the walk ended there.
  [[nodiscard]] bool is_damaged() const { return !damage_.empty(); }
  /// The verdict over a file of `size` bytes that advance() has been through. Pictures (HEIF) have
  /// a `meta` at the top where films have their `moov`.
  enum class Index { moov, meta };
  [[nodiscard]] Proof prove(std::uint64_t size, Index index = Index::moov) const;
  /// Where what is no box begins, if the walk ended so: half a header, an impossible size, or a box
  /// of an unknown type that reaches beyond the end. All boxes in front of it are whole.
  [[nodiscard]] std::optional<std::uint64_t> surplus_begin(std::uint64_t size) const;
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
  };
  /// The first `moov`, header included.
  [[nodiscard]] const std::optional<Place>& moov() const { return moov_; }

 private:
  void note(std::string_view type, std::uint64_t box_size);

  std::uint64_t next_ = 0;      // where the next box begins
  std::uint64_t data_end_ = 0;  // of the last `mdat`
  std::uint32_t boxes_ = 0;
  bool has_ftyp_ = false;
  std::optional<Place> moov_;
  bool has_meta_ = false;
  bool has_mdat_ = false;
  bool has_moof_ = false;
  bool ends_with_mfra_ = false;
  bool is_open_ended_ = false;  // the last box says that it reaches to the end of the file
  bool is_padding_ = false;     // nothing but zeros from next_ on, so far as there was room to look
  std::uint64_t last_begin_ = 0;  // of the box that was noted last
  bool is_last_known_ = true;
  std::string damage_;
};

}  // namespace prompt::clip
