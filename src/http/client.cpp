// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/client.h"

#include <utility>

#include "base/text.h"
#include "http/exchange.h"
#include "http/request_check.h"
#include "http/session.h"
#include "http/soup.h"

namespace prompt::http {
namespace {

// Pushed for the time of an exchange; see Client::Session::context.
class ThreadDefault {
 public:
  explicit ThreadDefault(GMainContext* context) : context_(context) {
    g_main_context_push_thread_default(context_);
  }
  ~ThreadDefault() { g_main_context_pop_thread_default(context_); }
  ThreadDefault(const ThreadDefault&) = delete;
  ThreadDefault& operator=(const ThreadDefault&) = delete;

 private:
  GMainContext* context_;
};

// In plain http the key would be read by the proxy.
Result<void> check_no_proxy(const Url& url, GCancellable* cancellable) {
  GErrorPtr error;
  char** proxies = g_proxy_resolver_lookup(g_proxy_resolver_get_default(), url.text().c_str(),
                                           cancellable, error.out());
  bool is_direct = true;
  for (char** proxy = proxies; proxy != nullptr && *proxy != nullptr; ++proxy)
    if (!g_str_has_prefix(*proxy, "direct://")) is_direct = false;
  g_strfreev(proxies);
  if (is_direct) return {};
  return fail(ErrorKind::settings,
              format("The way to %s leads through a proxy, which would see the API key in plain "
                     "http; use https or except the host from the proxy (no_proxy).",
                     url.host_and_port().c_str()));
}

// The working directory may be another one when the file is read; and with a relative path GLib
// warns and then trusts nobody.
std::string absolute(const std::string& file) {
  if (file.empty()) return file;
  const OwnedString path(g_canonicalize_filename(file.c_str(), nullptr));
  return path.get();
}

tl::unexpected<ExchangeError> unsent(Error error) {
  return tl::unexpected<ExchangeError>(ExchangeError{std::move(error), false});
}

}  // namespace

Result<void> check_can_exchange() {
  const Result<const Soup*> soup = open_soup();
  if (!soup) return fail(soup.error());
  return {};
}

Client::Client(Loop& loop, std::string user_agent, const std::string& ca_file)
    : loop_(loop), user_agent_(std::move(user_agent)), ca_file_(absolute(ca_file)) {}

Client::~Client() = default;

ExchangeResult Client::exchange(const Request& request, const ExchangeOptions& options,
                                const Cancel& cancel) {
  Result<Url> url = check_request(request);
  if (!url) return unsent(url.error());
  if (const Result<void> possible = check_can_exchange(); !possible)
    return unsent(possible.error());
  if (session_ == nullptr) session_ = std::make_unique<Session>(loop_, user_agent_, ca_file_);
  if (url->is_https() && !session_->tls) return unsent(session_->tls.error());

  const ThreadDefault context(session_->context.get());
  // Lets libsoup close connections that have been kept for too long.
  while (g_main_context_iteration(session_->context.get(), FALSE)) {
  }
  Watchdog watchdog(session_->loop, cancel, options);
  const bool is_local = is_loopback_host(url->host());
  if (!url->is_https() && !is_local && !request.credential.name.empty()) {
    Result<void> direct = check_no_proxy(*url, watchdog.cancellable());
    if (!direct) return unsent(direct.error());
  }
  Exchange exchange(request, *url, options, watchdog);
  return exchange.run(is_local ? session_->direct.get() : session_->proxied.get());
}

}  // namespace prompt::http
