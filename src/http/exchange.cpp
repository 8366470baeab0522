// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/exchange.h"

#include <array>

#include "base/text.h"
#include "http/address.h"
#include "http/proxy.h"
#include "http/reply_check.h"
#include "http/soup.h"
#include "http/transport_error.h"

namespace prompt::http {
namespace {

constexpr std::size_t read_size = 64 * 1024;

ReplyHead head_of(SoupMessage* message) {
  ReplyHead head;
  head.status = static_cast<int>(soup().message_get_status(message));
  soup().message_headers_foreach(
      soup().message_get_response_headers(message),
      [](const char* name, const char* value, gpointer data) {
        static_cast<ReplyHead*>(data)->headers.push_back(Header{name, value});
      },
      &head);
  return head;
}

// What libsoup is told where one length was sent several times.
std::optional<std::string> length_of(const ReplyHead& head) {
  const std::string* text = head.find("Content-Length");
  if (text == nullptr) return std::nullopt;
  return std::string(without_space_around(std::string_view(*text).substr(0, text->find(','))));
}

Error retriable(ErrorKind kind, std::string message) {
  Error error{kind, std::move(message)};
  error.retriable = true;
  return error;
}

}  // namespace

Exchange::Exchange(const Request& request, const Url& url, const ExchangeOptions& options,
                   Watchdog& watchdog)
    : request_(request),
      url_(url),
      options_(options),
      watchdog_(watchdog),
      where_(url.host_and_port()) {}

Exchange::~Exchange() {
  // A connection that is kept may outlive this and hold the message for a while.
  if (message_) g_signal_handlers_disconnect_by_data(message_.get(), this);
}

void Exchange::connect_signals() {
  SoupMessage* message = message_.get();
  g_signal_connect(
      message, "network-event",
      G_CALLBACK(+[](SoupMessage*, GSocketClientEvent event, GIOStream* connection, gpointer self) {
        static_cast<Exchange*>(self)->on_network_event(event, connection);
      }),
      this);
  g_signal_connect(message, "accept-certificate",
                   G_CALLBACK(+[](SoupMessage*, GTlsCertificate*, GTlsCertificateFlags errors,
                                  gpointer self) -> gboolean {
                     static_cast<Exchange*>(self)->on_certificate(errors);
                     return FALSE;
                   }),
                   this);
  using Simple = void (*)(SoupMessage*, gpointer);
  const auto on = [&](const char* signal, Simple callback) {
    g_signal_connect(message, signal, G_CALLBACK(callback), this);
  };
  on("starting", [](SoupMessage*, gpointer self) { static_cast<Exchange*>(self)->on_starting(); });
  on("restarted",
     [](SoupMessage*, gpointer self) { static_cast<Exchange*>(self)->on_restarted(); });
  on("got-headers", [](SoupMessage*, gpointer self) { static_cast<Exchange*>(self)->on_head(); });
  // Comes before "got-headers", when the headers are read but their length has not been used yet.
  g_signal_connect_swapped(
      message, "notify::status-code",
      G_CALLBACK(+[](gpointer self) { static_cast<Exchange*>(self)->on_head(); }), this);
}

void Exchange::set_up_request() {
  message_ =
      Ref<SoupMessage>::adopt(soup().message_new_from_uri(request_.method.c_str(), url_.get()));
  unsigned flags = SOUP_MESSAGE_NO_REDIRECT;
  // A kept connection would not be looked at again, so who looks at addresses makes its own.
  if (options_.new_connection || options_.refuse_private_addresses)
    flags |= SOUP_MESSAGE_NEW_CONNECTION;
  soup().message_set_flags(message_.get(), static_cast<SoupMessageFlags>(flags));

  SoupMessageHeaders* headers = soup().message_get_request_headers(message_.get());
  for (const Header& header : request_.headers)
    soup().message_headers_append(headers, header.name.c_str(), header.value.c_str());
  if (options_.new_connection) soup().message_headers_append(headers, "Connection", "close");
  if (!request_.credential.name.empty()) {
    std::string value = request_.credential.prefix;
    value.append(request_.credential.key.reveal());
    soup().message_headers_replace(headers, request_.credential.name.c_str(), value.c_str());
    // A Secret wipes what it takes; this copy is ours as well.
    volatile char* copy = value.data();
    for (std::size_t i = 0; i < value.size(); ++i) copy[i] = 0;
  }
  const bool has_body = !request_.body.empty() || request_.method == "POST" ||
                        request_.method == "PUT" || request_.method == "PATCH";
  if (!has_body) return;
  const auto body = Ref<GBytes>::adopt(g_bytes_new(request_.body.data(), request_.body.size()));
  soup().message_set_request_body_from_bytes(
      message_.get(), request_.content_type.empty() ? nullptr : request_.content_type.c_str(),
      body.get());
}

void Exchange::refuse(Error error) {
  if (refusal_) return;
  refusal_ = std::move(error);
  watchdog_.refuse();
}

void Exchange::on_network_event(GSocketClientEvent event, GIOStream* connection) {
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && G_IS_TLS_CONNECTION(connection)) {
    // HTTP/2 in libsoup 3.2 sends a POST again by itself, without its body and without end, and
    // hangs where it should fail. 3.2 has no switch for it; what is not offered is not chosen.
    const char* const protocols[] = {"http/1.1", nullptr};
    g_tls_connection_set_advertised_protocols(G_TLS_CONNECTION(connection), protocols);
    return;
  }
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED && G_IS_TLS_CONNECTION(connection)) {
    check_tls_version(G_TLS_CONNECTION(connection));
    return;
  }
  if (!G_IS_SOCKET_CONNECTION(connection)) return;
  if (event != G_SOCKET_CLIENT_CONNECTING && event != G_SOCKET_CLIENT_CONNECTED) return;
  auto* socket_connection = G_SOCKET_CONNECTION(connection);
  const auto address = Ref<GSocketAddress>::adopt(
      g_socket_connection_get_remote_address(socket_connection, nullptr));
  if (event == G_SOCKET_CLIENT_CONNECTING) is_proxied_ = G_IS_PROXY_ADDRESS(address.get());
  // What a proxy connects to is the proxy's matter; its own address says nothing.
  if (!options_.refuse_private_addresses || is_proxied_) return;
  const bool was_fine = !refusal_;
  check_address(address.get());
  // A cancellation is seen after connect(); with the socket closed not even a SYN leaves.
  if (was_fine && refusal_)
    g_socket_close(g_socket_connection_get_socket(socket_connection), nullptr);
}

// RFC 8996: TLS 1.0 and 1.1 are no protection any more. GnuTLS still speaks them, and GLib has no
// switch for it; but nothing has been sent yet.
void Exchange::check_tls_version(GTlsConnection* connection) {
  const GTlsProtocolVersion version = g_tls_connection_get_protocol_version(connection);
  if (version != G_TLS_PROTOCOL_VERSION_SSL_3_0 && version != G_TLS_PROTOCOL_VERSION_TLS_1_0 &&
      version != G_TLS_PROTOCOL_VERSION_TLS_1_1)
    return;
  refuse(Error{ErrorKind::network,
               format("%s speaks no newer TLS than 1.1, which is not safe. Nothing was sent.",
                      where_.c_str())});
}

void Exchange::check_address(GSocketAddress* address) {
  if (!G_IS_INET_SOCKET_ADDRESS(address)) return;
  GInetAddress* inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
  if (is_public(inet)) return;
  const OwnedString shown(g_inet_address_to_string(inet));
  refuse(Error{
      ErrorKind::malformed,
      format("%s is at the private address %s; what a provider names has to be at a public one.",
             where_.c_str(), shown.get())});
}

void Exchange::on_certificate(GTlsCertificateFlags errors) { certificate_errors_ = errors; }

void Exchange::on_starting() {
  if (has_started_) return;  // a restart, which ends here anyway
  has_started_ = true;
  watchdog_.on_connected();
  if (watchdog_.reason() != StopReason::none) {
    watchdog_.refuse();  // the reason may be set and the cancellation still on its way
    return;
  }
  if (options_.before_first_byte) {
    if (Result<void> allowed = options_.before_first_byte(); !allowed) {
      refuse(allowed.error());
      return;
    }
  }
  has_left_ = true;
}

void Exchange::on_restarted() {
  refuse(retriable(
      ErrorKind::network,
      format("%s broke off the connection and the request is not sent twice.", where_.c_str())));
}

void Exchange::on_head() {
  const int status = static_cast<int>(soup().message_get_status(message_.get()));
  if (has_head_ || status < 200) return;  // interim replies, and their being cleared away
  has_head_ = true;
  reply_.head = head_of(message_.get());
  SoupMessageHeaders* headers = soup().message_get_response_headers(message_.get());
  const std::optional<std::string> length = length_of(reply_.head);
  const Result<BodyForm> form = settle_reply_head(reply_.head, options_.max_body, where_);
  if (!form) {
    refuse(form.error());
    // libsoup goes on to set up the body's reading before it looks at the cancellation, and warns
    // of lengths that cannot be (an abort under G_DEBUG=fatal-warnings).
    soup().message_headers_remove(headers, "Content-Length");
    return;
  }
  // Headers are shown and stored further on; some servers repeat what they are sent.
  for (Header& header : reply_.head.headers)
    if (holds_secret(header.value, {&request_.credential.key, 1}))
      header.value = hide_secrets(header.value, {&request_.credential.key, 1});
  if (form->coding != ContentCoding::none) decoder_.emplace(form->coding);
  if (form->must_close) {
    soup().message_headers_remove(headers, "Content-Length");
    soup().message_headers_replace(headers, "Connection", "close");
  } else if (length) {
    // One, where there were several.
    soup().message_headers_replace(headers, "Content-Length", length->c_str());
  }
  // Whoever answers before the request has begun is the proxy, which does not connect us.
  if (has_started_ && status != SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED) return;
  if (const std::string proxy = find_proxy(); !proxy.empty())
    refuse(proxy_refusal(status, proxy, where_));
}

Result<void> Exchange::take(const char* bytes, std::size_t count) {
  body_bytes_ += count;
  if (body_bytes_ > options_.max_body)
    return fail(ErrorKind::too_large,
                format("The answer of %s has more than the %zu bytes allowed.", where_.c_str(),
                       options_.max_body));
  if (!options_.on_body) {
    reply_.body.append(bytes, count);
    return {};
  }
  watchdog_.set_receiver_busy(true);
  Result<void> taken = options_.on_body(std::as_bytes(std::span(bytes, count)));
  watchdog_.set_receiver_busy(false);
  return taken;
}

Result<void> Exchange::decode(std::string_view bytes) {
  Result<void> decoded = decoder_->decode(
      bytes, [this](const char* piece, std::size_t count) { return take(piece, count); });
  if (decoded || decoded.error().kind != ErrorKind::malformed || options_.on_body) return decoded;
  return fail(retriable(ErrorKind::malformed,
                        format("The compressed answer of %s is damaged.", where_.c_str())));
}

Result<void> Exchange::read_body(GInputStream* stream) {
  std::array<char, read_size> buffer;
  bool is_empty = true;
  for (;;) {
    GErrorPtr error;
    const gssize got = g_input_stream_read(stream, buffer.data(), buffer.size(),
                                           watchdog_.cancellable(), error.out());
    if (got < 0) return fail(why(error.get()));
    if (got == 0) break;
    watchdog_.on_bytes(static_cast<std::size_t>(got));
    Result<void> taken = decoder_ ? decode(std::string_view(buffer.data(), std::size_t(got)))
                                  : take(buffer.data(), static_cast<std::size_t>(got));
    if (!taken) return taken;
    is_empty = false;
  }
  if (decoder_ && !is_empty && !decoder_->is_complete())
    return fail(retriable(ErrorKind::network,
                          format("%s broke off amid its compressed answer.", where_.c_str())));
  const bool has_no_body =
      request_.method == "HEAD" || reply_.head.status == 204 || reply_.head.status == 304;
  const std::optional<std::uint64_t> announced = reply_.head.content_length();
  if (!has_no_body && announced && *announced != body_bytes_)
    return fail(retriable(ErrorKind::network,
                          format("%s sent %zu of %llu bytes and broke off.", where_.c_str(),
                                 body_bytes_, static_cast<unsigned long long>(*announced))));
  return {};
}

Error Exchange::why(const GError* error) const {
  if (refusal_) return *refusal_;
  const auto seconds = [](std::chrono::milliseconds limit) {
    return static_cast<double>(limit.count()) / 1000.0;
  };
  switch (watchdog_.reason()) {
    case StopReason::cancelled:
      return Error{ErrorKind::cancelled,
                   format("The exchange with %s was cancelled.", where_.c_str())};
    case StopReason::connect_deadline:
      return retriable(ErrorKind::network,
                       format("%s could not be connected to within %g s.", where_.c_str(),
                              seconds(options_.connect_deadline)));
    case StopReason::head_deadline:
      return retriable(ErrorKind::deadline, format("%s did not answer within %g s.", where_.c_str(),
                                                   seconds(options_.head_deadline)));
    case StopReason::total_deadline:
      return retriable(ErrorKind::deadline,
                       format("The exchange with %s did not end within %g s.", where_.c_str(),
                              seconds(options_.total_deadline)));
    case StopReason::too_slow:
      return retriable(ErrorKind::network,
                       format("%s sent less than %zu bytes within %g s.", where_.c_str(),
                              options_.min_rate_bytes, seconds(options_.min_rate_window)));
    case StopReason::refused:
    case StopReason::none:
      break;
  }
  if (error == nullptr)
    return retriable(ErrorKind::network, format("The connection to %s failed.", where_.c_str()));
  // Until the request is due, whoever was spoken to may have been the proxy.
  if (!has_started_ && certificate_errors_ == 0)
    if (const std::string proxy = find_proxy(); !proxy.empty())
      return proxy_error(*error, proxy, where_);
  return transport_error(*error, certificate_errors_, where_);
}

std::string Exchange::find_proxy() const {
  return is_loopback_host(url_.host()) ? std::string()
                                       : proxy_of(url_.text(), watchdog_.cancellable());
}

ExchangeResult Exchange::run(SoupSession* session) {
  const auto failed = [this](Error error) -> ExchangeResult {
    // The status line stays worth knowing when the rest could not be read: a refusal is a refusal.
    if (error.http_status == 0) error.http_status = reply_.head.status;
    return tl::unexpected<ExchangeError>(ExchangeError{std::move(error), has_left_});
  };
  set_up_request();
  connect_signals();
  if (watchdog_.reason() != StopReason::none) return failed(why(nullptr));

  GErrorPtr error;
  const auto stream = Ref<GInputStream>::adopt(
      soup().session_send(session, message_.get(), watchdog_.cancellable(), error.out()));
  if (!stream) return failed(why(error.get()));
  watchdog_.on_head();

  Result<void> done = refusal_ ? fail(*refusal_) : Result<void>{};
  if (done && options_.on_head) done = options_.on_head(reply_.head);
  if (done) done = read_body(stream.get());
  // An unread rest must not be drained: with the cancellable cancelled the connection is dropped.
  if (!done) watchdog_.refuse();
  g_input_stream_close(stream.get(), watchdog_.cancellable(), nullptr);
  if (!done) return failed(done.error());
  // It grew by doubling, and is kept while it is parsed.
  reply_.body.shrink_to_fit();
  return std::move(reply_);
}

}  // namespace prompt::http
