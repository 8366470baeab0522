// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// libsoup 3, opened when the first exchange is due, and only here: nothing of ours links it.
// libsoup 2 and 3 cannot work in one process (both register the same types, and each ends the
// process when it sees the other), and many programs that a plugin is loaded into still have
// libsoup 2. Those play what is in the library, and get an error for the rest.
#pragma once

#include <libsoup/soup.h>

#include "base/error.h"

namespace prompt::http {

/// What is used of libsoup 3, by the types of its own headers.
struct Soup {
  decltype(&soup_auth_manager_get_type) auth_manager_get_type;
  decltype(&soup_content_decoder_get_type) content_decoder_get_type;
  decltype(&soup_message_get_request_headers) message_get_request_headers;
  decltype(&soup_message_get_response_headers) message_get_response_headers;
  decltype(&soup_message_get_status) message_get_status;
  decltype(&soup_message_headers_append) message_headers_append;
  decltype(&soup_message_headers_foreach) message_headers_foreach;
  decltype(&soup_message_headers_remove) message_headers_remove;
  decltype(&soup_message_headers_replace) message_headers_replace;
  decltype(&soup_message_new_from_uri) message_new_from_uri;
  decltype(&soup_message_set_flags) message_set_flags;
  decltype(&soup_message_set_request_body_from_bytes) message_set_request_body_from_bytes;
  decltype(&soup_session_error_quark) session_error_quark;
  decltype(&soup_session_new_with_options) session_new_with_options;
  decltype(&soup_session_remove_feature_by_type) session_remove_feature_by_type;
  decltype(&soup_session_send) session_send;
  decltype(&soup_session_set_proxy_resolver) session_set_proxy_resolver;
  decltype(&soup_session_set_tls_database) session_set_tls_database;
};

/// Opens libsoup 3, once; it then stays until the process ends. What failed is tried again with the
/// next call. Errors: unavailable (libsoup 2 is in this process, or libsoup 3 is not on this
/// machine). Any thread; reads from the disk the first time.
[[nodiscard]] Result<const Soup*> open_soup();

/// For whoever works on a session, which there is only after open_soup(). Any thread.
[[nodiscard]] const Soup& soup();

}  // namespace prompt::http
