// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// An exchange that follows redirects, for results' bytes only; an API's redirect is never followed.
// libsoup would take custom headers along to other hosts, follow https to http, and read a 302's
// body without end.
#pragma once

#include "http/client.h"
#include "http/url.h"

namespace prompt::http {

/// As Client::exchange, for GET and HEAD, but 301, 302, 303, 307 and 308 with a Location are
/// followed, at most five times: https stays https, `rule` holds for every hop, the credential and
/// all headers but Accept, Range and If-Range stay on the first origin, and a redirect's body is
/// not read. Deadlines count over all hops. `before_first_byte` is called per hop; `on_head` and
/// `on_body` see the last reply only. Further errors: malformed (more than five hops, a Location
/// that is not allowed).
[[nodiscard]] ExchangeResult download(Client& client, const Request& request,
                                      const ExchangeOptions& options, const Cancel& cancel,
                                      PlainHttp rule);

}  // namespace prompt::http
