// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A port at which strangers may knock: HTTP/1.1, one small POST per connection, answered without a
// body and closed. Everything is bounded, so that whoever knocks too hard is cut off and nobody
// else notices: libsoup's server reads bodies and waits for heads without end, and GSocketService
// spins when descriptors run out. It runs on the loop thread and never blocks it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/loop.h"
#include "http/request_reader.h"

namespace prompt::http {

class Listener {
 public:
  struct Limits {
    /// With one more the oldest is closed: who is slow cannot keep out who is quick.
    std::size_t connections = 16;
    RequestReader::Limits request;
    /// From the connection to the end of the request.
    std::chrono::milliseconds read_time{5'000};
  };
  struct Handler {
    /// Whether a POST to this target is wanted; any other gets 404 and its body is not read.
    std::function<bool(std::string_view target)> is_known;
    /// A whole request to a known target; it has been answered.
    std::function<void(std::string_view target, std::string_view body)> receive;
  };

  /// Listens at `where`: "127.0.0.1:8099", "[::1]:8099", or a port alone, which means 127.0.0.1;
  /// port 0 is a free one. `loop` outlives it; `handler` is called on its thread. Errors
  /// (settings): no such address, or it is in use; the message begins with `what`.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(Loop& loop, const std::string& where,
                                                              Handler handler, Limits limits,
                                                              std::string_view what);
  /// Checks the form of `where` only.
  [[nodiscard]] static Result<void> check(const std::string& where, std::string_view what);
  /// No call of the handler is begun any more when done on the loop thread. Any thread.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// "127.0.0.1:8099", with the port that it really has.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  class State;
  Listener(Loop& loop, std::shared_ptr<State> state, std::string address);

  Loop& loop_;                    // constant
  std::shared_ptr<State> state_;  // constant; its content belongs to the loop thread
  const std::string address_;
};

}  // namespace prompt::http
