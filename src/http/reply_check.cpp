// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/reply_check.h"

#include <algorithm>
#include <initializer_list>
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
                             std::string_view value, bool retriable = true) {
  Error error{ErrorKind::malformed, format("%s answered with %s '%s', which is not accepted.",
                                           from.c_str(), what, show_safely(value, {}, 64).c_str())};
  error.http_status = head.status;
  error.retriable = retriable;
  return fail(std::move(error));
}

std::string join_views(const std::vector<std::string_view>& values) {
  return join(std::vector<std::string>(values.begin(), values.end()));
}

// One number, or the same one several times (RFC 9110, section 8.6).
std::optional<std::uint64_t> announced_length(std::string_view text) {
  std::optional<std::uint64_t> length;
  for (;;) {
    const std::size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    if (length || comma != text.npos) word = without_space_around(word);
    const std::optional<std::uint64_t> number = parse_decimal(word);
    if (!number || (length && *number != *length)) return std::nullopt;
    length = number;
    if (comma == text.npos) return length;
    text.remove_prefix(comma + 1);
  }
}

void remove(ReplyHead& head, std::initializer_list<std::string_view> names) {
  std::erase_if(head.headers, [&](const Header& header) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return names_equal(header.name, name); });
  });
}

}  // namespace

Result<BodyForm> settle_reply_head(ReplyHead& head, std::size_t max_body, const std::string& from) {
  if (head.status < 200 || head.status > 599)
    return refuse(head, from, "the status", std::to_string(head.status));

  BodyForm form;
  const std::vector<std::string_view> contents = values_of(head, "Content-Encoding");
  const std::optional<ContentCoding> coding = content_coding(contents);
  if (!coding || (*coding != ContentCoding::none && head.status == 206))
    return refuse(head, from, "the content coding", join_views(contents), false);
  form.coding = *coding;

  const std::vector<std::string_view> codings = values_of(head, "Transfer-Encoding");
  if (codings.size() > 1 || (codings.size() == 1 && !names_equal(codings[0], "chunked")))
    return refuse(head, from, "the transfer coding", codings.back());
  std::optional<std::uint64_t> length;
  for (const std::string_view text : values_of(head, "Content-Length")) {
    const std::optional<std::uint64_t> announced = announced_length(text);
    if (!announced) return refuse(head, from, "the Content-Length", text);
    if (length && *announced != *length) return refuse(head, from, "a second Content-Length", text);
    length = announced;
  }
  form.must_close = length && !codings.empty();
  // No body follows these, whatever the length says (RFC 9110, sections 15.3.5 and 15.4.5).
  const bool has_body = head.status != 204 && head.status != 304;
  if (has_body && length && !form.must_close && *length > max_body) {
    Error error{ErrorKind::too_large,
                format("The answer of %s has %llu bytes, more than the %zu allowed.", from.c_str(),
                       static_cast<unsigned long long>(*length), max_body)};
    error.http_status = head.status;
    return fail(std::move(error));
  }
  const bool is_coded = form.coding != ContentCoding::none;
  remove(head, {"Content-Length", "Content-Encoding"});
  if (is_coded) remove(head, {"ETag", "Last-Modified", "Accept-Ranges"});
  if (length && !form.must_close && !is_coded)
    head.headers.push_back(Header{"Content-Length", std::to_string(*length)});
  return form;
}

}  // namespace prompt::http
