// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A port on 127.0.0.1 and its connections. Never on another address: this server obeys everybody.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "rehearsal/net/connection.h"

namespace prompt::rehearsal {

class Port {
 public:
  /// Opens `port` (0 = a free one). `certificate`, if given, makes it speak TLS. Error: settings.
  [[nodiscard]] static Result<std::unique_ptr<Port>> open(std::uint16_t port,
                                                          Ref<GTlsCertificate> certificate,
                                                          RequestHandler handler);
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  ~Port();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT", or https.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::size_t connection_count() const { return connections_.size(); }
  /// How many connections there have been.
  [[nodiscard]] std::uint64_t accepted_count() const { return accepted_; }

 private:
  Port(Ref<GTlsCertificate> certificate, RequestHandler handler);
  void accept(GSocketConnection* connection);
  static gboolean on_incoming(GSocketService* service, GSocketConnection* connection,
                              GObject* source, gpointer data);

  Ref<GTlsCertificate> certificate_;
  RequestHandler handler_;
  Ref<GSocketService> service_;
  std::uint16_t port_ = 0;
  std::uint64_t accepted_ = 0;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
};

}  // namespace prompt::rehearsal
