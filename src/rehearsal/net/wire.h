// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What comes in on a connection and what goes out. An answer is a script, step by step, because
// half of what this server is for cannot be said in terms of a well-formed reply: silence, a
// connection that breaks off, lengths that lie, one byte a second, informational replies without
// end.
#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"
#include "base/ref.h"

namespace prompt {

template <>
struct RefTraits<SoupMessageHeaders> {
  static void ref(SoupMessageHeaders* headers) { soup_message_headers_ref(headers); }
  static void unref(SoupMessageHeaders* headers) { soup_message_headers_unref(headers); }
};

}  // namespace prompt

namespace prompt::rehearsal {

/// Of a request, in bytes: images may stand in it.
inline constexpr std::size_t max_body = 32 * 1024 * 1024;

struct HttpRequest {
  std::string method;
  std::string path;   ///< as sent, not percent-decoded
  std::string query;  ///< as sent, without the question mark
  Ref<SoupMessageHeaders> headers;
  std::string body;

  /// A header's value, or nothing.
  [[nodiscard]] std::optional<std::string> header(const char* name) const;
  /// The query's parameters, decoded, in their order; nothing if it is malformed.
  [[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> parameters() const;
};

/// Bytes as they are. `is_body` counts them as sent media.
struct Say {
  std::string bytes;
  bool is_body = false;
};
/// A part of a file; counted as sent media.
struct SayFile {
  std::shared_ptr<const FileDescriptor> file;
  off_t offset = 0;
  std::uint64_t size = 0;
};
/// The same bytes again and again.
struct SayRepeatedly {
  std::string bytes;
  std::uint64_t times = 1;
};
/// Silence for a while.
struct Wait {
  std::chrono::milliseconds time;
};
/// From here on so many bytes a second; 0 = as fast as it goes.
struct SetRate {
  std::uint64_t bytes_per_second = 0;
};
/// Silence until the other side gives up.
struct Hold {};
/// Breaks the connection off, with a TCP reset.
struct Reset {};
/// What comes up by and by. `more` is asked again and again for what is to be said next, which may
/// be nothing; false = that was the last of it.
struct SayLive {
  std::function<bool(std::string& bytes)> more;
  std::chrono::milliseconds every{50};
  std::string said = {};  ///< while it is being written
  bool is_over = false;
};

using Step = std::variant<Say, SayFile, SayRepeatedly, Wait, SetRate, Hold, Reset, SayLive>;

struct Script {
  std::chrono::milliseconds delay{0};  ///< before the first step
  std::vector<Step> steps;
  bool close_after = false;
  /// Told how much of the body has been written, as it goes.
  std::function<void(std::size_t bytes)> on_body_sent = {};
};

using RequestHandler = std::function<Script(const HttpRequest&)>;

/// A script of one step, e.g. Hold{}.
[[nodiscard]] Script just(Step step);
/// Nothing but the end of the connection.
[[nodiscard]] Script hang_up();

/// A reply that can be said well: the usual case.
struct HttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// The reason phrase of a status, e.g. "Not Found".
[[nodiscard]] const char* reason_of(int status);
/// The present moment as HTTP writes it.
[[nodiscard]] std::string http_date();
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);
/// Status line and headers, with `Date`, up to and including the empty line.
[[nodiscard]] std::string write_head(
    int status, const std::vector<std::pair<std::string, std::string>>& headers);
/// The reply with its Content-Length, as a script.
[[nodiscard]] Script to_script(const HttpReply& reply);

}  // namespace prompt::rehearsal
