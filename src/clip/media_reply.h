// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the head of a media server's reply means for a download. Pure: no I/O.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "clip/clip_file.h"
#include "http/message.h"

namespace prompt::clip {

/// The part that was asked for.
struct AskedPart {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< Inclusive; only where `has_last`.
  bool has_last = false;
  std::optional<std::uint64_t> size;  ///< Of the whole, as far as we know it.
  Validators validators;              ///< Sent as If-Range where not empty.
};

/// Adds Range, and If-Range where there is a validator (RFC 9110, 13.1.5 and 14.2).
void add_range(http::Request& request, const AskedPart& part);

enum class ReplyMeaning {
  whole,          ///< 200, 203, a part from 0 unasked: the file from its beginning.
  part,           ///< 206: the body is the part that was asked for.
  nothing_left,   ///< 416: the file ends where the part would begin.
  unusable_part,  ///< Another part, another version, another size: ask for the whole file.
};

struct MediaReply {
  ReplyMeaning meaning = ReplyMeaning::whole;
  std::optional<std::uint64_t> size;  ///< Of the whole file, if announced.
  Validators validators;
  bool has_no_ranges = false;  ///< It says, or shows, that it sends no parts.
};

/// Reads a head. `asked` is null where the whole file was asked for. The errors of all other
/// replies are those of download().
[[nodiscard]] Result<MediaReply> read_media_reply(const http::ReplyHead& head,
                                                  const AskedPart* asked, bool had_credential);

}  // namespace prompt::clip
