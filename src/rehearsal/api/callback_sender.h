// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Tells a task's callback URL that the task has ended. Only URLs on this machine are really called:
// a rehearsal must not knock at anybody's door. On the main loop's thread.
#pragma once

#include <libsoup/soup.h>

#include <string>

#include "base/ref.h"
#include "json/value.h"
#include "rehearsal/request_log.h"
#include "rehearsal/stats.h"

namespace prompt::rehearsal {

class CallbackSender {
 public:
  CallbackSender(Stats& stats, RequestLog& log);
  CallbackSender(const CallbackSender&) = delete;
  CallbackSender& operator=(const CallbackSender&) = delete;
  ~CallbackSender();

  /// Posts once; what becomes of it is counted and logged.
  void post(const std::string& url, const json::Value& body);
  [[nodiscard]] bool is_busy() const { return under_way_ > 0; }

 private:
  struct Call {
    CallbackSender* callbacks;
    Ref<SoupMessage> message;
  };
  static void on_done(GObject* source, GAsyncResult* result, gpointer data);
  void log(const std::string& url, int status, const char* result);

  Stats& stats_;
  RequestLog& log_;
  Ref<SoupSession> session_;
  int under_way_ = 0;
};

}  // namespace prompt::rehearsal
