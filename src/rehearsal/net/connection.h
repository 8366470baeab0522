// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One client's connection: reads requests one after another, asks the handler for a script and
// plays it. Own sockets rather than SoupServer, which can only say well-formed replies, reads
// bodies without a limit and knows no time-outs; the headers are parsed by libsoup. All on the main
// loop's thread, nothing blocks.
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <memory>
#include <string>

#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using OnClosed = std::function<void(Connection*)>;

  /// `stream` is a socket's stream, or TLS upon it; `socket` is what carries it.
  Connection(Ref<GIOStream> stream, Ref<GSocket> socket, RequestHandler handler,
             OnClosed on_closed);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Begins to wait for requests. Call once, when a shared_ptr owns it.
  void start();

 private:
  enum class Phase { reading, sending, holding, closed };

  void read();
  void run();
  [[nodiscard]] bool take_request(HttpRequest& request);
  void answer(const HttpRequest& request);
  void refuse(int status, const char* why);
  void begin(Script script);
  [[nodiscard]] bool play_step();
  [[nodiscard]] bool send(const char* bytes, std::size_t size, std::uint64_t& sent_of_step);
  void close(bool with_reset);

  void wait_readable();
  void wait_writable();
  void wait_time(std::chrono::milliseconds time);
  void stop_waiting();
  [[nodiscard]] std::size_t allowance(std::size_t wanted);

  static gboolean on_readable(GPollableInputStream* stream, gpointer data);
  static gboolean on_writable(GPollableOutputStream* stream, gpointer data);
  static gboolean on_time(gpointer data);

  Ref<GIOStream> stream_;
  Ref<GSocket> socket_;
  RequestHandler handler_;
  OnClosed on_closed_;
  Phase phase_ = Phase::reading;
  std::string received_;
  bool continue_said_ = false;
  Script script_;
  std::size_t step_ = 0;
  std::uint64_t step_sent_ = 0;    // bytes of the present step that are written
  std::uint64_t rate_ = 0;         // bytes a second, 0 = unlimited
  std::int64_t rate_from_us_ = 0;  // since when it counts
  std::uint64_t rate_sent_ = 0;    // written since then
  Ref<GSource> io_source_;
  Ref<GSource> time_source_;
};

}  // namespace prompt::rehearsal
