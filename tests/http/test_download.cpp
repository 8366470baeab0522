// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Redirects of downloads: followed within bounds, and without the key.
#include "fixture.h"
#include "http/download.h"

namespace prompt::http::test {
namespace {

ExchangeResult fetch(Rig& rig, const Request& request, const ExchangeOptions& options = calm()) {
  return download(rig.client, request, options, Cancel(), PlainHttp::loopback_only);
}

std::string escape(const std::string& url) {
  const OwnedString escaped(g_uri_escape_string(url.c_str(), nullptr, FALSE));
  return escaped.get();
}

std::string redirect_to(const std::string& target, const std::string& listener = "http",
                        const std::string& more = {}) {
  return server->url("/redirect?hidden=1&to=" + escape(target) + more, listener);
}

// With a key, a header of the description's, and what a resumed download sends.
Request with_everything(const std::string& url) {
  Request request = post(url);
  request.method = "GET";
  request.body.clear();
  request.content_type.clear();
  request.headers = {{"X-Api-Version", "canary-2"},
                     {"Range", "bytes=5-"},
                     {"If-Range", "\"v1\""},
                     {"Accept", "video/mp4"}};
  return request;
}

prompt::test::LoggedRequest last_request(const std::string& path) {
  assert_count(path, 1);
  for (const prompt::test::LoggedRequest& request : process().requests())
    if (request.path == path) return request;
  return {};
}

GST_START_TEST(test_same_origin_keeps_everything) {
  Rig rig;
  for (const char* code : {"301", "302", "303", "307", "308"}) {
    process().clear_log();
    const ExchangeResult result =
        fetch(rig, with_everything(redirect_to("/echo", "http", std::string("&code=") + code)));
    assert_status(result, 200);
    const prompt::test::LoggedRequest seen = last_request("/echo");
    assert_text(seen.method, "GET");
    assert_text(seen.headers.at("authorization"), "Bearer sk-canary-0123456789");
    assert_text(seen.headers.at("x-api-version"), "canary-2");
    assert_text(seen.headers.at("range"), "bytes=5-");
  }
}
GST_END_TEST;

void assert_without_secrets(const std::string& path) {
  const prompt::test::LoggedRequest seen = last_request(path);
  for (const auto& header : seen.headers)
    fail_unless(header.second.find("canary") == std::string::npos, "%s went to another origin",
                header.first.c_str());
  assert_text(seen.headers.at("range"), "bytes=5-");
  assert_text(seen.headers.at("if-range"), "\"v1\"");
  assert_text(seen.headers.at("accept"), "video/mp4");
}

GST_START_TEST(test_other_origins_get_no_key) {
  Rig rig(server->ca_file());
  // Another port, another name, and from http to https.
  for (const std::string& target :
       {server->url("/echo", "other"), server->url("/echo", "http", "localhost"),
        server->url("/echo", "tls-good")}) {
    process().clear_log();
    assert_status(fetch(rig, with_everything(redirect_to(target))), 200);
    assert_without_secrets("/echo");
  }
}
GST_END_TEST;

GST_START_TEST(test_key_does_not_come_back) {
  Rig rig;
  const std::string back = redirect_to(server->url("/echo"), "other");
  assert_status(fetch(rig, with_everything(redirect_to(back))), 200);
  assert_without_secrets("/echo");
}
GST_END_TEST;

GST_START_TEST(test_five_hops_and_no_more) {
  Rig rig;
  assert_status(fetch(rig, get(server->url("/hops/5"))), 200);
  assert_count("/hops/0", 1);
  process().clear_log();
  const ExchangeResult six = fetch(rig, get(server->url("/hops/6")));
  assert_message(assert_failed(six, ErrorKind::malformed, true), "more than 5 times");
  fail_unless(six.error().error.http_status == 302);
  assert_count("/hops/1", 1);
  assert_count("/hops/0", 0);

  process().clear_log();
  const ExchangeResult loop = fetch(rig, get(server->url("/turn")));
  assert_message(assert_failed(loop, ErrorKind::malformed, true), "more than 5 times");
  assert_count("/turn", 6);
}
GST_END_TEST;

GST_START_TEST(test_places_that_are_not_gone_to) {
  Rig rig(server->ca_file());
  const std::string targets[] = {"ftp://127.0.0.1/x",
                                 "file:///etc/passwd",
                                 "javascript:alert(1)",
                                 "data:,x",
                                 "http://me:hidden@127.0.0.1/ok",
                                 "http://example.com/ok?hidden",
                                 "http://"};
  for (const std::string& target : targets) {
    process().clear_log();
    const ExchangeResult result = fetch(rig, get(redirect_to(target)));
    fail_unless(!assert_failed(result, ErrorKind::malformed, true).error.retriable);
    assert_count("/redirect", 1);
    fail_unless(process().requests().size() == 1);
  }
}
GST_END_TEST;

GST_START_TEST(test_https_stays_https) {
  Rig rig(server->ca_file());
  const ExchangeResult result = fetch(rig, get(redirect_to(server->url("/ok"), "tls-good")));
  assert_message(assert_failed(result, ErrorKind::malformed, true), "https to plain http");
  assert_count("/redirect", 1);
  fail_unless(process().connections("http") == 0);
}
GST_END_TEST;

GST_START_TEST(test_redirect_without_a_place_is_a_reply) {
  Rig rig;
  assert_status(fetch(rig, get(server->url("/redirect?code=302"))), 302);
  assert_status(fetch(rig, get(server->url("/redirect?code=300&to=/ok"))), 300);
  assert_count("/ok", 0);
}
GST_END_TEST;

GST_START_TEST(test_body_of_a_redirect_is_not_read) {
  Rig rig;
  ExchangeOptions options = calm();
  std::string body;
  options.on_body = [&](std::span<const std::byte> bytes) -> Result<void> {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  };
  int heads = 0;
  options.on_head = [&](const ReplyHead& head) -> Result<void> {
    fail_unless(head.status == 200);
    ++heads;
    return {};
  };
  const gint64 start = g_get_monotonic_time();
  assert_status(fetch(rig, get(redirect_to("/ok", "http", "&endless=1")), options), 200);
  fail_unless(g_get_monotonic_time() - start < promptly_us);
  assert_text(body, "fine");
  fail_unless(heads == 1);
}
GST_END_TEST;

GST_START_TEST(test_deadline_counts_over_all_hops) {
  Rig rig;
  // Each hop alone would be in time.
  std::string target = server->url("/late?ms=800");
  ExchangeOptions options = calm();
  options.head_deadline = std::chrono::milliseconds(1300);
  options.on_head = [&](const ReplyHead&) -> Result<void> {
    return {};
  };
  const std::string slow = server->url("/late-redirect?ms=800&to=" + escape(target));
  const ExchangeResult result = fetch(rig, get(slow), options);
  assert_failed(result, ErrorKind::deadline, true);
  assert_count("/late-redirect", 1);
  assert_count("/late", 1);
}
GST_END_TEST;

GST_START_TEST(test_private_addresses_are_refused) {
  Rig rig;
  ExchangeOptions options = calm();
  options.refuse_private_addresses = true;
  const ExchangeResult result = fetch(rig, get(redirect_to("/ok")), options);
  assert_failed(result, ErrorKind::malformed, false);
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_only_reading_is_redirected) {
  Rig rig;
  const ExchangeResult result = fetch(rig, post(redirect_to("/ok")));
  assert_failed(result, ErrorKind::settings, false);
  fail_unless(process().connections() == 0);
}
GST_END_TEST;

Suite* http_download_suite() {
  Suite* suite = suite_create("http-download");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_same_origin_keeps_everything);
  tcase_add_test(tests, test_other_origins_get_no_key);
  tcase_add_test(tests, test_key_does_not_come_back);
  tcase_add_test(tests, test_five_hops_and_no_more);
  tcase_add_test(tests, test_places_that_are_not_gone_to);
  tcase_add_test(tests, test_https_stays_https);
  tcase_add_test(tests, test_redirect_without_a_place_is_a_reply);
  tcase_add_test(tests, test_body_of_a_redirect_is_not_read);
  tcase_add_test(tests, test_deadline_counts_over_all_hops);
  tcase_add_test(tests, test_private_addresses_are_refused);
  tcase_add_test(tests, test_only_reading_is_redirected);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_download_suite;
GST_CHECK_MAIN(http_download)
