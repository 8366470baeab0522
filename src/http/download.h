// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Exchanges that follow redirects: results' bytes go anywhere that is allowed, an API's only from
// an address to the same one. libsoup would take custom headers along to other hosts, follow https
// to http, and read a 302's body without end.
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

/// As Client::exchange; but a GET that is sent to its own address again, with or without a slash at
/// its end (as web frameworks do), goes there, with the key and all its headers: the origin is the
/// same. At most three times. Every other redirect is the reply.
[[nodiscard]] ExchangeResult ask(Client& client, const Request& request,
                                 const ExchangeOptions& options, const Cancel& cancel);

}  // namespace prompt::http
