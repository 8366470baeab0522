// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/reply_check.h"

#include <vector>

#include "base/text.h"

namespace prompt::http {
namespace {

std::vector<std::string_view> values_of(const ReplyHead& head, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Header& header : head.headers)
    if (names_equal(header.name, name)) values.emplace_back(header.value);
  return values;
}

tl::unexpected<Error> refuse(const ReplyHead& head, const std::string& from, const char* what,
                             std::string_view value) {
  Error error{ErrorKind::malformed, format("%s answered with %s '%s', which is not accepted.",
                                           from.c_str(), what, show_safely(value, {}, 64).c_str())};
  error.http_status = head.status;
  error.retriable = true;
  return fail(std::move(error));
}

}  // namespace

Result<void> check_reply_head(const ReplyHead& head, std::size_t max_body,
                              const std::string& from) {
  if (head.status < 200 || head.status > 599)
    return refuse(head, from, "the status", std::to_string(head.status));

  for (const std::string_view coding : values_of(head, "Content-Encoding"))
    if (!coding.empty() && !names_equal(coding, "identity"))
      return refuse(head, from, "the content coding", coding);

  const std::vector<std::string_view> codings = values_of(head, "Transfer-Encoding");
  const std::vector<std::string_view> lengths = values_of(head, "Content-Length");
  if (codings.size() > 1 || (codings.size() == 1 && !names_equal(codings[0], "chunked")))
    return refuse(head, from, "the transfer coding", codings.back());
  if (lengths.size() > 1) return refuse(head, from, "a second Content-Length", lengths.back());
  if (lengths.empty()) return {};
  if (!codings.empty())
    return refuse(head, from, "both a transfer coding and the Content-Length", lengths[0]);
  const std::optional<std::uint64_t> length = parse_decimal(lengths[0]);
  if (!length) return refuse(head, from, "the Content-Length", lengths[0]);
  // No body follows these, whatever the length says (RFC 9110, sections 15.3.5 and 15.4.5).
  const bool has_body = head.status != 204 && head.status != 304;
  if (has_body && *length > max_body) {
    Error error{ErrorKind::too_large,
                format("The answer of %s has %llu bytes, more than the %zu allowed.", from.c_str(),
                       static_cast<unsigned long long>(*length), max_body)};
    error.http_status = head.status;
    return fail(std::move(error));
  }
  return {};
}

}  // namespace prompt::http
