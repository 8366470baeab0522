// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/download.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace prompt::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int max_redirects = 5;

bool is_redirect(const ReplyHead& head) {
  const int status = head.status;
  const bool asked =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return asked && head.find("Location") != nullptr;
}

void keep_for_another_origin(Request& request) {
  request.credential = {};
  std::erase_if(request.headers, [](const Header& header) {
    return !names_equal(header.name, "Accept") && !names_equal(header.name, "Range") &&
           !names_equal(header.name, "If-Range");
  });
}

Result<Url> next_hop(const Url& current, const ReplyHead& head, PlainHttp rule) {
  Result<Url> next = current.resolve(*head.find("Location"), "The redirect's address");
  if (next && current.is_https() && !next->is_https())
    next = fail(ErrorKind::settings,
                format("%s redirects from https to plain http, which is not followed.",
                       current.host_and_port().c_str()));
  if (next)
    if (Result<void> allowed = check_plain_http(*next, rule); !allowed)
      next = fail(allowed.error());
  if (next) return next;
  // The words fit; but it is not a setting of ours that is wrong.
  Error error = next.error();
  error.kind = ErrorKind::malformed;
  error.http_status = head.status;
  return fail(std::move(error));
}

// Deadlines are the whole download's; what is left of one never becomes 0, which can mean "none".
std::chrono::milliseconds what_is_left(std::chrono::milliseconds limit, Clock::time_point start) {
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  return std::max(limit - spent, std::chrono::milliseconds(1));
}

tl::unexpected<ExchangeError> give_up(Error error) {
  return tl::unexpected<ExchangeError>(ExchangeError{std::move(error), true});
}

std::string_view without_slashes(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

bool is_same_but_for_slash(const Url& a, const Url& b) {
  const char* a_query = g_uri_get_query(a.get());
  const char* b_query = g_uri_get_query(b.get());
  return same_origin(a, b) &&
         without_slashes(g_uri_get_path(a.get())) == without_slashes(g_uri_get_path(b.get())) &&
         g_strcmp0(a_query, b_query) == 0;
}

}  // namespace

ExchangeResult ask(Client& client, const Request& request, const ExchangeOptions& options,
                   const Cancel& cancel) {
  constexpr int most = 3;
  if (request.method != "GET") return client.exchange(request, options, cancel);
  Request hop = request;
  for (int redirects = 0;; ++redirects) {
    std::optional<Url> next;
    ExchangeOptions hop_options = options;
    hop_options.on_head = [&](const ReplyHead& head) -> Result<void> {
      const Result<Url> here = Url::parse(hop.url);
      if (here && is_redirect(head) && redirects < most) {
        const Result<Url> there = here->resolve(*head.find("Location"));
        if (there && there->text() != here->text() && is_same_but_for_slash(*here, *there)) {
          next = *there;
          return fail(ErrorKind::interrupted, "A redirect.");
        }
      }
      return options.on_head ? options.on_head(head) : Result<void>{};
    };
    ExchangeResult result = client.exchange(hop, hop_options, cancel);
    if (!next) return result;
    hop.url = next->text();
  }
}

ExchangeResult download(Client& client, const Request& request, const ExchangeOptions& options,
                        const Cancel& cancel, PlainHttp rule) {
  if (request.method != "GET" && request.method != "HEAD")
    return tl::unexpected<ExchangeError>(ExchangeError{
        Error{ErrorKind::settings, "Only GET and HEAD requests follow redirects."}, false});
  Result<Url> url = Url::parse(request.url);
  if (url)
    if (Result<void> allowed = check_plain_http(*url, rule); !allowed) url = fail(allowed.error());
  if (!url) return tl::unexpected<ExchangeError>(ExchangeError{url.error(), false});

  const Clock::time_point start = Clock::now();
  Request hop = request;
  for (int redirects = 0;; ++redirects) {
    std::optional<ReplyHead> redirect;
    ExchangeOptions hop_options = options;
    hop_options.head_deadline = what_is_left(options.head_deadline, start);
    if (options.total_deadline.count() > 0)
      hop_options.total_deadline = what_is_left(options.total_deadline, start);
    hop_options.on_head = [&](const ReplyHead& head) -> Result<void> {
      if (!is_redirect(head)) return options.on_head ? options.on_head(head) : Result<void>{};
      // An error is what ends an exchange before its body.
      redirect = head;
      return fail(ErrorKind::interrupted, "A redirect.");
    };
    ExchangeResult result = client.exchange(hop, hop_options, cancel);
    if (!redirect) return result;

    if (redirects == max_redirects) {
      Error error{ErrorKind::malformed, format("%s redirected more than %d times.",
                                               url->host_and_port().c_str(), max_redirects)};
      error.http_status = redirect->status;
      return give_up(std::move(error));
    }
    Result<Url> next = next_hop(*url, *redirect, rule);
    if (!next) return give_up(next.error());
    if (!same_origin(*url, *next)) keep_for_another_origin(hop);
    url = std::move(next);
    hop.url = url->text();
  }
}

}  // namespace prompt::http
