// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One request and its reply on a session: what is set up, looked at and refused at each of
// libsoup's signals, and the reading of the body. Lives on the worker's stack for the time of the
// call.
#pragma once

#include <libsoup/soup.h>

#include <optional>

#include "http/content_coding.h"
#include "http/url.h"
#include "http/watchdog.h"

namespace prompt::http {

class Exchange {
 public:
  /// All arguments outlive the exchange.
  Exchange(const Request& request, const Url& url, const ExchangeOptions& options,
           Watchdog& watchdog);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] ExchangeResult run(SoupSession* session);
  /// What came of the body so far, unpacked.
  [[nodiscard]] std::size_t body_bytes() const { return body_bytes_; }

 private:
  // libsoup's signals, in the order of an exchange. All on the thread that runs it.
  void on_network_event(GSocketClientEvent event, GIOStream* connection);
  void on_certificate(GTlsCertificateFlags errors);
  void on_starting();
  void on_restarted();
  void on_head();

  void connect_signals();
  void set_up_request();
  void check_tls_version(GTlsConnection* connection);
  void check_address(GSocketAddress* address);
  void refuse(Error error);
  [[nodiscard]] Result<void> read_body(GInputStream* stream);
  [[nodiscard]] Result<void> decode(std::string_view bytes);
  [[nodiscard]] Result<void> take(const char* bytes, std::size_t count);
  /// "host:port"; empty: none.
  [[nodiscard]] std::string find_proxy() const;
  [[nodiscard]] Error why(const GError* error) const;

  const Request& request_;
  const Url& url_;
  const ExchangeOptions& options_;
  Watchdog& watchdog_;
  const std::string where_;
  Ref<SoupMessage> message_;
  Reply reply_;
  std::optional<Error> refusal_;
  GTlsCertificateFlags certificate_errors_ = static_cast<GTlsCertificateFlags>(0);
  bool is_proxied_ = false;
  bool has_started_ = false;
  bool has_left_ = false;
  bool has_head_ = false;
  std::size_t body_bytes_ = 0;  // decoded
  std::optional<ContentDecoder> decoder_;
};

}  // namespace prompt::http
