// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Requests that must not be made: nothing reaches the server, and the error says what is wrong.
#include "fixture.h"

namespace prompt::http::test {
namespace {

void assert_refused(Rig& rig, const Request& request, const char* message) {
  const ExchangeResult result = rig.client.exchange(request, calm(), Cancel());
  const ExchangeError& failure = assert_failed(result, ErrorKind::settings, false);
  assert_message(failure, message);
  fail_unless(!failure.error.retriable);
}

GST_START_TEST(test_only_http_urls_are_asked) {
  Rig rig;
  const std::string rest = "://127.0.0.1:" + std::to_string(process().port()) + "/ok?hidden=1";
  for (const char* scheme : {"ftp", "ws", "wss", "file", "rtsp", "gopher", "HTTPX"})
    assert_refused(rig, get(scheme + rest), "neither an http nor an https");
  assert_refused(rig, get("data:text/plain,x"), "neither an http nor an https");
  assert_refused(rig, get("javascript:alert(1)"), "neither an http nor an https");
  for (const char* bad : {"/ok", "ok", "//127.0.0.1/ok"})
    assert_refused(rig, get(bad), "not a valid absolute URL");
  assert_refused(rig, get(""), "is empty");
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_urls_with_strange_parts_are_refused) {
  Rig rig;
  const std::string host = "127.0.0.1:" + std::to_string(process().port());
  assert_refused(rig, get("http://me:hidden@" + host + "/ok"), "user name or password");
  assert_refused(rig, get("http://me@" + host + "/ok"), "user name or password");
  assert_refused(rig, get("http://" + host + "/ok\r\nX-Evil: 1"), "control characters");
  assert_refused(rig, get("http://" + host + "/ok\n/x"), "control characters");
  assert_refused(rig, get(std::string("http://" + host + "/ok") + '\0' + "x"),
                 "control characters");
  assert_refused(rig, get("http:///ok"), "no usable host");
  assert_refused(rig, get("http://ho st/ok"), "");
  assert_refused(rig, get("http://127.0.0.1:0/ok"), "port");
  assert_refused(rig, get("http://" + host + "/" + std::string(65536, 'x')), "longer than 8192");
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_unusable_keys_are_refused) {
  Rig rig;
  const std::string keys[] = {
      "canary\n",      "canary\r\nX-Evil: 1",     "can\tary", "can ary", "canary\x7f",
      "can\xc3\xa4ry", std::string("can\0ary", 7)};
  for (const std::string& key : keys) {
    Request request = post(server->url("/echo"));
    request.credential.key = Secret(key);
    assert_refused(rig, request, "The API key contains");
  }
  Request request = post(server->url("/echo"));
  request.credential.key = Secret("");
  assert_refused(rig, request, "The API key is empty");
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_headers_cannot_break_out) {
  Rig rig;
  const Header bad[] = {{"X-Test", "a\r\nX-Evil: 1"},
                        {"X Test", "a"},
                        {"X-Test:", "a"},
                        {"", "a"},
                        {"X-Test", "\x80"},
                        {"Host", "other"},
                        {"Content-Length", "3"},
                        {"Connection", "close"},
                        {"accept-encoding", "x"}};
  for (const Header& header : bad) {
    Request request = post(server->url("/echo"));
    request.headers.push_back(header);
    assert_refused(rig, request, "header");
  }
  Request request = post(server->url("/echo"));
  request.content_type = "text/plain\r\nX-Evil: 1";
  assert_refused(rig, request, "content type");
  request = post(server->url("/echo"));
  request.method = "GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET";
  assert_refused(rig, request, "method");
  request = post(server->url("/echo"));
  request.credential.name = "X Key";
  assert_refused(rig, request, "header");
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_loose_characters_are_encoded) {
  Rig rig;
  const std::string url = server->url("/ok?name=a b\xc3\xa4&sig=a%2Fb+c");
  assert_status(rig.client.exchange(get(url), calm(), Cancel()), 200);
  assert_count("/ok", 1);
  assert_text(process().requests().at(0).query, "name=a%20b%C3%A4&sig=a%2Fb+c");
}
GST_END_TEST;

Suite* http_requests_suite() {
  Suite* suite = suite_create("http-requests");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_only_http_urls_are_asked);
  tcase_add_test(tests, test_urls_with_strange_parts_are_refused);
  tcase_add_test(tests, test_unusable_keys_are_refused);
  tcase_add_test(tests, test_headers_cannot_break_out);
  tcase_add_test(tests, test_loose_characters_are_encoded);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_requests_suite;
GST_CHECK_MAIN(http_requests)
