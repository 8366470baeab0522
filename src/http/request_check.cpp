// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/request_check.h"

#include "base/text.h"

namespace prompt::http {
namespace {

Result<void> check_headers(const Request& request) {
  for (const Header& header : request.headers) {
    if (!is_token(header.name) || is_framing_header(header.name))
      return fail(ErrorKind::settings, format("The header '%s' cannot be sent; remove it.",
                                              show_safely(header.name, {}, 64).c_str()));
    if (!is_printable_ascii(header.value))
      return fail(ErrorKind::settings,
                  format("The value of the header '%s' contains characters that cannot be sent.",
                         header.name.c_str()));
  }
  if (!is_printable_ascii(request.content_type))
    return fail(ErrorKind::settings, "The content type contains characters that cannot be sent.");
  return {};
}

Result<void> check_credential(const Credential& credential) {
  if (credential.name.empty()) return {};
  if (!is_token(credential.name) || is_framing_header(credential.name) ||
      !is_printable_ascii(credential.prefix))
    return fail(ErrorKind::settings, format("The key's header '%s' cannot be sent.",
                                            show_safely(credential.name, {}, 64).c_str()));
  if (credential.key.empty()) return fail(ErrorKind::settings, "The API key is empty; set it.");
  if (!credential.key.is_one_word())
    return fail(
        ErrorKind::settings,
        "The API key contains spaces, line breaks or other characters that no key has; copy "
        "it again from the provider's page.");
  return {};
}

}  // namespace

Result<Url> check_request(const Request& request) {
  if (!is_token(request.method))
    return fail(ErrorKind::settings, "The request's method is not a valid word.");
  if (Result<void> headers = check_headers(request); !headers) return fail(headers.error());
  if (Result<void> key = check_credential(request.credential); !key) return fail(key.error());
  return Url::parse(request.url);
}

}  // namespace prompt::http
