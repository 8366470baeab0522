// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The way to the server: names, addresses, connections, TLS, proxies. Whatever fails here has sent
// nothing. Names that end in .test are tests/support/fake_network.cpp's.
#include "fixture.h"

#include <unistd.h>

namespace prompt::http::test {
namespace {

ExchangeError unreachable(Rig& rig, const std::string& url, bool retriable,
                          const ExchangeOptions& options = calm()) {
  const ExchangeResult result = rig.client.exchange(post(url), options, Cancel());
  const ExchangeError& failure = assert_failed(result, ErrorKind::network, false);
  fail_unless(failure.error.retriable == retriable, "retriable is %d: %s",
              static_cast<int>(failure.error.retriable), failure.error.message.c_str());
  return failure;
}

void assert_connect_deadline(Rig& rig, const std::string& url) {
  ExchangeOptions options = calm();
  options.connect_deadline = std::chrono::milliseconds(600);
  const gint64 start = g_get_monotonic_time();
  assert_message(unreachable(rig, url, true, options), "could not be connected to within 0.6 s");
  fail_unless(g_get_monotonic_time() - start < promptly_us);
}

GST_START_TEST(test_names) {
  Rig rig;
  assert_message(unreachable(rig, "http://nowhere.test:81/?hidden", true), "nowhere.test:81");
  assert_message(unreachable(rig, "http://again.test/", true), "at the moment");
  assert_status(rig.client.exchange(get(server->url("/ok", "http", "api.test")), calm(), Cancel()),
                200);
}
GST_END_TEST;

GST_START_TEST(test_hanging_lookup_ends_at_the_connect_deadline) {
  Rig rig;
  assert_connect_deadline(rig, "http://hang.test/");
}
GST_END_TEST;

GST_START_TEST(test_refused_and_dropped_connections) {
  Rig rig;
  const auto listener = Ref<GSocketListener>::adopt(g_socket_listener_new());
  const unsigned free_port = g_socket_listener_add_any_inet_port(listener.get(), nullptr, nullptr);
  g_socket_listener_close(listener.get());
  assert_message(unreachable(rig, "http://127.0.0.1:" + std::to_string(free_port) + "/", true),
                 "refuses connections");
  assert_connect_deadline(rig, server->url("/", "black-hole"));
}
GST_END_TEST;

GST_START_TEST(test_connection_closed_before_tls) {
  Rig rig(server->ca_file());
  for (const char* listener : {"close", "reset"}) {
    const std::string url = "https://127.0.0.1:" + std::to_string(process().port(listener)) + "/";
    unreachable(rig, url, true);
    fail_unless(process().connections(listener) >= 1);
  }
}
GST_END_TEST;

GST_START_TEST(test_silent_tls_server_ends_at_the_connect_deadline) {
  Rig rig(server->ca_file());
  const std::string url = "https://127.0.0.1:" + std::to_string(process().port("silent")) + "/";
  assert_connect_deadline(rig, url);
  fail_unless(process().connections("silent") == 1);
}
GST_END_TEST;

GST_START_TEST(test_plain_server_on_a_tls_port) {
  Rig rig(server->ca_file());
  const std::string url = "https://127.0.0.1:" + std::to_string(process().port("http")) + "/ok";
  // It waits for the end of a header, which TLS never sends.
  assert_connect_deadline(rig, url);
  fail_unless(process().count("/ok") == 0);
}
GST_END_TEST;

GST_START_TEST(test_good_certificate_and_http_1) {
  Rig rig(server->ca_file());
  assert_status(rig.client.exchange(post(server->url("/echo", "tls-good")), calm(), Cancel()), 200);
  // The server prefers HTTP/2 and would have chosen it, had it been offered.
  assert_count("/echo", 1);
  assert_text(process().requests().at(0).alpn, "http/1.1");
}
GST_END_TEST;

GST_START_TEST(test_server_that_speaks_http_2_only) {
  Rig rig(server->ca_file());
  const ExchangeResult result =
      rig.client.exchange(post(server->url("/ok", "tls-h2")), calm(), Cancel());
  // OpenSSL goes on without a protocol; ours then speaks HTTP/1.1 or fails, but never HTTP/2.
  if (!result) assert_failed(result, ErrorKind::network, false);
  for (const prompt::test::LoggedRequest& request : process().requests())
    fail_unless(request.alpn != "h2");
}
GST_END_TEST;

GST_START_TEST(test_certificates_that_are_not_accepted) {
  Rig rig(server->ca_file());
  const struct {
    const char* listener;
    const char* message;
  } cases[] = {{"tls-self-signed", "unknown authority"},
               {"tls-wrong-name", "made out for another name"},
               {"tls-expired", "computer's clock"}};
  for (const auto& bad : cases) {
    process().clear_log();
    const ExchangeError failure = unreachable(rig, server->url("/echo", bad.listener), false);
    assert_message(failure, bad.message);
    assert_message(failure, "Nothing was sent");
    fail_unless(process().connections(bad.listener) == 1 && process().requests().empty());
  }
  // By another name, as GLib resumes TLS sessions of this process without looking again.
  Rig with_system_authorities;
  const std::string other_name = server->url("/echo", "tls-good", "localhost");
  assert_message(unreachable(with_system_authorities, other_name, false), "unknown authority");
}
GST_END_TEST;

GST_START_TEST(test_unreadable_authorities_stop_https_only) {
  Rig rig("/nonexistent/ca.pem");
  const ExchangeResult result =
      rig.client.exchange(get(server->url("/ok", "tls-good")), calm(), Cancel());
  assert_message(assert_failed(result, ErrorKind::settings, false), "/nonexistent/ca.pem");
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  fail_unless(process().connections() == 1);
}
GST_END_TEST;

GST_START_TEST(test_authorities_by_a_relative_path) {
  const OwnedString old(g_get_current_dir());
  const OwnedString folder(g_path_get_dirname(server->ca_file().c_str()));
  fail_unless(chdir(folder.get()) == 0);
  Rig rig("ca.crt");
  fail_unless(chdir(old.get()) == 0);
  assert_status(rig.client.exchange(get(server->url("/ok", "tls-good")), calm(), Cancel()), 200);
}
GST_END_TEST;

GST_START_TEST(test_private_addresses_are_not_connected_to) {
  Rig rig(server->ca_file());
  ExchangeOptions options = calm();
  options.refuse_private_addresses = true;
  // By number, by a name from the hosts file, and by a public name that points inside.
  for (const char* host : {"127.0.0.1", "localhost", "api.test"})
    for (const char* listener : {"http", "tls-good"}) {
      const ExchangeResult result =
          rig.client.exchange(post(server->url("/ok", listener, host)), options, Cancel());
      const ExchangeError& failure = assert_failed(result, ErrorKind::malformed, false);
      assert_message(failure, " is at the private address ");
      assert_message(failure, host);
      fail_unless(!failure.error.retriable);
    }
  // Neither is a connection used that was made when it did not matter.
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  const ExchangeResult kept = rig.client.exchange(get(server->url("/ok")), options, Cancel());
  assert_failed(kept, ErrorKind::malformed, false);
  assert_count("/ok", 1);
  fail_unless(process().connections() == 1, "%d connections", process().connections());
}
GST_END_TEST;

// Whether this machine's GLib takes proxies from the environment (its modules decide).
bool has_proxy_from_environment() {
  char** proxies =
      g_proxy_resolver_lookup(g_proxy_resolver_get_default(), "http://api.test/", nullptr, nullptr);
  const bool has =
      proxies != nullptr && g_strv_length(proxies) > 0 && !g_str_has_prefix(proxies[0], "direct");
  g_strfreev(proxies);
  return has;
}

struct ProxyEnvironment {
  ProxyEnvironment() {
    const std::string proxy = "http://127.0.0.1:" + std::to_string(process().port("other"));
    for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"})
      g_setenv(name, proxy.c_str(), TRUE);
    for (const char* name : {"no_proxy", "NO_PROXY"}) g_unsetenv(name);
  }
  ~ProxyEnvironment() {
    for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"})
      g_unsetenv(name);
  }
};

GST_START_TEST(test_key_is_not_shown_to_a_proxy) {
  const ProxyEnvironment proxy;
  if (!has_proxy_from_environment()) return;
  Rig rig(server->ca_file());
  // Without a key the proxy is used...
  const ExchangeResult plain = rig.client.exchange(get("http://api.test/ok"), calm(), Cancel());
  assert_status(plain, 200);
  assert_text(plain->body, "from the proxy");
  // ...with one it is not asked.
  process().clear_log();
  const ExchangeResult secret =
      rig.client.exchange(post("http://api.test/ok?hidden"), calm(), Cancel());
  assert_message(assert_failed(secret, ErrorKind::settings, false), "proxy");
  fail_unless(process().connections() == 0 && process().requests().empty());
  // In a tunnel the proxy sees the host only, and the protocol stays HTTP/1.1.
  assert_status(rig.client.exchange(post("https://api.test/echo"), calm(), Cancel()), 200);
  assert_count("/echo", 1);
  for (const prompt::test::LoggedRequest& request : process().requests())
    if (request.method == "CONNECT") {
      fail_unless(request.headers.count("authorization") == 0);
    } else {
      assert_text(request.headers.at("authorization"), "Bearer sk-canary-0123456789");
      assert_text(request.alpn, "http/1.1");
    }
  fail_unless(process().requests().size() == 2);
}
GST_END_TEST;

GST_START_TEST(test_private_address_of_a_proxy_is_fine) {
  const ProxyEnvironment proxy;
  if (!has_proxy_from_environment()) return;
  Rig rig(server->ca_file());
  ExchangeOptions options = calm();
  options.refuse_private_addresses = true;
  assert_status(rig.client.exchange(get("https://api.test/ok"), options, Cancel()), 200);
  assert_count("/ok", 1);
}
GST_END_TEST;

GST_START_TEST(test_loopback_is_never_asked_for_through_a_proxy) {
  const ProxyEnvironment proxy;
  Rig rig;
  assert_status(rig.client.exchange(post(server->url("/echo")), calm(), Cancel()), 200);
  assert_status(
      rig.client.exchange(post(server->url("/echo", "http", "localhost")), calm(), Cancel()), 200);
  assert_count("/echo", 2);
  fail_unless(process().connections("other") == 0);
}
GST_END_TEST;

Suite* http_connections_suite() {
  Suite* suite = suite_create("http-connections");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_names);
  tcase_add_test(tests, test_hanging_lookup_ends_at_the_connect_deadline);
  tcase_add_test(tests, test_refused_and_dropped_connections);
  tcase_add_test(tests, test_connection_closed_before_tls);
  tcase_add_test(tests, test_silent_tls_server_ends_at_the_connect_deadline);
  tcase_add_test(tests, test_plain_server_on_a_tls_port);
  tcase_add_test(tests, test_good_certificate_and_http_1);
  tcase_add_test(tests, test_server_that_speaks_http_2_only);
  tcase_add_test(tests, test_certificates_that_are_not_accepted);
  tcase_add_test(tests, test_unreadable_authorities_stop_https_only);
  tcase_add_test(tests, test_authorities_by_a_relative_path);
  tcase_add_test(tests, test_private_addresses_are_not_connected_to);
  tcase_add_test(tests, test_key_is_not_shown_to_a_proxy);
  tcase_add_test(tests, test_private_address_of_a_proxy_is_fine);
  tcase_add_test(tests, test_loopback_is_never_asked_for_through_a_proxy);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_connections_suite;
GST_CHECK_MAIN(http_connections)
