// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/listener.h"

#include <array>
#include <list>
#include <optional>
#include <utility>

#include "base/fork_gate.h"
#include "base/log.h"
#include "base/text.h"
#include "http/message.h"
#include "http/socket_watch.h"

namespace prompt::http {
namespace {

constexpr int backlog = 64;
/// After that the descriptors have perhaps come back.
constexpr std::chrono::seconds pause_without_descriptors{1};
const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Bad Request";
  }
}

struct Place {
  Ref<GInetAddress> address;
  guint16 port = 0;
};

Result<Place> parse_place(const std::string& where, std::string_view what) {
  const std::size_t colon = where.rfind(':');
  std::string host = colon == std::string::npos ? "127.0.0.1" : where.substr(0, colon);
  const std::string port = where.substr(colon == std::string::npos ? 0 : colon + 1);
  if (host == "localhost") host = "127.0.0.1";
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  Place place;
  const std::optional<std::uint64_t> number = parse_decimal(port);
  const bool is_plain_v6 = !is_bracketed && host.find(':') != std::string::npos;
  if (!is_plain_v6)
    place.address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  if (!place.address || !number || *number > 65535)
    return fail(ErrorKind::settings,
                format("%.*s '%s' is no address to listen at; write one such as 127.0.0.1:8099.",
                       static_cast<int>(what.size()), what.data(), show_safely(where).c_str()));
  place.port = static_cast<guint16>(*number);
  return place;
}

std::string address_of(GSocket* socket) {
  const auto address = Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket, nullptr));
  auto* const inet = G_INET_SOCKET_ADDRESS(address.get());
  GInetAddress* const host = g_inet_socket_address_get_address(inet);
  const OwnedString text(g_inet_address_to_string(host));
  const bool is_v6 = g_inet_address_get_family(host) == G_SOCKET_FAMILY_IPV6;
  return format(is_v6 ? "[%s]:%u" : "%s:%u", text.get(),
                static_cast<unsigned>(g_inet_socket_address_get_port(inet)));
}

}  // namespace

// The listening socket and its connections. Loop thread.
class Listener::State : public std::enable_shared_from_this<Listener::State> {
 public:
  State(Loop& loop, Ref<GSocket> socket, Handler handler, Limits limits)
      : loop_(loop), socket_(std::move(socket)), handler_(std::move(handler)), limits_(limits) {
    no_childs_.emplace(g_socket_get_fd(socket_.get()));
  }

  void start() {
    watch_.start(
        loop_, socket_.get(),
        [](GSocket*, GIOCondition, gpointer self) -> gboolean {
          return static_cast<State*>(self)->accept() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        },
        this);
  }

  void stop() {
    pause_.cancel();
    watch_.stop();
    connections_.clear();
    no_childs_.reset();
    g_socket_close(socket_.get(), nullptr);
  }

 private:
  struct Connection {
    Connection(State& its_owner, Ref<GSocket> its_socket)
        : owner(its_owner), socket(std::move(its_socket)), reader(its_owner.limits_.request) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
      watch.stop();
      g_socket_close(socket.get(), nullptr);
    }

    State& owner;
    Ref<GSocket> socket;
    RequestReader reader;
    SocketWatch watch;
    Timer deadline;
    bool is_wanted = false;    // the target is known
    bool is_answered = false;  // only what still comes is read away
    std::size_t read_away = 0;
    std::list<Connection>::iterator place;
  };

  bool accept() {
    GErrorPtr error;
    Ref<GSocket> socket = Ref<GSocket>::adopt(g_socket_accept(socket_.get(), nullptr, error.out()));
    if (!socket) {
      const bool is_theirs =
          g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) != 0 ||
          g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
      if (is_theirs) return true;
      // The socket stays readable: without a pause this would be called for ever.
      log({LogCategory::http, LogLevel::warning}, "callbacks: a connection could not be taken: %s",
          error->message);
      pause_ = loop_.after(pause_without_descriptors, [this] { start(); });
      return false;
    }
    g_socket_set_blocking(socket.get(), FALSE);
    if (connections_.size() >= limits_.connections) connections_.pop_front();
    Connection& connection = connections_.emplace_back(*this, std::move(socket));
    connection.place = std::prev(connections_.end());
    connection.deadline = loop_.after(limits_.read_time, [this, &connection] { drop(connection); });
    connection.watch.start(
        loop_, connection.socket.get(),
        [](GSocket*, GIOCondition, gpointer data) -> gboolean {
          auto* const self = static_cast<Connection*>(data);
          return self->owner.read(*self) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        },
        &connection);
    return true;
  }

  void drop(Connection& connection) { connections_.erase(connection.place); }

  // False: the connection is gone.
  bool read(Connection& connection) {
    std::array<char, 8192> buffer{};
    GErrorPtr error;
    const gssize size = g_socket_receive(connection.socket.get(), buffer.data(), buffer.size(),
                                         nullptr, error.out());
    if (size < 0 && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) != 0)
      return true;
    if (size <= 0) return drop(connection), false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    if (connection.is_answered) {
      // Closing with bytes unread would reset the connection under the answer.
      connection.read_away += bytes.size();
      if (connection.read_away > limits_.request.body_bytes) return drop(connection), false;
      return true;
    }
    return take(connection, bytes);
  }

  bool take(Connection& connection, std::string_view bytes) {
    RequestReader& reader = connection.reader;
    const RequestReader::State before = reader.state();
    const RequestReader::State now = reader.feed(bytes);
    if (now == RequestReader::State::refused) return answer(connection, reader.refusal());
    if (now == RequestReader::State::head) return true;
    if (before == RequestReader::State::head) {
      connection.is_wanted = reader.method() == "POST" && handler_.is_known(reader.target());
      if (!connection.is_wanted) return answer(connection, 404);
      if (now == RequestReader::State::body && reader.expects_continue() &&
          !send(connection, "HTTP/1.1 100 Continue\r\n\r\n"))
        return drop(connection), false;
    }
    if (now != RequestReader::State::complete) return true;
    const std::string target = reader.target();
    const std::string body = reader.body();
    const bool is_open = answer(connection, 200);
    handler_.receive(target, body);
    return is_open;
  }

  bool answer(Connection& connection, int status) {
    connection.is_answered = true;
    connection.reader = RequestReader(limits_.request);
    const std::string head =
        format("HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status,
               reason_of(status));
    if (!send(connection, head)) return drop(connection), false;
    g_socket_shutdown(connection.socket.get(), FALSE, TRUE, nullptr);
    return true;
  }

  // What is this short goes into the socket's buffer at once, or not at all.
  static bool send(Connection& connection, std::string_view text) {
    return g_socket_send(connection.socket.get(), text.data(), text.size(), nullptr, nullptr) ==
           static_cast<gssize>(text.size());
  }

  Loop& loop_;
  Ref<GSocket> socket_;
  std::optional<ParentsDescriptor> no_childs_;  // who calls would wait there for an answer in vain
  Handler handler_;
  Limits limits_;
  SocketWatch watch_;
  Timer pause_;
  std::list<Connection> connections_;  // oldest first
};

Result<void> Listener::check(const std::string& where, std::string_view what) {
  const Result<Place> place = parse_place(where, what);
  if (!place) return fail(place.error());
  return {};
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const std::string& where,
                                                 Handler handler, Limits limits,
                                                 std::string_view what) {
  Result<Place> place = parse_place(where, what);
  if (!place) return fail(std::move(place.error()));
  GErrorPtr error;
  Ref<GSocket> socket =
      Ref<GSocket>::adopt(g_socket_new(g_inet_address_get_family(place->address.get()),
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error.out()));
  const auto address =
      Ref<GSocketAddress>::adopt(g_inet_socket_address_new(place->address.get(), place->port));
  if (socket) {
    g_socket_set_blocking(socket.get(), FALSE);
    g_socket_set_listen_backlog(socket.get(), backlog);
  }
  if (!socket || g_socket_bind(socket.get(), address.get(), TRUE, error.out()) == 0 ||
      g_socket_listen(socket.get(), error.out()) == 0)
    return fail(ErrorKind::settings,
                format("%.*s '%s' cannot be listened at: %s.", static_cast<int>(what.size()),
                       what.data(), show_safely(where).c_str(), error->message));
  std::string bound = address_of(socket.get());
  auto state = std::make_shared<State>(loop, std::move(socket), std::move(handler), limits);
  loop.post([state] { state->start(); });
  return std::unique_ptr<Listener>(new Listener(loop, std::move(state), std::move(bound)));
}

Listener::Listener(Loop& loop, std::shared_ptr<State> state, std::string address)
    : loop_(loop), state_(std::move(state)), address_(std::move(address)) {}

Listener::~Listener() {
  if (loop_.is_loop_thread())
    state_->stop();
  else
    loop_.post([state = std::move(state_)] { state->stop(); });
}

}  // namespace prompt::http
