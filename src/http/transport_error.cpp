// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/transport_error.h"

#include <vector>

#include "base/text.h"
#include "http/soup.h"

namespace prompt::http {
namespace {

constexpr const char* no_tls_text =
    "TLS support is not available; install the package glib-networking.";

Error network(std::string message, bool retriable) {
  Error error{ErrorKind::network, std::move(message)};
  error.retriable = retriable;
  return error;
}

// Libraries end their sentences or do not; ours go on.
std::string reason(const GError& error) {
  std::string text = show_safely(error.message, {}, 200);
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

Error certificate_error(GTlsCertificateFlags flags, const std::string& where) {
  std::vector<std::string> faults;
  if ((flags & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0)
    faults.emplace_back("it is signed by an unknown authority");
  if ((flags & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0)
    faults.emplace_back("it is made out for another name");
  if ((flags & G_TLS_CERTIFICATE_EXPIRED) != 0)
    faults.emplace_back("it has expired (is this computer's clock right?)");
  if ((flags & G_TLS_CERTIFICATE_NOT_ACTIVATED) != 0)
    faults.emplace_back("it is not valid yet (is this computer's clock right?)");
  if ((flags & G_TLS_CERTIFICATE_REVOKED) != 0) faults.emplace_back("it was revoked");
  if ((flags & G_TLS_CERTIFICATE_INSECURE) != 0) faults.emplace_back("its algorithm is insecure");
  if (faults.empty()) faults.emplace_back("it cannot be checked");
  return network(format("The TLS certificate of %s is not accepted: %s. Nothing was sent.",
                        where.c_str(), join(faults, "; ").c_str()),
                 false);
}

Error tls_error(const GError& error, GTlsCertificateFlags flags, const std::string& where) {
  if (flags != 0 || error.code == G_TLS_ERROR_BAD_CERTIFICATE)
    return certificate_error(flags, where);
  if (error.code == G_TLS_ERROR_UNAVAILABLE) return Error{ErrorKind::settings, no_tls_text};
  if (error.code == G_TLS_ERROR_EOF)
    return network(format("The TLS connection to %s was cut.", where.c_str()), true);
  return network(format("The TLS handshake with %s failed (%s); perhaps it is no https server.",
                        where.c_str(), reason(error).c_str()),
                 true);
}

Error resolver_error(const GError& error, const std::string& where) {
  if (error.code == G_RESOLVER_ERROR_TEMPORARY_FAILURE)
    return network(format("The name of %s cannot be looked up at the moment.", where.c_str()),
                   true);
  return network(
      format("The host of %s is not known; check the address and the network.", where.c_str()),
      true);
}

Error io_error(const GError& error, const std::string& where) {
  switch (error.code) {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return network(format("%s refuses connections; check that its server runs, and the address.",
                            where.c_str()),
                     true);
    case G_IO_ERROR_TIMED_OUT:
      return network(
          format("%s did not answer in time; check the network, or try later.", where.c_str()),
          true);
    case G_IO_ERROR_CONNECTION_CLOSED:  // the same value as G_IO_ERROR_BROKEN_PIPE
    case G_IO_ERROR_PARTIAL_INPUT:
      return network(format("%s broke off the connection.", where.c_str()), true);
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return network(format("%s cannot be reached; check the network.", where.c_str()), true);
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return network(
          format("The proxy on the way to %s refused: %s.", where.c_str(), reason(error).c_str()),
          true);
    default:
      return network(
          format("The connection to %s failed: %s.", where.c_str(), reason(error).c_str()), true);
  }
}

}  // namespace

Error transport_error(const GError& error, GTlsCertificateFlags certificate,
                      const std::string& host_and_port) {
  if (error.domain == G_TLS_ERROR || certificate != 0)
    return tls_error(error, certificate, host_and_port);
  if (error.domain == G_RESOLVER_ERROR) return resolver_error(error, host_and_port);
  if (error.domain == G_IO_ERROR) return io_error(error, host_and_port);
  if (error.domain == soup().session_error_quark() && error.code == SOUP_SESSION_ERROR_PARSING) {
    Error malformed{ErrorKind::malformed,
                    format("%s answered something that is not HTTP.", host_and_port.c_str())};
    malformed.retriable = true;
    return malformed;
  }
  return network(
      format("The connection to %s failed: %s.", host_and_port.c_str(), reason(error).c_str()),
      true);
}

Result<void> check_tls_available() {
  if (g_tls_backend_supports_tls(g_tls_backend_get_default())) return {};
  return fail(ErrorKind::settings, no_tls_text);
}

}  // namespace prompt::http
