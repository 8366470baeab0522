// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reads one HTTP/1.1 request from a stranger, piece by piece and within limits (RFC 9112). Strict:
// what leaves any doubt about where a request ends, or whom it is for, is refused. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prompt::http {

class RequestReader {
 public:
  struct Limits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t body_bytes = 64 * 1024;
  };
  enum class State {
    head,      ///< The head is not complete.
    body,      ///< The head is complete, the body is not.
    complete,  ///< All of it is here.
    refused,   ///< It will not be read any further; refusal() says why.
  };

  RequestReader() = default;
  explicit RequestReader(Limits limits) : limits_(limits) {}

  /// Takes what came. Bytes behind a complete or refused request are dropped.
  State feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  /// The HTTP status that answers a refused request: 400, 413, 431, 501 or 505.
  [[nodiscard]] int refusal() const { return refusal_; }

  // ---- Once the head is complete ----

  [[nodiscard]] const std::string& method() const { return method_; }
  /// As sent: a path, and perhaps a query. Begins with a slash, visible ASCII only.
  [[nodiscard]] const std::string& target() const { return target_; }
  /// The sender waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  enum class Chunk { size, data, data_end, trailer };

  State refuse(int status);
  bool reject(int status);  // false
  void read_head(std::string_view head);
  bool read_request_line(std::string_view line);
  bool read_field(std::string_view line);
  void begin_body();
  void feed_body(std::string_view bytes);
  void feed_chunks(std::string_view bytes);
  bool end_chunk_line();

  Limits limits_;
  State state_ = State::head;
  int refusal_ = 0;
  std::string head_;
  std::string method_;
  std::string target_;
  std::string body_;
  bool is_http_1_0_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
  bool is_chunked_ = false;
  bool expects_continue_ = false;
  std::size_t length_ = 0;  // of the body, or what is missing of a chunk
  Chunk chunk_ = Chunk::size;
  std::string line_;               // of the chunked framing
  std::size_t framing_bytes_ = 0;  // of all that is not data
};

}  // namespace prompt::http
