// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All parts together: the API's port, the media's port, and a third one (the canary) that nobody
// has any business to visit. On the main loop's thread.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "rehearsal/api/api_server.h"
#include "rehearsal/api/callback_sender.h"
#include "rehearsal/media/media_server.h"
#include "rehearsal/net/port.h"
#include "rehearsal/workspace.h"

namespace prompt::rehearsal {

class Server {
 public:
  /// Opens ports and folder, and goes on with the tasks of an earlier run. Errors: settings,
  /// storage, busy.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Options& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  /// The line of JSON that says where it is, with its newline.
  [[nodiscard]] std::string line() const;
  /// Seconds since anybody asked for anything, 0 while something is under way.
  [[nodiscard]] double idle_seconds() const;

 private:
  Server(const Options& options, Workspace workspace, RequestLog log);
  [[nodiscard]] Result<void> open_ports();
  [[nodiscard]] json::Value stats_page() const;
  [[nodiscard]] Script on_canary(const HttpRequest& request);

  Options options_;
  Workspace workspace_;
  RequestLog log_;
  Stats stats_;
  Faults faults_;
  Account account_;
  RenderQueue renders_;
  CallbackSender callbacks_;
  TaskStore tasks_;
  MediaServer media_;
  Core core_;
  ApiServer api_;
  std::uint64_t canary_requests_ = 0;
  std::int64_t last_request_us_;
  std::unique_ptr<Port> api_port_;
  std::unique_ptr<Port> media_port_;
  std::unique_ptr<Port> canary_port_;
};

}  // namespace prompt::rehearsal
