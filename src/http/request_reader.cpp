// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/request_reader.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "http/message.h"

namespace prompt::http {
namespace {

constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t max_method = 16;
// "FFFFFF", and no chunk extension of a length that makes sense.
constexpr std::size_t max_chunk_digits = 6;
constexpr std::size_t max_chunk_line = 128;

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// What no head has: control characters (a TLS hello begins with one).
bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\r' && c != '\n' && c != '\t') || byte == 0x7F;
  });
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) {
    return c == ' ' || c == '\t';
  };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

RequestReader::State RequestReader::refuse(int status) {
  refusal_ = status;
  body_.clear();
  return state_ = State::refused;
}

bool RequestReader::reject(int status) {
  refuse(status);
  return false;
}

RequestReader::State RequestReader::feed(std::string_view bytes) {
  if (state_ == State::head) {
    // The end may have come in two pieces.
    const std::size_t looked_at = head_.size() < end_of_head.size() ? 0 : head_.size() - 3;
    const std::size_t room = limits_.head_bytes - head_.size();
    const std::size_t taken = std::min(room, bytes.size());
    head_.append(bytes.substr(0, taken));
    const std::size_t end = head_.find(end_of_head, looked_at);
    const std::size_t new_bytes = end == std::string::npos ? end : end - looked_at;
    if (has_controls(std::string_view(head_).substr(looked_at, new_bytes))) return refuse(400);
    if (end == std::string::npos) return head_.size() >= limits_.head_bytes ? refuse(431) : state_;
    const std::size_t behind = head_.size() - end - end_of_head.size();
    bytes.remove_prefix(taken - behind);
    const std::string head = std::exchange(head_, {}).substr(0, end);
    read_head(head);
  }
  if (state_ == State::body) feed_body(bytes);
  return state_;
}

void RequestReader::read_head(std::string_view head) {
  bool is_first = true;
  while (!head.empty() || is_first) {
    const std::size_t end = head.find(end_of_line);
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + end_of_line.size());
    // A lone CR or LF is an end of line for some and none for others.
    if (line.find_first_of("\r\n") != std::string_view::npos) {
      refuse(400);
      return;
    }
    if (!(is_first ? read_request_line(line) : read_field(line))) return;
    is_first = false;
  }
  begin_body();
}

bool RequestReader::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return reject(400);
  method_ = line.substr(0, first);
  target_ = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (method_.size() > max_method || !is_token(method_)) return reject(400);
  if (target_.empty() || target_.front() != '/' || !is_visible(target_)) return reject(400);
  is_http_1_0_ = version == "HTTP/1.0";
  if (!is_http_1_0_ && version != "HTTP/1.1") return reject(505);
  return true;
}

bool RequestReader::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  // A name with a space behind it, and a folded line, too, are no tokens.
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return reject(400);
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (names_equal(name, "Host")) {
    if (std::exchange(has_host_, true)) return reject(400);
  } else if (names_equal(name, "Content-Length")) {
    const bool is_number = !value.empty() && std::all_of(value.begin(), value.end(),
                                                         [](char c) { return g_ascii_isdigit(c); });
    if (!is_number || std::exchange(has_length_, true)) return reject(400);
    for (const char digit : value) {
      length_ = length_ * 10 + static_cast<std::size_t>(digit - '0');
      if (length_ > limits_.body_bytes) return reject(413);
    }
  } else if (names_equal(name, "Transfer-Encoding")) {
    if (!names_equal(value, "chunked")) return reject(501);
    if (std::exchange(is_chunked_, true)) return reject(400);
  } else if (names_equal(name, "Expect")) {
    expects_continue_ = names_equal(value, "100-continue");
  }
  return true;
}

void RequestReader::begin_body() {
  const bool is_ambiguous = is_chunked_ && (has_length_ || is_http_1_0_);
  if (is_ambiguous || (!has_host_ && !is_http_1_0_)) {
    refuse(400);
    return;
  }
  expects_continue_ = expects_continue_ && !is_http_1_0_;
  state_ = is_chunked_ || length_ > 0 ? State::body : State::complete;
}

void RequestReader::feed_body(std::string_view bytes) {
  if (is_chunked_) return feed_chunks(bytes);
  body_.append(bytes.substr(0, length_ - body_.size()));
  if (body_.size() == length_) state_ = State::complete;
}

void RequestReader::feed_chunks(std::string_view bytes) {
  while (!bytes.empty() && state_ == State::body) {
    if (chunk_ == Chunk::data) {
      const std::string_view part = bytes.substr(0, length_);
      body_.append(part);
      bytes.remove_prefix(part.size());
      length_ -= part.size();
      if (length_ == 0) chunk_ = Chunk::data_end;
      continue;
    }
    line_.push_back(bytes.front());
    bytes.remove_prefix(1);
    if (line_.size() > max_chunk_line || ++framing_bytes_ > limits_.body_bytes) {
      refuse(413);
      return;
    }
    if (line_.back() != '\n') continue;
    if (!end_chunk_line()) return;
    line_.clear();
  }
}

bool RequestReader::end_chunk_line() {
  if (!line_.ends_with(end_of_line)) return reject(400);
  line_.resize(line_.size() - end_of_line.size());
  if (chunk_ == Chunk::trailer) {
    if (line_.empty()) state_ = State::complete;
    return true;
  }
  if (chunk_ == Chunk::data_end) {
    if (!line_.empty()) return reject(400);
    chunk_ = Chunk::size;
    return true;
  }
  const std::string_view digits = trimmed(std::string_view(line_).substr(0, line_.find(';')));
  if (digits.empty() || digits.size() > max_chunk_digits) return reject(400);
  length_ = 0;
  for (const char digit : digits) {
    const int value = g_ascii_xdigit_value(digit);
    if (value < 0) return reject(400);
    length_ = length_ * 16 + static_cast<std::size_t>(value);
  }
  if (body_.size() + length_ > limits_.body_bytes) return reject(413);
  chunk_ = length_ == 0 ? Chunk::trailer : Chunk::data;
  return true;
}

}  // namespace prompt::http
