// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/net/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_head = 64 * 1024;
constexpr std::chrono::seconds idle_limit{120};
constexpr std::chrono::minutes hold_limit{30};
constexpr std::size_t piece_size = 16 * 1024;

enum class Io { done, would_block, ended };

// The non-blocking calls of GIO, with their three outcomes.
Io outcome(gssize count, const GErrorPtr& error) {
  if (count > 0) return Io::done;
  if (error && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) != 0)
    return Io::would_block;
  return Io::ended;
}

}  // namespace

Connection::Connection(Ref<GIOStream> stream, Ref<GSocket> socket, RequestHandler handler,
                       OnClosed on_closed)
    : stream_(std::move(stream)),
      socket_(std::move(socket)),
      handler_(std::move(handler)),
      on_closed_(std::move(on_closed)) {}

Connection::~Connection() { stop_waiting(); }

void Connection::start() {
  wait_readable();
  wait_time(idle_limit);
}

void Connection::read() {
  GPollableInputStream* input =
      G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stream_.get()));
  std::array<char, piece_size> bytes{};
  for (;;) {
    GErrorPtr error;
    const gssize count = g_pollable_input_stream_read_nonblocking(input, bytes.data(), bytes.size(),
                                                                  nullptr, error.out());
    const Io result = outcome(count, error);
    if (result == Io::ended) return close(false);
    if (result == Io::would_block) break;
    // While it is held silent, the other side may only give up.
    if (phase_ == Phase::reading) received_.append(bytes.data(), static_cast<std::size_t>(count));
    if (received_.size() > max_head + max_body) return close(true);
  }
  if (phase_ == Phase::reading)
    run();
  else
    wait_readable();
}

// Answers what has been received, until something has to be waited for.
void Connection::run() {
  while (phase_ == Phase::reading || phase_ == Phase::sending) {
    if (phase_ == Phase::reading) {
      HttpRequest request;
      if (take_request(request)) {
        answer(request);
      } else if (phase_ == Phase::reading) {
        wait_readable();
        wait_time(idle_limit);
        return;
      }
    } else if (script_.delay.count() > 0) {
      wait_time(std::exchange(script_.delay, {}));
      return;
    } else if (step_ == script_.steps.size()) {
      if (script_.close_after) return close(false);
      script_ = Script{};
      phase_ = Phase::reading;
    } else if (!play_step()) {
      return;
    }
  }
}

// False if more bytes are needed, or if the request was refused.
bool Connection::take_request(HttpRequest& request) {
  const std::size_t head_end = received_.find("\r\n\r\n");
  if (head_end == std::string::npos) {
    if (received_.size() > max_head) refuse(431, "The request's head is larger than 64 KiB.");
    return false;
  }
  request.headers =
      Ref<SoupMessageHeaders>::adopt(soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST));
  char* method = nullptr;
  char* target = nullptr;
  SoupHTTPVersion version = SOUP_HTTP_1_1;
  const guint status =
      soup_headers_parse_request(received_.data(), static_cast<int>(head_end) + 2,
                                 request.headers.get(), &method, &target, &version);
  const OwnedString owned_method(method);
  const OwnedString owned_target(target);
  if (status != SOUP_STATUS_OK || method == nullptr || target == nullptr) {
    refuse(400, "The request's head is not HTTP.");
    return false;
  }
  std::size_t length = 0;
  if (request.header("Transfer-Encoding")) {
    refuse(411, "The request has no Content-Length.");
    return false;
  }
  if (const std::optional<std::string> text = request.header("Content-Length")) {
    guint64 value = 0;
    if (g_ascii_string_to_unsigned(text->c_str(), 10, 0, max_body, &value, nullptr) == 0) {
      refuse(413, "The request's Content-Length is not a number up to 32 MiB.");
      return false;
    }
    length = static_cast<std::size_t>(value);
  }
  const std::size_t body_from = head_end + 4;
  if (received_.size() < body_from + length) {
    const std::optional<std::string> expect = request.header("Expect");
    if (expect && !continue_said_ && g_ascii_strcasecmp(expect->c_str(), "100-continue") == 0) {
      continue_said_ = true;
      constexpr std::string_view words = "HTTP/1.1 100 Continue\r\n\r\n";
      GPollableOutputStream* output =
          G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream_.get()));
      g_pollable_output_stream_write_nonblocking(output, words.data(), words.size(), nullptr,
                                                 nullptr);
    }
    return false;
  }
  request.method = owned_method.get();
  const std::string_view whole(owned_target.get());
  const std::size_t question = whole.find('?');
  request.path = whole.substr(0, question);
  if (question != std::string_view::npos) request.query = whole.substr(question + 1);
  request.body = received_.substr(body_from, length);
  received_.erase(0, body_from + length);
  continue_said_ = false;
  const std::optional<std::string> wish = request.header("Connection");
  script_.close_after =
      version == SOUP_HTTP_1_0 || (wish && g_ascii_strcasecmp(wish->c_str(), "close") == 0);
  return true;
}

void Connection::answer(const HttpRequest& request) {
  const bool client_closes = script_.close_after;
  begin(handler_(request));
  script_.close_after = script_.close_after || client_closes;
}

void Connection::refuse(int status, const char* why) {
  begin(to_script(HttpReply{status, {{"Connection", "close"}}, why}));
  script_.close_after = true;
}

void Connection::begin(Script script) {
  script_ = std::move(script);
  phase_ = Phase::sending;
  stop_waiting();
  step_ = 0;
  step_sent_ = 0;
  rate_ = 0;
}

// False if the script goes on later, or never.
bool Connection::play_step() {
  Step& step = script_.steps[step_];
  bool done = true;
  if (const auto* say = std::get_if<Say>(&step)) {
    const std::uint64_t before = step_sent_;
    done = send(say->bytes.data() + step_sent_, say->bytes.size() - step_sent_, step_sent_);
    if (say->is_body && script_.on_body_sent) script_.on_body_sent(step_sent_ - before);
  } else if (const auto* file = std::get_if<SayFile>(&step)) {
    std::array<char, piece_size> bytes{};
    while (done && step_sent_ < file->size) {
      const std::size_t wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), file->size - step_sent_));
      const ssize_t got = ::pread(file->file->get(), bytes.data(), wanted,
                                  file->offset + static_cast<off_t>(step_sent_));
      if (got <= 0) {
        close(true);
        return false;
      }
      const std::uint64_t before = step_sent_;
      done = send(bytes.data(), static_cast<std::size_t>(got), step_sent_);
      if (script_.on_body_sent) script_.on_body_sent(step_sent_ - before);
    }
  } else if (const auto* repeat = std::get_if<SayRepeatedly>(&step)) {
    while (done && step_sent_ / repeat->bytes.size() < repeat->times) {
      const std::size_t within = static_cast<std::size_t>(step_sent_ % repeat->bytes.size());
      done = send(repeat->bytes.data() + within, repeat->bytes.size() - within, step_sent_);
    }
  } else if (auto* live = std::get_if<SayLive>(&step)) {
    while (done && !(live->is_over && step_sent_ == live->said.size())) {
      if (step_sent_ == live->said.size()) {
        live->said.clear();
        step_sent_ = 0;
        live->is_over = !live->more(live->said);
        if (live->said.empty() && !live->is_over) {
          wait_readable();  // who listens may give up meanwhile
          wait_time(live->every);
          return false;
        }
      }
      done = send(live->said.data() + step_sent_, live->said.size() - step_sent_, step_sent_);
    }
  } else if (const auto* wait = std::get_if<Wait>(&step)) {
    ++step_;
    if (wait->time.count() <= 0) return true;
    wait_time(wait->time);
    return false;
  } else if (const auto* rate = std::get_if<SetRate>(&step)) {
    rate_ = rate->bytes_per_second;
    rate_from_us_ = g_get_monotonic_time();
    rate_sent_ = 0;
  } else if (std::holds_alternative<Hold>(step)) {
    phase_ = Phase::holding;
    wait_readable();
    wait_time(hold_limit);
    return false;
  } else {
    close(true);
    return false;
  }
  if (!done) return false;
  ++step_;
  step_sent_ = 0;
  return true;
}

// How much of `wanted` the rate allows now; 0 = nothing yet.
std::size_t Connection::allowance(std::size_t wanted) {
  if (rate_ == 0) return wanted;
  const auto elapsed = static_cast<std::uint64_t>(g_get_monotonic_time() - rate_from_us_);
  // Ten milliseconds ahead, so that a high rate does not need a wake-up for every packet.
  const std::uint64_t due = (elapsed + 10000) * rate_ / G_USEC_PER_SEC;
  if (due <= rate_sent_) return 0;
  // Not fewer than five milliseconds' worth, of what is left: a machine that takes 50 us to send
  // would otherwise always be allowed some bytes more, and no other connection had its turn.
  const std::uint64_t fewest = std::clamp<std::uint64_t>(rate_ / 200, 1, wanted);
  if (due - rate_sent_ < fewest) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, due - rate_sent_));
}

// Writes all, or as much as goes now and arranges for the rest. Adds to `sent_of_step`.
bool Connection::send(const char* bytes, std::size_t size, std::uint64_t& sent_of_step) {
  GPollableOutputStream* output =
      G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream_.get()));
  while (size > 0) {
    const std::size_t now = allowance(size);
    if (now == 0) {
      const auto gap = static_cast<std::int64_t>(1000 / std::max<std::uint64_t>(1, rate_));
      wait_time(std::chrono::milliseconds(std::clamp<std::int64_t>(gap, 5, 1000)));
      return false;
    }
    GErrorPtr error;
    const gssize count =
        g_pollable_output_stream_write_nonblocking(output, bytes, now, nullptr, error.out());
    const Io result = outcome(count, error);
    if (result == Io::would_block) {
      wait_writable();
      return false;
    }
    if (result == Io::ended) {
      close(false);
      return false;
    }
    bytes += count;
    size -= static_cast<std::size_t>(count);
    sent_of_step += static_cast<std::uint64_t>(count);
    rate_sent_ += static_cast<std::uint64_t>(count);
  }
  return true;
}

void Connection::close(bool with_reset) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  stop_waiting();
  if (with_reset) {
    const linger now{1, 0};
    ::setsockopt(g_socket_get_fd(socket_.get()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    g_socket_close(socket_.get(), nullptr);
  } else {
    g_io_stream_close(stream_.get(), nullptr, nullptr);
  }
  // The script goes with this object: a step of it may be what found the other side gone.
  on_closed_(this);
}

void Connection::stop_waiting() {
  for (Ref<GSource>* source : {&io_source_, &time_source_})
    if (*source) {
      g_source_destroy(source->get());
      source->reset();
    }
}

void Connection::wait_readable() {
  if (io_source_) g_source_destroy(io_source_.get());
  io_source_ = Ref<GSource>::adopt(g_pollable_input_stream_create_source(
      G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stream_.get())), nullptr));
  // GIO wants a function of another signature here than the type says.
  g_source_set_callback(io_source_.get(),
                        reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_readable)),
                        this, nullptr);
  g_source_attach(io_source_.get(), nullptr);
}

void Connection::wait_writable() {
  if (io_source_) g_source_destroy(io_source_.get());
  io_source_ = Ref<GSource>::adopt(g_pollable_output_stream_create_source(
      G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream_.get())), nullptr));
  g_source_set_callback(io_source_.get(),
                        reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_writable)),
                        this, nullptr);
  g_source_attach(io_source_.get(), nullptr);
}

void Connection::wait_time(std::chrono::milliseconds time) {
  if (time_source_) g_source_destroy(time_source_.get());
  time_source_ = Ref<GSource>::adopt(g_timeout_source_new(static_cast<guint>(time.count())));
  g_source_set_callback(time_source_.get(), on_time, this, nullptr);
  g_source_attach(time_source_.get(), nullptr);
}

gboolean Connection::on_readable(GPollableInputStream*, gpointer data) {
  const std::shared_ptr<Connection> self = static_cast<Connection*>(data)->shared_from_this();
  self->io_source_.reset();
  self->read();
  return G_SOURCE_REMOVE;
}

gboolean Connection::on_writable(GPollableOutputStream*, gpointer data) {
  const std::shared_ptr<Connection> self = static_cast<Connection*>(data)->shared_from_this();
  self->io_source_.reset();
  self->run();
  return G_SOURCE_REMOVE;
}

gboolean Connection::on_time(gpointer data) {
  const std::shared_ptr<Connection> self = static_cast<Connection*>(data)->shared_from_this();
  self->time_source_.reset();
  if (self->phase_ == Phase::sending)
    self->run();
  else
    self->close(false);
  return G_SOURCE_REMOVE;
}

}  // namespace prompt::rehearsal
