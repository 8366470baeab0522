// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Requests of strangers, in one piece, in two, and byte by byte: where they are cut changes
// nothing.
#include "../support/check.h"

#include <string>
#include <string_view>

#include "http/request_reader.h"

namespace prompt::http {
namespace {

using State = RequestReader::State;

constexpr RequestReader::Limits small{256, 64};

struct Seen {
  State state;
  int refusal;
  std::string body;
  bool operator==(const Seen&) const = default;
};

Seen read(std::initializer_list<std::string_view> pieces) {
  RequestReader reader(small);
  for (const std::string_view piece : pieces) reader.feed(piece);
  return {reader.state(), reader.refusal(),
          reader.state() == State::complete ? reader.body() : std::string()};
}

Seen read_however_cut(std::string_view text) {
  const Seen whole = read({text});
  for (std::size_t i = 0; i <= text.size(); ++i)
    fail_unless(read({text.substr(0, i), text.substr(i)}) == whole, "cut at %zu: %.*s", i,
                static_cast<int>(text.size()), text.data());
  RequestReader reader(small);
  for (const char& byte : text) reader.feed({&byte, 1});
  fail_unless(reader.state() == whole.state && reader.refusal() == whole.refusal, "byte by byte");
  return whole;
}

void assert_body(std::string_view text, std::string_view body) {
  const Seen seen = read_however_cut(text);
  fail_unless(seen.state == State::complete, "not complete: %.*s", static_cast<int>(text.size()),
              text.data());
  assert_text(seen.body, body);
}

void assert_refused(const std::string& text, int status) {
  const Seen seen = read_however_cut(text);
  fail_unless(seen.state == State::refused && seen.refusal == status, "%d instead of %d: %s",
              seen.refusal, status, text.c_str());
}

constexpr const char* head = "POST /a HTTP/1.1\r\nHost: b\r\n";
constexpr const char* chunked = "POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n";

GST_START_TEST(whole_requests) {
  assert_body(std::string(head) + "\r\n", "");
  assert_body(std::string(head) + "Content-Length: 3\r\n\r\nabc", "abc");
  assert_body(std::string(head) + "content-length:0\r\n\r\n", "");
  assert_body("POST /a HTTP/1.0\r\n\r\n", "");
  assert_body(std::string(chunked) + "3\r\nabc\r\n0\r\n\r\n", "abc");
  assert_body(std::string(chunked) + "1;x=\"y\"\r\na\r\n02\r\nbc\r\n0\r\nA: b\r\n\r\n", "abc");
  const std::string most(small.body_bytes, '\n');
  assert_body(std::string(head) + "Content-Length: 64\r\n\r\n" + most, most);
}
GST_END_TEST

GST_START_TEST(what_follows_is_dropped) {
  const std::string one = std::string(head) + "Content-Length: 3\r\n\r\nabc";
  assert_body(one + one, "abc");
  assert_body(std::string(chunked) + "0\r\n\r\n" + one, "");
}
GST_END_TEST

GST_START_TEST(unfinished_requests_wait) {
  for (const std::string& text :
       {std::string(), std::string("POST"), std::string(head), std::string(head) + "Content-Len",
        std::string(head) + "Content-Length: 3\r\n\r\nab",
        std::string(chunked) + "3\r\nabc\r\n0\r\n"}) {
    const State state = read_however_cut(text).state;
    fail_unless(state == State::head || state == State::body, "%s", text.c_str());
  }
}
GST_END_TEST

GST_START_TEST(what_is_in_doubt_is_refused) {
  for (const char* lines :
       {"Host: c\r\n", "Host: b\r\n", " folded\r\n", "A : b\r\n", ": b\r\n", "A\r\n", "A: b\n\r\n",
        "A: b\rc\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: -1\r\n",
        "Content-Length: +1\r\n", "Content-Length: 0x3\r\n", "Content-Length: 3,3\r\n",
        "Content-Length:\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    assert_refused(std::string(head) + lines + "\r\n", 400);
  for (const char* line :
       {"CONNECT a:1 HTTP/1.1", "POST http://b/a HTTP/1.1", "POST  /a HTTP/1.1", "POST /a",
        "POST /\xff HTTP/1.1", "P(ST /a HTTP/1.1", " POST /a HTTP/1.1", "POST * HTTP/1.1"})
    assert_refused(std::string(line) + "\r\nHost: b\r\n\r\n", 400);
  assert_refused("POST /a HTTP/1.1\r\n\r\n", 400);
  assert_refused("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
  assert_refused(std::string("\x16\x03\x01", 3), 400);
  assert_refused("POST /a HTTP/2.0\r\nHost: b\r\n\r\n", 505);
  assert_refused(std::string(head) + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501);
}
GST_END_TEST

GST_START_TEST(limits) {
  assert_refused(std::string(head) + std::string(300, 'x'), 431);
  assert_refused(std::string(head) + "Content-Length: 65\r\n\r\n", 413);
  assert_refused(std::string(head) + "Content-Length: 18446744073709551617\r\n\r\n", 413);
  assert_refused(std::string(chunked) + "41\r\n", 413);
  assert_refused(std::string(chunked) + "40\r\n" + std::string(64, 'x') + "\r\n1\r\n", 413);
  // A byte a chunk: what is not data counts, too.
  std::string tiny = chunked;
  for (int i = 0; i < 40; ++i) tiny += "1\r\nx\r\n";
  assert_refused(tiny, 413);
  for (const char* size : {"\r\n", "g\r\n", "-1\r\n", "1000000\r\n", "3\n"})
    assert_refused(std::string(chunked) + size, 400);
  assert_refused(std::string(chunked) + "1\r\nab\r\n", 400);
}
GST_END_TEST

Suite* request_reader_suite() {
  Suite* const suite = suite_create("request_reader");
  TCase* const tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, whole_requests);
  tcase_add_test(tests, what_follows_is_dropped);
  tcase_add_test(tests, unfinished_requests_wait);
  tcase_add_test(tests, what_is_in_doubt_is_refused);
  tcase_add_test(tests, limits);
  return suite;
}

}  // namespace
}  // namespace prompt::http

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  return gst_check_run_suite(prompt::http::request_reader_suite(), "request_reader", __FILE__);
}
