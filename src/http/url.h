// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Addresses that requests go to. Texts come from users and from replies, so only what is plainly an
// http or https URL gets through; everything else is an error that shows the URL without its query.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ref.h"

namespace prompt::http {

/// A checked absolute http or https URL. Immutable; copies share.
class Url {
 public:
  /// Parses and checks: scheme http or https, a host of letters, digits, dots, dashes (or an IPv6
  /// literal without a zone), no userinfo, no control characters, at most 8 KiB. White space around
  /// it is dropped; spaces, non-ASCII characters and a "%" that begins no escape are
  /// percent-encoded behind the host; nothing else is changed, as the
  /// query may be a signature. Errors: `settings`, the message begins with `what` ("The result's
  /// URL").
  [[nodiscard]] static Result<Url> parse(std::string_view text, std::string_view what = "The URL");

  /// The same for an API's base URL, which may have neither query nor fragment.
  [[nodiscard]] static Result<Url> parse_base(std::string_view text,
                                              std::string_view what = "The base URL");

  /// Resolves a reference (RFC 3986, section 5; absolute ones too) against this URL and checks it.
  [[nodiscard]] Result<Url> resolve(std::string_view reference,
                                    std::string_view what = "The URL") const;

  /// This URL with a path appended to its own ("https://h/api" and "/v1/tasks?x=1" give
  /// "https://h/api/v1/tasks?x=1"). The path begins with a slash and is already encoded.
  [[nodiscard]] std::string join(std::string_view path) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] GUri* get() const { return uri_.get(); }
  [[nodiscard]] const std::string& host() const { return host_; }  ///< Lower case, no brackets.
  [[nodiscard]] std::uint16_t port() const { return port_; }  ///< The scheme's where none is given.
  [[nodiscard]] bool is_https() const { return is_https_; }
  /// "host:port" for messages.
  [[nodiscard]] std::string host_and_port() const;

 private:
  Url() = default;
  std::string text_;
  Ref<GUri> uri_;
  std::string host_;
  std::uint16_t port_ = 0;
  bool is_https_ = false;
};

/// Same scheme, host and port (RFC 6454): where a credential for the one may go to the other.
[[nodiscard]] bool same_origin(const Url& a, const Url& b);

/// "localhost", 127.0.0.0/8, ::1. A name that only resolves to such an address is none.
[[nodiscard]] bool is_loopback_host(std::string_view host);

enum class PlainHttp { loopback_only, allowed };

/// Refuses http to a host that is not loopback, unless allowed (GST_PROMPT_ALLOW_HTTP=1).
[[nodiscard]] Result<void> check_plain_http(const Url& url, PlainHttp rule);

}  // namespace prompt::http
