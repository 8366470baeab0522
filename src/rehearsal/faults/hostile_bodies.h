// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Bodies that a well-behaved server would not send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

/// A web page, as proxies put in the way of an API.
[[nodiscard]] std::string web_page();
/// A text that players take for a playlist and follow: `kind` is "hls", "dash", "smil", "sdp" or
/// "urilist"; its URLs point at `port` of this machine. Empty for another kind.
[[nodiscard]] std::string playlist(std::string_view kind, int port);
/// What gzip makes of the bytes.
[[nodiscard]] std::string gzipped(std::string_view bytes);
/// About 1 MB of gzip that unpacks to 1 GiB: the head, with its Content-Length, and the body.
void add_gzip_bomb(Script& script, int status, std::string_view content_type);
/// A Digest challenge whose domain has no host, which makes libsoup 3.2 read a null pointer when
/// the server is on the scheme's default port (CVE-2025-4476).
[[nodiscard]] std::string digest_challenge();

}  // namespace prompt::rehearsal
