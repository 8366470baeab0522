// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Replies whose head is wrong, dangerous or endless: each ends soon, with an error that says what,
// after exactly one request.
#include "fixture.h"

namespace prompt::http::test {
namespace {

ExchangeResult ask(Rig& rig, const std::string& path, const ExchangeOptions& options = calm()) {
  return rig.client.exchange(get(server->url(path)), options, Cancel());
}

ExchangeOptions short_of_patience() {
  ExchangeOptions options = calm();
  options.head_deadline = std::chrono::milliseconds(700);
  return options;
}

struct Bad {
  const char* query;
  const char* message;
};

void assert_all_malformed(std::span<const Bad> cases) {
  Rig rig;
  for (const Bad& bad : cases) {
    process().clear_log();
    const ExchangeResult result = ask(rig, std::string("/raw-headers?") + bad.query);
    const ExchangeError& failure = assert_failed(result, ErrorKind::malformed, true);
    assert_message(failure, bad.message);
    assert_message(failure, "127.0.0.1:");
    fail_unless(failure.error.retriable && failure.error.http_status == 200);
    assert_count("/raw-headers", 1);
  }
}

GST_START_TEST(test_odd_lengths_are_refused) {
  constexpr Bad cases[] = {
      {"h=Content-Length:%20-5", "the Content-Length '-5'"},
      {"h=Content-Length:%20%2B5", "the Content-Length '+5'"},
      {"h=Content-Length:%200x5", "the Content-Length '0x5'"},
      {"h=Content-Length:%205abc", "the Content-Length '5abc'"},
      {"h=Content-Length:%205,%204", "the Content-Length '5, 4'"},
      {"h=Content-Length:%205,", "the Content-Length '5,'"},
      {"h=Content-Length:%20", "the Content-Length ''"},
      {"h=Content-Length:%2099999999999999999999", "the Content-Length '9999"},
      {"h=Content-Length:%205&h=Content-Length:%204", "a second Content-Length '4'"},
      {"h=Content-Length:%205&h=Content-Length:%204&h=Transfer-Encoding:%20chunked",
       "a second Content-Length '4'"},
  };
  assert_all_malformed(cases);
}
GST_END_TEST;

GST_START_TEST(test_odd_codings_are_refused) {
  constexpr Bad cases[] = {
      {"h=Transfer-Encoding:%20gzip,%20chunked", "the transfer coding 'gzip, chunked'"},
      {"h=Transfer-Encoding:%20chunked,%20chunked", "the transfer coding 'chunked, chunked'"},
      {"h=Transfer-Encoding:%20chunked&h=Transfer-Encoding:%20chunked", "the transfer coding"},
      {"h=Transfer-Encoding:%20chunked,%20identity", "the transfer coding"},
  };
  assert_all_malformed(cases);
}
GST_END_TEST;

GST_START_TEST(test_content_codings_that_cannot_be_read_are_refused_for_good) {
  constexpr Bad cases[] = {
      {"h=Content-Encoding:%20br", "the content coding 'br'"},
      {"h=Content-Encoding:%20zstd", "the content coding 'zstd'"},
      {"h=Content-Encoding:%20compress", "the content coding 'compress'"},
      {"h=Content-Encoding:%20gzip,%20gzip", "the content coding 'gzip, gzip'"},
      {"h=Content-Encoding:%20identity&h=Content-Encoding:%20br", "the content coding"},
      {"code=206&h=Content-Encoding:%20gzip", "the content coding 'gzip'"},
  };
  Rig rig;
  for (const Bad& bad : cases) {
    process().clear_log();
    const ExchangeResult result = ask(rig, std::string("/raw-headers?") + bad.query);
    const ExchangeError& failure = assert_failed(result, ErrorKind::malformed, true);
    assert_message(failure, bad.message);
    fail_unless(!failure.error.retriable);
    assert_count("/raw-headers", 1);
  }
}
GST_END_TEST;

GST_START_TEST(test_codings_and_lengths_that_say_nothing_are_read) {
  Rig rig;
  for (const char* query :
       {"h=Content-Encoding:%20nonsense&h=Content-Length:%205",
        "h=Content-Encoding:%20aws-chunked&h=Content-Length:%205",
        "h=Content-Encoding:%20identity,%20none&h=Content-Encoding:%20utf-8&h=Content-Length:%205",
        "h=Content-Length:%205&h=content-length:%205", "h=Content-Length:%205,%205",
        "h=Content-Length:%20999&h=Transfer-Encoding:%20chunked"
        "&body=5%0D%0Ahello%0D%0A0%0D%0A%0D%0A",
        "h=Transfer-Encoding:%20chunked&h=Content-Length:%202"
        "&body=5%0D%0Ahello%0D%0A0%0D%0A%0D%0A"}) {
    ExchangeOptions options = calm();
    options.new_connection = true;  // the server closes its own
    const ExchangeResult result = ask(rig, std::string("/raw-headers?") + query, options);
    assert_status(result, 200);
    fail_unless(result->body == "hello", "%s: '%s'", query, result->body.c_str());
    fail_unless(result->head.find("Content-Encoding") == nullptr);
  }
}
GST_END_TEST;

GST_START_TEST(test_statuses_that_do_not_exist_are_refused) {
  Rig rig;
  for (const char* code : {"600", "999"}) {
    const ExchangeResult result =
        ask(rig, std::string("/raw-headers?h=Content-Length:%205&code=") + code);
    assert_message(assert_failed(result, ErrorKind::malformed, true), code);
  }
}
GST_END_TEST;

GST_START_TEST(test_identity_is_no_coding) {
  Rig rig;
  const ExchangeResult result =
      ask(rig, "/raw-headers?h=Content-Encoding:%20Identity&h=Content-Length:%205");
  assert_status(result, 200);
  assert_text(result->body, "hello");
}
GST_END_TEST;

GST_START_TEST(test_status_of_an_unreadable_refusal_is_kept) {
  Rig rig;
  const ExchangeResult result =
      ask(rig, "/raw-headers?code=400&h=Content-Encoding:%20br&h=Content-Length:%205");
  fail_unless(assert_failed(result, ErrorKind::malformed, true).error.http_status == 400);
}
GST_END_TEST;

GST_START_TEST(test_gzip_bomb_is_not_unpacked) {
  Rig rig;
  std::size_t got = 0;
  ExchangeOptions options = calm();
  options.on_body = [&](std::span<const std::byte> bytes) -> Result<void> {
    got += bytes.size();
    return {};
  };
  assert_message(assert_failed(ask(rig, "/gzip-bomb", options), ErrorKind::malformed, true),
                 "content coding");
  fail_unless(got == 0);
  assert_count("/gzip-bomb", 1);
  // Packed once it is read, as far as anything is.
  options.max_body = 1'000'000;
  assert_message(assert_failed(ask(rig, "/gzip-bomb?times=1", options), ErrorKind::too_large, true),
                 "1000000 bytes allowed");
  fail_unless(got <= options.max_body);
  // And one that is damaged, or cut.
  for (const char* how : {"damaged", "cut"})
    fail_unless(
        !ask(rig, std::string("/gzip-bomb?times=1&size=1000&") + how + "=1", calm()).has_value());
}
GST_END_TEST;

GST_START_TEST(test_crafted_digest_challenge_is_just_a_401) {
  // Only on the scheme's own port does it crash libsoup (CVE-2025-4476): fake_network gives us one.
  g_setenv("FAKE_PORT_80", std::to_string(process().port()).c_str(), TRUE);
  Rig rig;
  for (const char* method : {"GET", "POST"}) {
    process().clear_log();
    Request request = post("http://port80.test/digest");
    request.method = method;
    assert_status(rig.client.exchange(request, calm(), Cancel()), 401);
    assert_count("/digest", 1);
  }
  g_unsetenv("FAKE_PORT_80");
}
GST_END_TEST;

GST_START_TEST(test_endless_interim_replies_end_at_the_head_deadline) {
  Rig rig;
  for (const char* code : {"100", "102", "103"}) {
    process().clear_log();
    const ExchangeResult result =
        ask(rig, std::string("/endless-1xx?code=") + code, short_of_patience());
    assert_message(assert_failed(result, ErrorKind::deadline, true), "within 0.7 s");
    assert_count("/endless-1xx", 1);
  }
}
GST_END_TEST;

GST_START_TEST(test_dripping_head_ends_at_the_head_deadline) {
  Rig rig;
  assert_message(
      assert_failed(ask(rig, "/drip-head", short_of_patience()), ErrorKind::deadline, true),
      "within 0.7 s");
  assert_count("/drip-head", 1);
}
GST_END_TEST;

GST_START_TEST(test_no_answer_ends_at_the_head_deadline) {
  Rig rig;
  const ExchangeError failure =
      assert_failed(ask(rig, "/hang", short_of_patience()), ErrorKind::deadline, true);
  fail_unless(failure.error.retriable && failure.error.http_status == 0);
  assert_message(failure, "127.0.0.1:");
  assert_count("/hang", 1);
}
GST_END_TEST;

GST_START_TEST(test_endless_and_huge_headers_are_refused) {
  Rig rig;
  const ExchangeResult endless = ask(rig, "/endless-headers");
  fail_unless(!endless && endless.error().request_left);
  const ExchangeResult huge = ask(rig, "/big-header");
  fail_unless(!huge && huge.error().request_left);
  assert_count("/endless-headers", 1);
  assert_count("/big-header", 1);
  // What is large but sane passes.
  assert_status(ask(rig, "/big-header?size=30000"), 200);
}
GST_END_TEST;

GST_START_TEST(test_what_is_not_http_is_said_to_be_so) {
  Rig rig;
  assert_message(assert_failed(ask(rig, "/garbage"), ErrorKind::malformed, true), "not HTTP");
  assert_count("/garbage", 1);
}
GST_END_TEST;

GST_START_TEST(test_protocol_switch_is_refused) {
  Rig rig;
  const ExchangeResult result = ask(rig, "/switching", short_of_patience());
  fail_unless(!result && result.error().request_left);
  assert_count("/switching", 1);
}
GST_END_TEST;

GST_START_TEST(test_no_answer_at_all) {
  Rig rig;
  for (const char* path : {"/close", "/reset"}) {
    const ExchangeError failure = assert_failed(ask(rig, path), ErrorKind::network, true);
    fail_unless(failure.error.retriable);
    assert_count(path, 1);
  }
}
GST_END_TEST;

Suite* http_hostile_heads_suite() {
  Suite* suite = suite_create("http-hostile-heads");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_odd_lengths_are_refused);
  tcase_add_test(tests, test_odd_codings_are_refused);
  tcase_add_test(tests, test_statuses_that_do_not_exist_are_refused);
  tcase_add_test(tests, test_content_codings_that_cannot_be_read_are_refused_for_good);
  tcase_add_test(tests, test_codings_and_lengths_that_say_nothing_are_read);
  tcase_add_test(tests, test_identity_is_no_coding);
  tcase_add_test(tests, test_status_of_an_unreadable_refusal_is_kept);
  tcase_add_test(tests, test_gzip_bomb_is_not_unpacked);
  tcase_add_test(tests, test_crafted_digest_challenge_is_just_a_401);
  tcase_add_test(tests, test_endless_interim_replies_end_at_the_head_deadline);
  tcase_add_test(tests, test_dripping_head_ends_at_the_head_deadline);
  tcase_add_test(tests, test_no_answer_ends_at_the_head_deadline);
  tcase_add_test(tests, test_endless_and_huge_headers_are_refused);
  tcase_add_test(tests, test_what_is_not_http_is_said_to_be_so);
  tcase_add_test(tests, test_protocol_switch_is_refused);
  tcase_add_test(tests, test_no_answer_at_all);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_hostile_heads_suite;
GST_CHECK_MAIN(http_hostile_heads)
