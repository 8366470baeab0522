// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a request must be before a connection is made for it. libsoup drops a header that it does
// not like and sends the rest (measured: a key with a line break is left out, the request goes out
// without it), so everything is looked at here first.
#pragma once

#include "http/message.h"
#include "http/url.h"

namespace prompt::http {

/// Checks method, URL, headers, content type and credential. Errors: settings.
[[nodiscard]] Result<Url> check_request(const Request& request);

}  // namespace prompt::http
