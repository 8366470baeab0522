// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/url.h"

#include <gio/gio.h>

#include <algorithm>

#include "base/text.h"
#include "http/address.h"
#include "http/message.h"

namespace prompt::http {
namespace {

constexpr std::size_t max_length = 8 * 1024;

// Encoded parts stay as they came: decoding and encoding again would break signatures.
constexpr auto uri_flags = static_cast<GUriFlags>(
    G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY |
    G_URI_FLAGS_ENCODED_FRAGMENT | G_URI_FLAGS_SCHEME_NORMALIZE);

tl::unexpected<Error> refuse(std::string_view what, std::string_view text, const char* why) {
  const std::string shown = show_safely(url_without_query(text), {}, 200);
  return fail(ErrorKind::settings, format("%.*s '%s' %s.", static_cast<int>(what.size()),
                                          what.data(), shown.c_str(), why));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// Where the authority ends: before it nothing is encoded for the writer.
std::size_t authority_end(std::string_view text) {
  const std::size_t slashes = text.find("//");
  if (slashes == std::string_view::npos) return 0;
  return std::min(text.find_first_of("/?#", slashes + 2), text.size());
}

std::string encode_loose_characters(std::string_view text) {
  const std::size_t from = authority_end(text);
  std::string out(text.substr(0, from));
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    const bool is_bare_percent =
        c == '%' && (at + 2 >= text.size() || !g_ascii_isxdigit(text[at + 1]) ||
                     !g_ascii_isxdigit(text[at + 2]));
    if (byte == ' ' || byte >= 0x80 || is_bare_percent)
      out.append(format("%%%02X", static_cast<unsigned>(byte)));
    else
      out.push_back(c);
  }
  return out;
}

bool is_host(const std::string& host) {
  if (host.empty()) return false;
  if (host.find(':') != std::string::npos)  // GLib would take one with a zone, too
    return host.find('%') == std::string::npos && g_hostname_is_ip_address(host.c_str()) != 0;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; });
}

}  // namespace

Result<Url> Url::parse(std::string_view text, std::string_view what) {
  text = without_space_around(text);
  if (text.empty()) return refuse(what, text, "is empty");
  if (text.size() > max_length) return refuse(what, text, "is longer than 8192 bytes");
  if (std::any_of(text.begin(), text.end(), is_control))
    return refuse(what, text, "contains control characters");
  if (!is_valid_utf8(text)) return refuse(what, text, "is not valid UTF-8");

  Url url;
  url.text_ = encode_loose_characters(text);
  if (url.text_.size() > max_length) return refuse(what, text, "is longer than 8192 bytes");
  url.uri_ = Ref<GUri>::adopt(g_uri_parse(url.text_.c_str(), uri_flags, nullptr));
  if (!url.uri_) return refuse(what, text, "is not a valid absolute URL");
  const std::string_view scheme = g_uri_get_scheme(url.uri_.get());
  if (scheme != "http" && scheme != "https")
    return refuse(what, text, "is neither an http nor an https URL");
  if (g_uri_get_userinfo(url.uri_.get()) != nullptr)
    return refuse(what, text, "contains a user name or password, which is not supported");
  const char* host = g_uri_get_host(url.uri_.get());
  if (host == nullptr || !is_host(host)) return refuse(what, text, "has no usable host name");
  url.is_https_ = scheme == "https";
  const OwnedString lower(g_ascii_strdown(host, -1));
  url.host_ = lower.get();
  const int port = g_uri_get_port(url.uri_.get());
  if (port == 0 || port > 65535) return refuse(what, text, "has a port that cannot be used");
  url.port_ = port > 0 ? static_cast<std::uint16_t>(port) : (url.is_https_ ? 443 : 80);
  return url;
}

Result<Url> Url::parse_base(std::string_view text, std::string_view what) {
  Result<Url> url = parse(text, what);
  if (!url) return url;
  if (g_uri_get_query(url->get()) != nullptr || g_uri_get_fragment(url->get()) != nullptr)
    return refuse(what, text, "must not have a query or a fragment");
  return url;
}

Result<Url> Url::resolve(std::string_view reference, std::string_view what) const {
  reference = without_space_around(reference);
  if (reference.empty()) return refuse(what, reference, "is empty");
  if (reference.size() > max_length) return refuse(what, reference, "is longer than 8192 bytes");
  if (std::any_of(reference.begin(), reference.end(), is_control))
    return refuse(what, reference, "contains control characters");
  const std::string encoded = encode_loose_characters(reference);
  const Ref<GUri> resolved =
      Ref<GUri>::adopt(g_uri_parse_relative(uri_.get(), encoded.c_str(), uri_flags, nullptr));
  if (!resolved) return refuse(what, reference, "is not a valid URL");
  const OwnedString text(g_uri_to_string(resolved.get()));
  return parse(text.get(), what);
}

std::string Url::join(std::string_view path) const {
  std::string joined = text_;
  while (!joined.empty() && joined.back() == '/') joined.pop_back();
  if (path.empty() || path.front() != '/') joined.push_back('/');
  return joined.append(path);
}

std::string Url::host_and_port() const {
  const bool literal = host_.find(':') != std::string::npos;
  return format(literal ? "[%s]:%u" : "%s:%u", host_.c_str(), static_cast<unsigned>(port_));
}

bool same_origin(const Url& a, const Url& b) {
  return a.is_https() == b.is_https() && a.host() == b.host() && a.port() == b.port();
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  const std::string text(host);
  const auto address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(text.c_str()));
  return address && is_loopback(address.get());
}

Result<void> check_plain_http(const Url& url, PlainHttp rule) {
  if (url.is_https() || rule == PlainHttp::allowed || is_loopback_host(url.host())) return {};
  return fail(ErrorKind::settings,
              format("Plain http to '%s' would show the key and the clip to everybody on the way; "
                     "use https, or set GST_PROMPT_ALLOW_HTTP=1.",
                     url.host_and_port().c_str()));
}

}  // namespace prompt::http
