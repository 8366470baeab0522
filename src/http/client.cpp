// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/client.h"

#include <atomic>
#include <utility>

#include "base/log.h"
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

// Scheme, host, port and path. A query may be a signature, and a path should hold no key, but who
// knows.
std::string shown_url(const Request& request) {
  const std::string path = request.url.substr(0, request.url.find_first_of("?#"));
  return Url::parse(path) ? show_safely(path, {&request.credential.key, 1}) : "(no URL)";
}

// One line for each exchange, when it is over: "R12 POST https://host/path -> 201, 183 ms, 412 B".
void log_exchange(const Request& request, const ExchangeOptions& options,
                  const ExchangeResult& result, std::chrono::milliseconds took,
                  std::size_t body_bytes) {
  constexpr LogLevel level = LogLevel::debug;
  if (!is_log_wanted(LogCategory::http, level)) return;
  static std::atomic<unsigned> last_number = 0;
  const int status = result ? result->head.status : result.error().error.http_status;
  std::string outcome = status > 0 ? format("%d", status) : "no answer";
  if (!result && !result.error().request_left) outcome = "not sent";
  // What a hook ends early is no failure of the exchange.
  std::string reason;
  if (!result && result.error().error.kind != ErrorKind::interrupted) {
    const Error& error = result.error().error;
    reason = format(": %s: %s", to_string(error.kind), error.message.c_str());
  }
  log({LogCategory::http, level, options.job}, "R%u %s %s -> %s, %lld ms, %zu B%s", ++last_number,
      request.method.c_str(), shown_url(request).c_str(), outcome.c_str(),
      static_cast<long long>(took.count()), body_bytes, reason.c_str());
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
  const auto began = std::chrono::steady_clock::now();
  std::size_t body_bytes = 0;
  ExchangeResult result = carry_out(request, options, cancel, body_bytes);
  const auto took = std::chrono::steady_clock::now() - began;
  log_exchange(request, options, result,
               std::chrono::duration_cast<std::chrono::milliseconds>(took), body_bytes);
  return result;
}

ExchangeResult Client::carry_out(const Request& request, const ExchangeOptions& options,
                                 const Cancel& cancel, std::size_t& body_bytes) {
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
  ExchangeResult result = exchange.run(is_local ? session_->direct.get() : session_->proxied.get());
  body_bytes = exchange.body_bytes();
  return result;
}

}  // namespace prompt::http
