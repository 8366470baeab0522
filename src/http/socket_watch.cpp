// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/socket_watch.h"

namespace prompt::http {
namespace {

constexpr int low_priority = G_PRIORITY_DEFAULT + 10;

}  // namespace

void SocketWatch::start(Loop& loop, GSocket* socket, Call call, gpointer data) {
  stop();
  source_ = Ref<GSource>::adopt(g_socket_create_source(socket, G_IO_IN, nullptr));
  g_source_set_priority(source_.get(), low_priority);
  // As G_SOURCE_FUNC() does it: the source knows the call's real type.
  const auto untyped = reinterpret_cast<void (*)()>(call);
  g_source_set_callback(source_.get(), reinterpret_cast<GSourceFunc>(untyped), data, nullptr);
  g_source_attach(source_.get(), loop.context());
}

void SocketWatch::stop() {
  if (source_) g_source_destroy(source_.get());
  source_ = {};
}

}  // namespace prompt::http
