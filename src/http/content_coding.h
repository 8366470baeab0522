// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Content codings (RFC 9110, section 8.4). We ask for none, and some servers code all the same, or
// name as a coding what is none. Decoded here and not by libsoup, piece by piece, so that 271 bytes
// never become a gigabyte.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ref.h"

namespace prompt::http {

enum class ContentCoding { none, gzip, deflate };

/// What the values of Content-Encoding, in their order, say of the bytes: what names no compression
/// ("identity", "aws-chunked", "utf-8", "none") says nothing. Nothing where we cannot decode it
/// (br, zstd, compress, several).
[[nodiscard]] std::optional<ContentCoding> content_coding(
    const std::vector<std::string_view>& values);

/// Decodes a body while it arrives. Never holds more than a buffer. Not thread-safe.
class ContentDecoder {
 public:
  using Sink = std::function<Result<void>(const char* bytes, std::size_t count)>;

  explicit ContentDecoder(ContentCoding coding);

  /// Gives what these bytes decode to to `sink`, in pieces; its error ends it. Errors of its own:
  /// malformed.
  [[nodiscard]] Result<void> decode(std::string_view bytes, const Sink& sink);
  /// Whether the coding's own end has come. What follows it is ignored.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  [[nodiscard]] Result<void> convert(std::string_view bytes, const Sink& sink);

  const ContentCoding coding_;
  Ref<GZlibDecompressor> inflater_;  // none before the first bytes
  std::string held_;                 // too few to tell what they are, or to go on with
  bool is_complete_ = false;
};

}  // namespace prompt::http
