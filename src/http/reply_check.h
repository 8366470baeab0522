// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a reply's head must be before its body is read: libsoup takes the last of several lengths,
// reads a negative one as none, and would unpack 271 bytes to a gigabyte if it were let.
#pragma once

#include <string>

#include "base/error.h"
#include "http/content_coding.h"
#include "http/message.h"

namespace prompt::http {

/// How the body that follows is to be read.
struct BodyForm {
  ContentCoding coding = ContentCoding::none;
  /// A length stood beside "chunked", which alone counts; what else is on this connection is not to
  /// be trusted (RFC 9112, section 6.3).
  bool must_close = false;
};

/// Refuses statuses outside 200 to 599, content codings that we cannot decode (and any on a part),
/// transfer codings but chunked, odd or differing lengths, and a body announced larger than
/// `max_body`. What is left in `head` is true of the bytes that the reader gets: one length, where
/// it counts; and nothing about a coding, nor a version or parts of what was coded. `from` names
/// host and port. Errors: malformed, too_large; they carry the status.
[[nodiscard]] Result<BodyForm> settle_reply_head(ReplyHead& head, std::size_t max_body,
                                                 const std::string& from);

}  // namespace prompt::http
