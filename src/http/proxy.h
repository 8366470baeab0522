// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Proxies as far as we speak of them: the system's settings choose them, and libsoup uses them.
#pragma once

#include <gio/gio.h>

#include <string>

#include "base/error.h"

namespace prompt::http {

/// The proxy that leads to this URL, as "host:port"; empty where there is none, or it cannot be
/// told. May block. Never shows its user name or password.
[[nodiscard]] std::string proxy_of(const std::string& url, GCancellable* cancellable);

/// What went wrong before the proxy had connected us to `where`. Retriable but for a login.
[[nodiscard]] Error proxy_error(const GError& error, const std::string& proxy,
                                const std::string& where);
/// The proxy's own answer, instead of a connection. Not retriable where it wants a login.
[[nodiscard]] Error proxy_refusal(int status, const std::string& proxy, const std::string& where);

}  // namespace prompt::http
