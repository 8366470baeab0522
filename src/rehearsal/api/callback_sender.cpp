// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/api/callback_sender.h"

#include <memory>

#include "base/text.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

constexpr guint timeout_seconds = 10;

bool is_loopback(const std::string& url) {
  const Ref<GUri> uri = Ref<GUri>::adopt(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, nullptr));
  const char* host = uri ? g_uri_get_host(uri.get()) : nullptr;
  if (host == nullptr) return false;
  if (g_ascii_strcasecmp(host, "localhost") == 0) return true;
  const Ref<GInetAddress> address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host));
  return address && g_inet_address_get_is_loopback(address.get()) != 0;
}

}  // namespace

CallbackSender::CallbackSender(Stats& stats, RequestLog& log)
    : stats_(stats),
      log_(log),
      session_(Ref<SoupSession>::adopt(
          soup_session_new_with_options("timeout", timeout_seconds, nullptr))) {}

CallbackSender::~CallbackSender() { soup_session_abort(session_.get()); }

void CallbackSender::post(const std::string& url, const json::Value& body) {
  if (!is_loopback(url)) {
    ++stats_.callbacks_refused;
    return log(url, 0, "refused: not on this machine");
  }
  auto call = std::make_unique<Call>();
  call->callbacks = this;
  call->message = Ref<SoupMessage>::adopt(soup_message_new("POST", url.c_str()));
  if (!call->message) {
    ++stats_.callbacks_refused;
    return log(url, 0, "refused: no URL");
  }
  soup_message_add_flags(call->message.get(), SOUP_MESSAGE_NO_REDIRECT);
  const std::string text = json::write(body);
  const Ref<GBytes> bytes = Ref<GBytes>::adopt(g_bytes_new(text.data(), text.size()));
  soup_message_set_request_body_from_bytes(call->message.get(), "application/json", bytes.get());
  ++stats_.callbacks_sent;
  ++under_way_;
  SoupMessage* message = call->message.get();
  soup_session_send_and_read_async(session_.get(), message, G_PRIORITY_DEFAULT, nullptr, on_done,
                                   call.release());
}

void CallbackSender::log(const std::string& url, int status, const char* result) {
  json::Object line;
  line.set("origin", json::Value("callback"));
  line.set("url", json::Value(url_without_query(url)));
  line.set("status", json::Value(status));
  line.set("result", json::Value(result));
  log_.note(std::move(line));
}

void CallbackSender::on_done(GObject* source, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Call> call(static_cast<Call*>(data));
  CallbackSender& self = *call->callbacks;
  GErrorPtr error;
  const Ref<GBytes> reply = Ref<GBytes>::adopt(
      soup_session_send_and_read_finish(SOUP_SESSION(source), result, error.out()));
  --self.under_way_;
  const OwnedString url(g_uri_to_string(soup_message_get_uri(call->message.get())));
  const int status = static_cast<int>(soup_message_get_status(call->message.get()));
  if (!error && status >= 200 && status < 300) ++self.stats_.callbacks_delivered;
  self.log(url.get(), status, error ? error->message : "posted");
}

}  // namespace prompt::rehearsal
