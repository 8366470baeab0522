// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What an IP address stands for. A result's URL is chosen by a stranger; it must not make us fetch
// from inside the network that we run in.
#pragma once

#include <gio/gio.h>

namespace prompt::http {

/// 127.0.0.0/8 and ::1, also IPv4-mapped.
[[nodiscard]] bool is_loopback(GInetAddress* address);

/// Whether the address can belong to a server on the public Internet: not unspecified, loopback,
/// private (RFC 1918, RFC 4193), link-local, site-local, shared (RFC 6598), multicast, broadcast or
/// reserved (RFC 6890), nor an IPv6 address that carries such an IPv4 one (mapped, compatible,
/// 6to4, NAT64).
[[nodiscard]] bool is_public(GInetAddress* address);

}  // namespace prompt::http
