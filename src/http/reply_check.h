// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a reply's head must be before its body is read: libsoup takes the last of several lengths,
// reads a negative one as none, and would unpack 271 bytes to a gigabyte if it were let.
#pragma once

#include <string>

#include "base/error.h"
#include "http/message.h"

namespace prompt::http {

/// Refuses statuses outside 200 to 599, content codings but identity, transfer codings but chunked,
/// odd or several lengths, a length beside a transfer coding (RFC 9112, section 6.3) and a body
/// announced larger than `max_body`. `from` names host and port. Errors: malformed, too_large; they
/// carry the status.
[[nodiscard]] Result<void> check_reply_head(const ReplyHead& head, std::size_t max_body,
                                            const std::string& from);

}  // namespace prompt::http
