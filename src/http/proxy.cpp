// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/proxy.h"

#include "base/ref.h"
#include "base/text.h"

namespace prompt::http {
namespace {

constexpr const char* what_to_do =
    "check the proxy's settings (https_proxy, http_proxy, or the desktop's), or except the host "
    "from it (no_proxy)";

Error network(std::string message) {
  Error error{ErrorKind::network, std::move(message)};
  error.retriable = true;
  return error;
}

std::string host_and_port(const char* proxy) {
  const auto uri = Ref<GUri>::adopt(g_uri_parse(proxy, G_URI_FLAGS_NONE, nullptr));
  if (!uri || g_uri_get_host(uri.get()) == nullptr) return {};
  const std::string host = show_safely(g_uri_get_host(uri.get()), {}, 200);
  const int port = g_uri_get_port(uri.get());
  return port > 0 ? format("%s:%d", host.c_str(), port) : host;
}

bool asks_for_login(const GError& error) {
  return error.domain == G_IO_ERROR &&
         (error.code == G_IO_ERROR_PROXY_NEED_AUTH || error.code == G_IO_ERROR_PROXY_AUTH_FAILED);
}

}  // namespace

std::string proxy_of(const std::string& url, GCancellable* cancellable) {
  char** proxies =
      g_proxy_resolver_lookup(g_proxy_resolver_get_default(), url.c_str(), cancellable, nullptr);
  std::string found;
  if (proxies != nullptr && proxies[0] != nullptr && !g_str_has_prefix(proxies[0], "direct://"))
    found = host_and_port(proxies[0]);
  g_strfreev(proxies);
  return found;
}

Error proxy_error(const GError& error, const std::string& proxy, const std::string& where) {
  if (asks_for_login(error)) return proxy_refusal(407, proxy, where);
  if (error.domain == G_RESOLVER_ERROR)
    return network(format("The host of the proxy %s on the way to %s is not known; %s.",
                          proxy.c_str(), where.c_str(), what_to_do));
  if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return network(format("The proxy %s on the way to %s refuses connections; %s.", proxy.c_str(),
                          where.c_str(), what_to_do));
  std::string reason = show_safely(error.message, {}, 200);
  while (!reason.empty() && reason.back() == '.') reason.pop_back();
  return network(format("The proxy %s on the way to %s failed (%s); %s.", proxy.c_str(),
                        where.c_str(), reason.c_str(), what_to_do));
}

Error proxy_refusal(int status, const std::string& proxy, const std::string& where) {
  if (status != 407)
    return network(format("The proxy %s on the way to %s does not connect (HTTP %d); %s.",
                          proxy.c_str(), where.c_str(), status, what_to_do));
  Error error = network(
      format("The proxy %s on the way to %s asks for a user name and a password (HTTP 407); %s.",
             proxy.c_str(), where.c_str(), what_to_do));
  error.retriable = false;
  return error;
}

}  // namespace prompt::http
