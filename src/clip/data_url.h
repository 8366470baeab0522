// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A result that a reply holds instead of an address (RFC 2397): "data:video/mp4;base64,AAAA".
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace prompt::clip {

[[nodiscard]] bool is_data_url(std::string_view url);

class DataUrl {
 public:
  /// Looks through the whole text, which outlives this. Errors: malformed (not of video, image,
  /// audio or plain bytes, no comma, characters that are not of the coding).
  [[nodiscard]] static Result<DataUrl> parse(std::string_view url);

  /// Of what it decodes to.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Decodes piece by piece; an error of `take` ends it and is returned.
  [[nodiscard]] Result<void> decode(
      const std::function<Result<void>(std::span<const std::byte>)>& take) const;

 private:
  bool is_base64_ = false;
  std::string_view data_;
  std::uint64_t size_ = 0;
};

/// What is left of one when its bytes are in the library: "data:video/mp4,".
[[nodiscard]] std::string without_data(std::string_view url);

}  // namespace prompt::clip
