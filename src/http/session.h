// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// libsoup sessions with everything taken out that acts by itself: no authentication (a crafted
// challenge crashes libsoup 3.2), no decoding of contents, no cookies, cache, logger or sniffer. Of
// a client's two sessions one ignores proxies: what runs on this machine is not asked for through
// them.
#pragma once

#include <libsoup/soup.h>

#include <string>

#include "http/client.h"

namespace prompt::http {

struct Client::Session {
  Session(Loop& the_loop, const std::string& user_agent, const std::string& ca_file);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Loop& loop;
  /// Thread-default while the sessions work; else libsoup would hang its timers into the context of
  /// the application's main thread and run them there.
  Ref<GMainContext> context;
  Ref<SoupSession> proxied;
  Ref<SoupSession> direct;
  /// Why https cannot be used: no TLS backend, or the CA file could not be read.
  Result<void> tls;
};

}  // namespace prompt::http
