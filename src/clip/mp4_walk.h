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
  /// A box that cannot be: the walk ended there.
  [[nodiscard]] bool is_damaged() const { return !damage_.empty(); }
  /// The verdict over a file of `size` bytes that advance() has been through.
  [[nodiscard]] Proof prove(std::uint64_t size) const;

 private:
  void note(std::string_view type, std::uint64_t box_size);

  std::uint64_t next_ = 0;  // where the next box begins
  std::uint32_t boxes_ = 0;
  bool has_ftyp_ = false;
  bool has_moov_ = false;
  bool has_mdat_ = false;
  bool has_moof_ = false;
  bool ends_with_mfra_ = false;
  bool is_open_ended_ = false;  // the last box says that it reaches to the end of the file
  bool is_padding_ = false;     // nothing but zeros from next_ on, so far as there was room to look
  std::string damage_;
};

}  // namespace prompt::clip
