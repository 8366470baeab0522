// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One HTTP exchange, with the hygiene that libsoup 3.2 needs and no policy: no retry, no redirect,
// no meaning of status codes. A client belongs to one worker thread and owns one session;
// exchange() is libsoup's synchronous API, which is safe to cancel from another thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "http/loop.h"
#include "http/message.h"

namespace prompt::http {

/// Cancels an exchange from any thread, before it starts or while it runs; the exchange then ends
/// with ErrorKind::cancelled. Copies share the state.
class Cancel {
 public:
  Cancel();
  void cancel() const;
  [[nodiscard]] bool is_cancelled() const;
  [[nodiscard]] GCancellable* get() const { return cancellable_.get(); }

 private:
  Ref<GCancellable> cancellable_;
};

struct ExchangeOptions {
  /// The id of the job that it is for, which the log shows; empty: of none.
  std::string job = {};
  /// From the call to the status line: names, connection, TLS, request, waiting. Absolute.
  /// ErrorKind deadline, as that of the total; that of the connection is ErrorKind::network.
  std::chrono::milliseconds head_deadline{20'000};
  /// The whole exchange, absolute; 0: none (downloads have the rate rule instead).
  std::chrono::milliseconds total_deadline{20'000};
  /// Names, connection and TLS; a failure in here is retriable and has sent nothing.
  std::chrono::milliseconds connect_deadline{10'000};
  /// Less than `min_rate_bytes` within `min_rate_window` while the body is read is a network error.
  std::size_t min_rate_bytes = 1024;
  std::chrono::milliseconds min_rate_window{30'000};
  /// A body larger than this is an error (too_large), known from Content-Length or while reading;
  /// of a compressed one, what it unpacks to.
  std::size_t max_body = 256 * 1024;
  /// A connection of its own that is used by nobody before or after (submits): "Connection: close".
  bool new_connection = false;
  /// Refuse an answer from a private, link-local or loopback address (results' URLs): the address
  /// that is really connected to is looked at, so names that point inside are caught too.
  bool refuse_private_addresses = false;
  /// Called on the worker inside libsoup's `starting`: connected, TLS done, no byte of the request
  /// sent. An error ends the exchange with that error and nothing has left. May block on the disk.
  std::function<Result<void>()> before_first_byte = {};
  /// Called on the worker when the head is there, before the body; an error ends the exchange.
  std::function<Result<void>(const ReplyHead&)> on_head = {};
  /// Receives the body piecewise instead of Reply::body; an error ends the exchange.
  std::function<Result<void>(std::span<const std::byte>)> on_body = {};
};

/// How an exchange failed. `error.maybe_billed` stays false here: what it means is the job's
/// matter. `error.http_status` is set when the status line had arrived and the rest could not be
/// used.
struct ExchangeError {
  Error error;
  bool request_left =
      false;  ///< before_first_byte had succeeded: bytes may have reached the server.
};

using ExchangeResult = tl::expected<Reply, ExchangeError>;

/// Whether this process can exchange anything at all. To be asked before something is begun that
/// only an exchange can end; a process in which it fails will not get better. Errors: unavailable,
/// with what to do. Any thread; reads from the disk the first time.
[[nodiscard]] Result<void> check_can_exchange();

class Client {
 public:
  /// `loop` carries the deadlines and outlives the client. `user_agent` is sent with each request.
  /// `ca_file`: PEM file of the authorities to trust instead of the system's; empty: the system's.
  /// One that cannot be read makes every https exchange fail with `settings`.
  Client(Loop& loop, std::string user_agent, const std::string& ca_file = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends and waits. Any HTTP status from 200 to 599 is a success here, 3xx included. Errors:
  /// unavailable (check_can_exchange()), settings (not an http(s) URL, userinfo, a key with control
  /// characters, no TLS backend, a key in plain http through a proxy), cancelled, deadline, network
  /// (also a certificate that is not accepted: not retriable), too_large, malformed (content
  /// coding, odd or doubled Content-Length, a private address), or what a hook returned. Messages
  /// name host and port, never path or query. A body in chunks that is cut between two chunks
  /// cannot be told from a whole one (libsoup 3.2): its reader has to know the end. Each gets
  /// one line in the log, without the query. Worker thread only.
  [[nodiscard]] ExchangeResult exchange(const Request& request, const ExchangeOptions& options,
                                        const Cancel& cancel);

 private:
  struct Session;
  /// `body_bytes`: what came of the body, also where it failed.
  [[nodiscard]] ExchangeResult carry_out(const Request& request, const ExchangeOptions& options,
                                         const Cancel& cancel, std::size_t& body_bytes);
  Loop& loop_;                    // constant
  const std::string user_agent_;  // constant
  const std::string ca_file_;     // constant
  /// Made by the first exchange: it loads the TLS libraries, which takes longer than to open a clip
  /// of the library.
  std::unique_ptr<Session> session_;
};

}  // namespace prompt::http
