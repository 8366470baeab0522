// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/net/port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <utility>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

// Well below the usual limit of descriptors: a server that runs out of them fails in ways that look
// like the fault under test.
constexpr std::size_t max_connections = 400;

}  // namespace

Port::Port(Ref<GTlsCertificate> certificate, RequestHandler handler)
    : certificate_(std::move(certificate)),
      handler_(std::move(handler)),
      service_(Ref<GSocketService>::adopt(g_socket_service_new())) {}

Port::~Port() {
  g_signal_handlers_disconnect_by_data(service_.get(), this);
  g_socket_service_stop(service_.get());
  g_socket_listener_close(G_SOCKET_LISTENER(service_.get()));
}

Result<std::unique_ptr<Port>> Port::open(std::uint16_t port, Ref<GTlsCertificate> certificate,
                                         RequestHandler handler) {
  std::unique_ptr<Port> listener(new Port(std::move(certificate), std::move(handler)));
  const Ref<GInetAddress> loopback =
      Ref<GInetAddress>::adopt(g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4));
  const Ref<GSocketAddress> wanted =
      Ref<GSocketAddress>::adopt(g_inet_socket_address_new(loopback.get(), port));
  GSocketAddress* effective = nullptr;
  GErrorPtr error;
  if (g_socket_listener_add_address(G_SOCKET_LISTENER(listener->service_.get()), wanted.get(),
                                    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr,
                                    &effective, error.out()) == 0)
    return fail(ErrorKind::settings,
                format("Port %d of 127.0.0.1 could not be opened: %s.", port, error->message));
  const Ref<GSocketAddress> owned = Ref<GSocketAddress>::adopt(effective);
  listener->port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(owned.get()));
  g_signal_connect(listener->service_.get(), "incoming", G_CALLBACK(on_incoming), listener.get());
  return listener;
}

std::string Port::origin() const {
  return format("%s://127.0.0.1:%d", certificate_ ? "https" : "http", port_);
}

void Port::accept(GSocketConnection* connection) {
  ++accepted_;
  Ref<GIOStream> stream = Ref<GIOStream>::share(G_IO_STREAM(connection));
  if (certificate_) {
    GErrorPtr error;
    GIOStream* tls =
        g_tls_server_connection_new(G_IO_STREAM(connection), certificate_.get(), error.out());
    if (tls == nullptr) {
      g_printerr("gst-prompt-rehearsal: TLS could not be begun: %s\n", error->message);
      return;
    }
    stream = Ref<GIOStream>::adopt(tls);
  }
  GSocket* socket = g_socket_connection_get_socket(connection);
  // Small replies are written in two pieces; waiting for an acknowledgement between them costs 40
  // ms.
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  auto made = std::make_shared<Connection>(std::move(stream), Ref<GSocket>::share(socket), handler_,
                                           [this](Connection* closed) {
                                             connections_.erase(closed);
                                             if (connections_.size() < max_connections)
                                               g_socket_service_start(service_.get());
                                           });
  connections_.emplace(made.get(), made);
  if (connections_.size() >= max_connections) g_socket_service_stop(service_.get());
  made->start();
}

gboolean Port::on_incoming(GSocketService*, GSocketConnection* connection, GObject*,
                           gpointer data) {
  static_cast<Port*>(data)->accept(connection);
  return 1;
}

}  // namespace prompt::rehearsal
