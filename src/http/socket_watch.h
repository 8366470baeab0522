// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Calls when a socket can be read (or a connection be taken). Belongs to its owner, who lives on
// the loop thread and makes, starts and destroys it there.
#pragma once

#include "base/ref.h"
#include "http/loop.h"

namespace prompt::http {

class SocketWatch {
 public:
  using Call = gboolean (*)(GSocket*, GIOCondition, gpointer);

  SocketWatch() = default;
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;
  ~SocketWatch() { stop(); }

  /// `call` says whether to go on (G_SOURCE_CONTINUE). It comes after whatever else the loop has to
  /// do.
  void start(Loop& loop, GSocket* socket, Call call, gpointer data);
  void stop();

 private:
  Ref<GSource> source_;
};

}  // namespace prompt::http
