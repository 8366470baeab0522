// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/session.h"

#include "base/text.h"
#include "http/soup.h"
#include "http/transport_error.h"

namespace prompt::http {
namespace {

// One exchange at a time needs one connection; the rest is for those that were kept. libsoup's
// default of two to a host makes a third request wait for ever, deaf to timeouts and cancellation.
constexpr int max_connections = 64;
constexpr unsigned idle_timeout_seconds = 30;
// Only a backstop behind the watchdog, for calls that know no cancellation (closing a connection);
// longer than any of its deadlines, or it would end a submit that is still being answered.
constexpr unsigned socket_timeout_seconds = 180;

Ref<SoupSession> make_session(const std::string& user_agent) {
  auto session = Ref<SoupSession>::adopt(soup().session_new_with_options(
      "max-conns", max_connections, "max-conns-per-host", max_connections, "idle-timeout",
      idle_timeout_seconds, "timeout", socket_timeout_seconds, "user-agent", user_agent.c_str(),
      nullptr));
  soup().session_remove_feature_by_type(session.get(), soup().auth_manager_get_type());
  soup().session_remove_feature_by_type(session.get(), soup().content_decoder_get_type());
  return session;
}

Result<Ref<GTlsDatabase>> load_authorities(const std::string& file) {
  GErrorPtr error;
  auto database = Ref<GTlsDatabase>::adopt(g_tls_file_database_new(file.c_str(), error.out()));
  if (!database)
    return fail(ErrorKind::settings,
                format("The file of certificate authorities '%s' cannot be read: %s.", file.c_str(),
                       error ? error->message : "unknown reason"));
  return database;
}

}  // namespace

Client::Session::Session(Loop& the_loop, const std::string& user_agent, const std::string& ca_file)
    : loop(the_loop), context(Ref<GMainContext>::adopt(g_main_context_new())) {
  g_main_context_push_thread_default(context.get());
  proxied = make_session(user_agent);
  direct = make_session(user_agent);
  soup().session_set_proxy_resolver(direct.get(), nullptr);
  g_main_context_pop_thread_default(context.get());

  tls = check_tls_available();
  if (!tls || ca_file.empty()) return;
  Result<Ref<GTlsDatabase>> authorities = load_authorities(ca_file);
  if (!authorities) {
    tls = fail(authorities.error());
    return;
  }
  soup().session_set_tls_database(proxied.get(), authorities->get());
  soup().session_set_tls_database(direct.get(), authorities->get());
}

Client::Session::~Session() {
  g_main_context_push_thread_default(context.get());
  direct.reset();
  proxied.reset();
  g_main_context_pop_thread_default(context.get());
}

}  // namespace prompt::http
