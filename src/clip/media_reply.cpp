// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/media_reply.h"

#include "base/text.h"
#include "clip/clip_state.h"
#include "clip/content_range.h"
#include "http/retry.h"

namespace prompt::clip {
namespace {

Error status_error(const http::ReplyHead& head, bool had_credential) {
  const int status = head.status;
  Error error{};
  error.http_status = status;
  if (status == 401 || status == 402 || status == 407) {
    error.kind = had_credential && status != 407 ? ErrorKind::not_authorized : ErrorKind::rejected;
    error.message =
        had_credential
            ? format("The media server did not accept the key (HTTP %d).", status)
            : format("The media server asks for credentials (HTTP %d), which are never sent there.",
                     status);
  } else if (status == 429) {
    error.kind = ErrorKind::busy;
    error.retriable = true;
    error.message = "The media server limits the rate of requests (HTTP 429); try again later.";
  } else if (status >= 400 && status < 500 && status != 408 && status != 425) {
    error.kind = ErrorKind::expired;
    error.message = format(
        "The media server does not give the file any more (HTTP %d); a fresh "
        "address is needed.",
        status);
  } else {
    error.kind = ErrorKind::network;
    error.retriable = true;
    error.message =
        format("The media server answered HTTP %d instead of the file; try again later.", status);
  }
  const std::string* retry_after = head.find("Retry-After");
  const std::string* date = head.find("Date");
  if (retry_after != nullptr)
    error.retry_after = http::parse_retry_after(*retry_after, date != nullptr ? *date : "");
  return error;
}

std::optional<std::uint64_t> content_length(const http::ReplyHead& head) {
  const std::string* length = head.find("Content-Length");
  // RFC 9112, 6.3: a transfer coding overrides it.
  if (length == nullptr || head.find("Transfer-Encoding") != nullptr) return std::nullopt;
  return parse_decimal(*length);
}

std::optional<ContentRange> content_range(const http::ReplyHead& head) {
  const std::string* value = head.find("Content-Range");
  return value != nullptr ? parse_content_range(*value) : std::nullopt;
}

bool is_the_part(const ContentRange& range, const AskedPart& asked) {
  if (!range.part || range.part->first != asked.first) return false;
  if (asked.has_last && range.part->last > asked.last) return false;
  return !asked.size || !range.total || *range.total == *asked.size;
}

}  // namespace

void add_range(http::Request& request, const AskedPart& part) {
  std::string value = format("bytes=%" G_GUINT64_FORMAT "-", part.first);
  if (part.has_last) value += format("%" G_GUINT64_FORMAT, part.last);
  request.headers.push_back({"Range", value});
  const Validators& validators = part.validators;
  if (!validators.empty())
    request.headers.push_back(
        {"If-Range", validators.etag.empty() ? validators.last_modified : validators.etag});
}

Result<MediaReply> read_media_reply(const http::ReplyHead& head, const AskedPart* asked,
                                    bool had_credential) {
  MediaReply reply;
  reply.validators = validators_of(head);
  const std::string* accepts = head.find("Accept-Ranges");
  reply.has_no_ranges = accepts != nullptr && *accepts == "none";
  // Some gateways say "not authoritative" of what they hand on.
  if (head.status == 200 || head.status == 203) {
    reply.size = content_length(head);
    if (asked != nullptr) {
      // The same version, and yet no part of it.
      const std::optional<bool> is_same = same_version(asked->validators, reply.validators);
      reply.has_no_ranges = reply.has_no_ranges || is_same.value_or(asked->validators.empty());
    }
    return reply;
  }
  if (asked == nullptr && head.status == 206) {
    // Nobody asked for a part; from its beginning it is as good as the whole.
    const std::optional<ContentRange> range = content_range(head);
    if (range && range->part && range->part->first == 0) {
      reply.size = range->total;
      return reply;
    }
  }
  if (asked != nullptr && head.status == 206) {
    const std::optional<ContentRange> range = content_range(head);
    const std::optional<bool> is_same = same_version(asked->validators, reply.validators);
    if (!range || !is_the_part(*range, *asked) || is_same == false) {
      reply.meaning = ReplyMeaning::unusable_part;
      return reply;
    }
    reply.meaning = ReplyMeaning::part;
    reply.size = range->total;
    // That the condition held says which version it is, also where the reply does not repeat it.
    if (!is_same && !asked->validators.empty()) reply.validators = asked->validators;
    return reply;
  }
  if (asked != nullptr && head.status == 416) {
    const std::optional<ContentRange> range = content_range(head);
    const bool is_all = range && !range->part && range->total == asked->first &&
                        (!asked->size || *asked->size == asked->first);
    reply.meaning = is_all ? ReplyMeaning::nothing_left : ReplyMeaning::unusable_part;
    reply.size = is_all ? range->total : std::nullopt;
    return reply;
  }
  return prompt::fail(status_error(head, had_credential));
}

}  // namespace prompt::clip
