// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What GLib, the TLS backend and libsoup report, as one of our errors: what happened, where (host
// and port, never a path or a query), and whether trying again can help.
#pragma once

#include <gio/gio.h>

#include <string>

#include "base/error.h"

namespace prompt::http {

/// `certificate` are the problems that the TLS backend found, 0 where it found none. Cancellation
/// is not handled here: who cancelled is known better elsewhere.
[[nodiscard]] Error transport_error(const GError& error, GTlsCertificateFlags certificate,
                                    const std::string& host_and_port);

/// Whether there is a TLS backend (package glib-networking) at all. Errors: settings.
[[nodiscard]] Result<void> check_tls_available();

}  // namespace prompt::http
