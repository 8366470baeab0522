// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// An exchange in good weather: what is sent, what comes back, which connections are used, and that
// nothing is done that was not asked for.
#include "fixture.h"

#include <set>

namespace prompt::http::test {
namespace {

GST_START_TEST(test_reply_has_status_headers_and_body) {
  Rig rig;
  const ExchangeResult result =
      rig.client.exchange(get(server->url("/ok?body=hello")), calm(), Cancel());
  assert_status(result, 200);
  assert_text(result->body, "hello");
  fail_unless(result->head.find("content-TYPE") != nullptr);
  assert_text(*result->head.find("content-TYPE"), "text/plain");
  fail_unless(result->head.find("X-Absent") == nullptr);
  fail_unless(result->head.content_length() == 5U);
  assert_count("/ok", 1);
}
GST_END_TEST;

GST_START_TEST(test_request_is_sent_as_given_and_nothing_else) {
  Rig rig;
  Request request = post(server->url("/echo?a=%2F&b=c%20d"), "{\"prompt\": \"fox\"}");
  request.headers.push_back(Header{"X-Test", "one"});
  assert_status(rig.client.exchange(request, calm(), Cancel()), 200);
  assert_count("/echo", 1);
  const prompt::test::LoggedRequest seen = process().requests().at(0);
  assert_text(seen.method, "POST");
  assert_text(seen.query, "a=%2F&b=c%20d");
  fail_unless(seen.body_length == 17);
  assert_text(seen.headers.at("authorization"), "Bearer sk-canary-0123456789");
  assert_text(seen.headers.at("content-type"), "application/json");
  assert_text(seen.headers.at("x-test"), "one");
  assert_text(seen.headers.at("user-agent"), "gst-prompt-test/1");
  for (const auto& header : seen.headers) {
    static const std::set<std::string> expected = {
        "authorization", "content-type", "content-length", "x-test",
        "user-agent",    "host",         "connection"};
    fail_unless(expected.count(header.first) == 1, "unasked header %s", header.first.c_str());
  }
}
GST_END_TEST;

GST_START_TEST(test_empty_post_has_a_length) {
  Rig rig;
  Request request = post(server->url("/echo"), "");
  request.content_type.clear();
  assert_status(rig.client.exchange(request, calm(), Cancel()), 200);
  assert_text(process().requests().at(0).headers.at("content-length"), "0");
}
GST_END_TEST;

GST_START_TEST(test_every_status_is_a_reply) {
  Rig rig;
  for (const int status : {200, 201, 202, 204, 301, 304, 400, 401, 402, 403, 404, 405,
                           407, 408, 410, 413, 415, 422, 429, 500, 502, 503, 504, 599}) {
    const ExchangeResult result = rig.client.exchange(
        get(server->url("/status?code=" + std::to_string(status))), calm(), Cancel());
    assert_status(result, status);
  }
  assert_count("/status", 24);
}
GST_END_TEST;

GST_START_TEST(test_queries_share_a_connection) {
  Rig rig;
  for (int i = 0; i < 10; ++i)
    assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  assert_count("/ok", 10);
  fail_unless(process().connections() == 1, "%d connections", process().connections());
}
GST_END_TEST;

GST_START_TEST(test_submits_share_none) {
  Rig rig;
  ExchangeOptions submit = calm();
  submit.new_connection = true;
  for (const char* method : {"POST", "GET", "POST"}) {  // libsoup itself would reuse for a GET
    assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
    Request request = post(server->url("/echo"));
    request.method = method;
    assert_status(rig.client.exchange(request, submit, Cancel()), 200);
  }
  std::map<long, int> uses;
  for (const prompt::test::LoggedRequest& request : process().requests())
    if (request.path == "/echo") {
      fail_unless(uses[request.connection]++ == 0, "a submit on a used connection");
      assert_text(request.headers.at("connection"), "close");
    }
  for (const prompt::test::LoggedRequest& request : process().requests())
    if (request.path == "/ok")
      fail_unless(uses.count(request.connection) == 0, "a submit's connection was used again");
  fail_unless(process().connections() == 4, "%d connections", process().connections());
}
GST_END_TEST;

GST_START_TEST(test_idle_connections_leave_no_timer_with_the_application) {
  Rig rig;
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  GMainContext* context = g_main_context_default();
  fail_unless(g_main_context_acquire(context) != 0);
  int priority = 0;
  g_main_context_prepare(context, &priority);
  int timeout_ms = 0;
  g_main_context_query(context, G_PRIORITY_LOW, &timeout_ms, nullptr, 0);
  g_main_context_release(context);
  fail_unless(timeout_ms == -1, "something is due in %d ms", timeout_ms);
}
GST_END_TEST;

GST_START_TEST(test_redirects_are_not_followed) {
  Rig rig;
  for (const char* code : {"301", "302", "303", "307", "308"}) {
    const std::string url =
        server->url(std::string("/redirect?code=") + code + "&to=" + server->url("/ok"));
    for (const char* method : {"GET", "POST"}) {
      Request request = post(url);
      request.method = method;
      const ExchangeResult result = rig.client.exchange(request, calm(), Cancel());
      assert_status(result, std::atoi(code));
      assert_text(result->body, "moved");
    }
  }
  assert_count("/redirect", 10);
  assert_count("/ok", 0);
}
GST_END_TEST;

GST_START_TEST(test_unauthorized_is_not_answered) {
  Rig rig;
  assert_status(rig.client.exchange(post(server->url("/basic")), calm(), Cancel()), 401);
  assert_count("/basic", 1);
}
GST_END_TEST;

GST_START_TEST(test_misdirected_request_is_not_sent_again) {
  Rig rig;
  for (const char* method : {"GET", "POST"}) {
    process().clear_log();
    Request request = post(server->url("/status?code=421"));
    request.method = method;
    const ExchangeResult result = rig.client.exchange(request, calm(), Cancel());
    // libsoup wants to send it again, so what comes back is an error that keeps the status.
    const ExchangeError& failure = assert_failed(result, ErrorKind::network, true);
    fail_unless(failure.error.http_status == 421);
    assert_count("/status", 1);
  }
}
GST_END_TEST;

GST_START_TEST(test_lost_connection_is_not_tried_again) {
  Rig rig;
  // The second request goes out on the kept connection, which the server then drops.
  assert_status(rig.client.exchange(get(server->url("/once")), calm(), Cancel()), 200);
  const ExchangeResult result = rig.client.exchange(get(server->url("/ok")), calm(), Cancel());
  fail_unless(assert_failed(result, ErrorKind::network, true).error.retriable);
  assert_count("/ok", 1);
}
GST_END_TEST;

GST_START_TEST(test_hook_comes_before_the_first_byte) {
  Rig rig;
  int calls = 0;
  int seen_by_server = -1;
  ExchangeOptions options = calm();
  options.new_connection = true;
  options.before_first_byte = [&]() -> Result<void> {
    ++calls;
    g_usleep(50'000);
    seen_by_server = process().count("/echo");
    return {};
  };
  assert_status(rig.client.exchange(post(server->url("/echo")), options, Cancel()), 200);
  fail_unless(calls == 1 && seen_by_server == 0);
  assert_count("/echo", 1);
}
GST_END_TEST;

GST_START_TEST(test_failing_hook_sends_nothing) {
  Rig rig;
  ExchangeOptions options = calm();
  options.before_first_byte = [] {
    return fail(ErrorKind::storage, "The ledger is busy.");
  };
  // On a new connection and on a kept one.
  for (const bool kept : {false, true}) {
    if (kept) assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
    const ExchangeResult result =
        rig.client.exchange(post(server->url("/echo")), options, Cancel());
    assert_text(assert_failed(result, ErrorKind::storage, false).error.message,
                "The ledger is busy.");
  }
  assert_status(rig.client.exchange(get(server->url("/ok?last")), calm(), Cancel()), 200);
  assert_count("/echo", 0);
}
GST_END_TEST;

GST_START_TEST(test_slow_hook_that_fails_at_a_deadline_sends_nothing) {
  Rig rig;
  ExchangeOptions options = calm();
  options.head_deadline = std::chrono::milliseconds(30);
  for (int i = 0; i < 20; ++i) {
    // Ends about when the deadline does: whichever comes first, nothing may leave.
    options.before_first_byte = [i]() -> Result<void> {
      g_usleep(static_cast<gulong>(25'000 + i * 500));
      return fail(ErrorKind::storage, "The ledger is busy.");
    };
    const ExchangeResult result =
        rig.client.exchange(post(server->url("/echo")), options, Cancel());
    fail_unless(!result && !result.error().request_left);
  }
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  assert_count("/echo", 0);
}
GST_END_TEST;

GST_START_TEST(test_head_hook_can_end_the_exchange) {
  Rig rig;
  ExchangeOptions options = calm();
  int status = 0;
  options.on_head = [&](const ReplyHead& head) {
    status = head.status;
    return fail(ErrorKind::wrong_media, "Not this.");
  };
  const ExchangeResult result =
      rig.client.exchange(get(server->url("/endless-body")), options, Cancel());
  assert_failed(result, ErrorKind::wrong_media, true);
  fail_unless(status == 200 && result.error().error.http_status == 200);
}
GST_END_TEST;

GST_START_TEST(test_body_comes_piecewise) {
  Rig rig;
  constexpr std::size_t size = 3'000'000;
  ExchangeOptions options = calm();
  options.max_body = size;
  options.total_deadline = std::chrono::milliseconds(0);
  std::size_t got = 0;
  int calls = 0;
  options.on_body = [&](std::span<const std::byte> bytes) -> Result<void> {
    got += bytes.size();
    ++calls;
    return {};
  };
  const ExchangeResult result =
      rig.client.exchange(get(server->url("/bytes?size=3000000")), options, Cancel());
  assert_status(result, 200);
  fail_unless(got == size && calls > 10 && result->body.empty());
}
GST_END_TEST;

GST_START_TEST(test_body_hook_can_end_the_exchange) {
  Rig rig;
  ExchangeOptions options = calm();
  options.max_body = 1'000'000'000;
  int calls = 0;
  options.on_body = [&](std::span<const std::byte>) -> Result<void> {
    if (++calls < 3) return {};
    return fail(ErrorKind::no_space, "The disk is full.");
  };
  const ExchangeResult result =
      rig.client.exchange(get(server->url("/endless-body")), options, Cancel());
  assert_failed(result, ErrorKind::no_space, true);
  fail_unless(calls == 3);
}
GST_END_TEST;

GST_START_TEST(test_slow_receiver_is_not_the_servers_fault) {
  Rig rig;
  ExchangeOptions options = calm();
  options.max_body = 10'000'000;
  options.min_rate_bytes = 5'000'000;  // more than the server could hold for the pauses below
  options.min_rate_window = std::chrono::milliseconds(1200);
  options.total_deadline = std::chrono::milliseconds(0);
  int calls = 0;
  options.on_body = [&](std::span<const std::byte>) -> Result<void> {
    if (++calls <= 3) g_usleep(600'000);
    return {};
  };
  assert_status(rig.client.exchange(get(server->url("/bytes?size=300000")), options, Cancel()),
                200);
}
GST_END_TEST;

GST_START_TEST(test_large_request_body_arrives) {
  Rig rig;
  ExchangeOptions options = calm();
  options.head_deadline = std::chrono::seconds(10);
  options.total_deadline = std::chrono::seconds(10);
  const Request request = post(server->url("/ok"), std::string(5'000'000, 'x'));
  assert_status(rig.client.exchange(request, options, Cancel()), 200);
  fail_unless(process().requests().at(0).body_length == 5'000'000);
}
GST_END_TEST;

Suite* http_client_suite() {
  Suite* suite = suite_create("http-client");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_reply_has_status_headers_and_body);
  tcase_add_test(tests, test_request_is_sent_as_given_and_nothing_else);
  tcase_add_test(tests, test_empty_post_has_a_length);
  tcase_add_test(tests, test_every_status_is_a_reply);
  tcase_add_test(tests, test_queries_share_a_connection);
  tcase_add_test(tests, test_submits_share_none);
  tcase_add_test(tests, test_idle_connections_leave_no_timer_with_the_application);
  tcase_add_test(tests, test_redirects_are_not_followed);
  tcase_add_test(tests, test_unauthorized_is_not_answered);
  tcase_add_test(tests, test_misdirected_request_is_not_sent_again);
  tcase_add_test(tests, test_lost_connection_is_not_tried_again);
  tcase_add_test(tests, test_hook_comes_before_the_first_byte);
  tcase_add_test(tests, test_failing_hook_sends_nothing);
  tcase_add_test(tests, test_slow_hook_that_fails_at_a_deadline_sends_nothing);
  tcase_add_test(tests, test_head_hook_can_end_the_exchange);
  tcase_add_test(tests, test_body_comes_piecewise);
  tcase_add_test(tests, test_body_hook_can_end_the_exchange);
  tcase_add_test(tests, test_slow_receiver_is_not_the_servers_fault);
  tcase_add_test(tests, test_large_request_body_arrives);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_client_suite;
GST_CHECK_MAIN(http_client)
