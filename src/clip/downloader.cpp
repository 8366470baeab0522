// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/downloader.h"

#include "base/text.h"
#include "clip/bytes.h"
#include "clip/data_url.h"
#include "clip/media_reply.h"
#include "clip/tail_plan.h"
#include "http/download.h"

namespace prompt::clip {
namespace {

// The only way to end an exchange early is an error; why it was ended is noted beside it.
tl::unexpected<Error> enough() { return fail(ErrorKind::interrupted, "Nothing more is needed."); }

http::ExchangeOptions options_for(const Source& source) {
  http::ExchangeOptions options;
  options.job = source.job;
  options.total_deadline = std::chrono::milliseconds::zero();  // a slow line is no error
  options.min_rate_bytes = source.stall_bytes;
  options.min_rate_window = source.stall_window;
  // The clip has its own limit, which comes first and says more.
  options.max_body = static_cast<std::size_t>(source.max_bytes) + 1024 * 1024;
  options.refuse_private_addresses = !source.allow_private_addresses;
  return options;
}

http::PlainHttp rule_for(const Source& source) {
  return source.allow_http ? http::PlainHttp::allowed : http::PlainHttp::loopback_only;
}

// It came with the reply that told of it.
Result<void> take_from_reply(const std::string& url, ClipFile& clip, const Keeper& keeper) {
  const Result<DataUrl> data = DataUrl::parse(url);
  if (!data) return fail(data.error());
  if (Result<void> set = clip.set_head(data->size(), {}, BodyBegin::at_zero); !set) return set;
  clip.set_no_ranges();
  if (Result<void> taken =
          data->decode([&](std::span<const std::byte> bytes) { return clip.append(bytes); });
      !taken)
    return taken;
  return clip.finish(keeper);
}

enum class Fetched { all, unusable_part };

// One exchange into the clip: the rest of it (`asked`), or the whole file.
Result<Fetched> fetch(http::Client& client, const Source& source, ClipFile& clip,
                      const http::Cancel& cancel, const AskedPart* asked) {
  http::Request request = source.request;
  if (asked != nullptr) add_range(request, *asked);
  const bool had_credential = !request.credential.name.empty();
  http::ExchangeOptions options = options_for(source);
  bool is_enough = false;
  bool is_unusable = false;
  options.on_head = [&](const http::ReplyHead& head) -> Result<void> {
    const Result<MediaReply> reply = read_media_reply(head, asked, had_credential);
    if (!reply) return fail(reply.error());
    if (reply->has_no_ranges) clip.set_no_ranges();
    switch (reply->meaning) {
      case ReplyMeaning::whole:
        return clip.set_head(reply->size, reply->validators, BodyBegin::at_zero);
      case ReplyMeaning::part:
        return clip.set_head(reply->size, reply->validators, BodyBegin::at_prefix);
      case ReplyMeaning::nothing_left: {
        Result<void> set = clip.set_head(reply->size, reply->validators, BodyBegin::at_prefix);
        if (!set) return set;
        is_enough = true;
        break;
      }
      case ReplyMeaning::unusable_part:
        is_unusable = true;
        break;
    }
    return enough();
  };
  options.on_body = [&](std::span<const std::byte> bytes) -> Result<void> {
    if (Result<void> appended = clip.append(bytes); !appended) return appended;
    if (!clip.has_all()) return {};
    is_enough = true;
    return enough();
  };
  const http::ExchangeResult result =
      http::download(client, request, options, cancel, rule_for(source));
  if (result || is_enough) return Fetched::all;
  if (is_unusable) return Fetched::unusable_part;
  return fail(result.error().error);
}

}  // namespace

Result<void> download(http::Client& client, const Source& source, ClipFile& clip,
                      const http::Cancel& cancel, const Keeper& keeper) {
  clip.limit_size(source.max_bytes);
  clip.begin_attempt();
  if (is_data_url(source.request.url)) return take_from_reply(source.request.url, clip, keeper);
  clip.recall_tail();
  if (clip.has_all()) return clip.finish(keeper);

  const ClipFacts facts = clip.facts();
  // A file that was there in full and not whole is looked through again from the start.
  const bool is_full = facts.size && facts.received >= *facts.size;
  if (facts.received > 0 && !facts.validators.empty() && !is_full) {
    AskedPart rest;
    rest.first = facts.received;
    rest.has_last = facts.tail_begin.has_value();
    rest.last = facts.tail_begin.value_or(1) - 1;
    rest.size = facts.size;
    rest.validators = facts.validators;
    const Result<Fetched> fetched = fetch(client, source, clip, cancel, &rest);
    if (!fetched) return fail(fetched.error());
    if (*fetched == Fetched::all) return clip.finish(keeper);
  }
  const Result<Fetched> fetched = fetch(client, source, clip, cancel, nullptr);
  if (!fetched) return fail(fetched.error());
  return clip.finish(keeper);
}

Result<void> download_tail(http::Client& client, const Source& source, ClipFile& clip,
                           std::uint64_t begin, const http::Cancel& cancel) {
  const ClipFacts facts = clip.facts();
  const bool is_ahead = facts.size && begin < *facts.size && begin > facts.received;
  const std::uint64_t window = is_ahead ? *facts.size - begin : 0;
  if (!is_ahead || facts.complete || window > max_tail_bytes ||
      window > std::max(begin - facts.received, TailPlan::budget))
    return fail(ErrorKind::interrupted, "The window at the end is not worth fetching any more.");

  const AskedPart asked{begin, *facts.size - 1, true, facts.size, facts.validators};
  http::Request request = source.request;
  add_range(request, asked);
  const bool had_credential = !request.credential.name.empty();
  http::ExchangeOptions options = options_for(source);
  std::string bytes;
  Validators validators;
  options.on_head = [&](const http::ReplyHead& head) -> Result<void> {
    const Result<MediaReply> reply = read_media_reply(head, &asked, had_credential);
    if (!reply) return fail(reply.error());
    if (reply->has_no_ranges) clip.set_no_ranges();
    if (reply->meaning != ReplyMeaning::part)
      return fail(ErrorKind::malformed,
                  "The media server does not send the end of the file alone.");
    validators = reply->validators;
    return {};
  };
  options.on_body = [&](std::span<const std::byte> piece) -> Result<void> {
    if (bytes.size() + piece.size() > window)
      return fail(ErrorKind::malformed, "The media server sent more than it was asked for.");
    if (clip.facts().received >= begin)
      return fail(ErrorKind::interrupted, "The download overtook the window at the end.");
    bytes.append(as_text(piece));
    return {};
  };
  const http::ExchangeResult result =
      http::download(client, request, options, cancel, rule_for(source));
  if (!result) return fail(result.error().error);
  if (bytes.size() != window)
    return fail(ErrorKind::network, "The end of the file was sent incompletely.");
  clip.set_tail(begin, std::move(bytes), validators);
  return {};
}

}  // namespace prompt::clip
