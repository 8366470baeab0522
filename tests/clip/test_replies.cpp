// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What heads of replies mean: ranges, validators, statuses.
#include "../support/check.h"

#include "clip/content_range.h"
#include "clip/media_reply.h"

namespace {

using namespace prompt;
using namespace prompt::clip;

http::ReplyHead head(int status, std::vector<http::Header> headers) {
  return http::ReplyHead{status, std::move(headers)};
}

constexpr const char* date = "Sun, 06 Nov 1994 08:50:37 GMT";
constexpr const char* a_minute_before = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* less_before = "Sun, 06 Nov 1994 08:49:38 GMT";

GST_START_TEST(content_range_is_read_exactly) {
  const std::optional<ContentRange> range = parse_content_range("bytes 100-199/2000");
  fail_unless(range && range->part && range->part->first == 100 && range->part->last == 199 &&
              range->total == 2000u);
  const std::optional<ContentRange> open = parse_content_range("Bytes 0-0/*");
  fail_unless(open && open->part && !open->total);
  const std::optional<ContentRange> none = parse_content_range("bytes */2000");
  fail_unless(none && !none->part && none->total == 2000u);
  for (const char* wrong :
       {"", "bytes", "bytes 1-2", "bytes 2-1/3", "bytes 1-3/3", "items 1-2/3", "bytes 1-/3",
        "bytes -2/3", "bytes 1-2/3 ", "bytes 1-2/3,4", "bytes 0x1-2/3", "bytes +1-2/3",
        "bytes 1-2/-3", "bytes 1-2/99999999999999999999", "bytes 18446744073709551616-1/*"})
    fail_unless(!parse_content_range(wrong), "'%s' was accepted", wrong);
}
GST_END_TEST

GST_START_TEST(only_strong_validators_count) {
  fail_unless(validators_of(head(200, {{"ETag", "\"a1\""}})).etag == "\"a1\"");
  for (const char* weak : {"W/\"a1\"", "a1", "\"a1", "\"a b\"", "\"a\"b\"", "\""})
    fail_unless(validators_of(head(200, {{"ETag", weak}})).empty(), "%s", weak);
  fail_unless(validators_of(head(200, {{"Last-Modified", a_minute_before}, {"Date", date}}))
                  .last_modified == a_minute_before);
  fail_unless(validators_of(head(200, {{"Last-Modified", less_before}, {"Date", date}})).empty());
  fail_unless(validators_of(head(200, {{"Last-Modified", a_minute_before}})).empty());
  fail_unless(validators_of(head(200, {{"Last-Modified", "yesterday"}, {"Date", date}})).empty());
}
GST_END_TEST

AskedPart asked_part() {
  AskedPart asked;
  asked.first = 100;
  asked.size = 2000;
  asked.validators.etag = "\"a\"";
  return asked;
}

ReplyMeaning meaning_of(const http::ReplyHead& reply, const AskedPart& asked) {
  const Result<MediaReply> read = read_media_reply(reply, &asked, false);
  fail_unless(read.has_value());
  return read->meaning;
}

GST_START_TEST(a_part_must_be_the_one_that_was_asked_for) {
  const AskedPart asked = asked_part();
  const auto part = [](const char* range, const char* etag) {
    return head(206, {{"Content-Range", range}, {"ETag", etag}});
  };
  fail_unless(meaning_of(part("bytes 100-1999/2000", "\"a\""), asked) == ReplyMeaning::part);
  fail_unless(meaning_of(part("bytes 100-1999/*", "\"a\""), asked) == ReplyMeaning::part);
  for (const char* wrong : {"bytes 101-1999/2000", "bytes 0-1999/2000", "bytes 100-1999/2001",
                            "bytes */2000", "bytes 100-1999"})
    fail_unless(meaning_of(part(wrong, "\"a\""), asked) == ReplyMeaning::unusable_part, "%s",
                wrong);
  fail_unless(meaning_of(part("bytes 100-1999/2000", "\"b\""), asked) ==
              ReplyMeaning::unusable_part);
  // As multipart/byteranges comes.
  fail_unless(meaning_of(head(206, {}), asked) == ReplyMeaning::unusable_part);

  AskedPart bounded = asked;
  bounded.has_last = true;
  bounded.last = 499;
  fail_unless(meaning_of(part("bytes 100-499/2000", "\"a\""), bounded) == ReplyMeaning::part);
  fail_unless(meaning_of(part("bytes 100-1999/2000", "\"a\""), bounded) ==
              ReplyMeaning::unusable_part);

  // That If-Range held says which version it is.
  const Result<MediaReply> quiet =
      read_media_reply(head(206, {{"Content-Range", "bytes 100-1999/2000"}}), &asked, false);
  fail_unless(quiet && quiet->validators.etag == "\"a\"");
}
GST_END_TEST

GST_START_TEST(a_416_may_mean_that_all_is_here) {
  AskedPart asked = asked_part();
  const auto beyond = [](const char* range) {
    return head(416, {{"Content-Range", range}});
  };
  asked.size.reset();
  fail_unless(meaning_of(beyond("bytes */100"), asked) == ReplyMeaning::nothing_left);
  fail_unless(meaning_of(beyond("bytes */99"), asked) == ReplyMeaning::unusable_part);
  fail_unless(meaning_of(head(416, {}), asked) == ReplyMeaning::unusable_part);
  asked.size = 2000;
  fail_unless(meaning_of(beyond("bytes */100"), asked) == ReplyMeaning::unusable_part);
}
GST_END_TEST

GST_START_TEST(a_whole_file_says_how_long_it_is) {
  const Result<MediaReply> whole =
      read_media_reply(head(200, {{"Content-Length", "2000"}, {"ETag", "\"a\""}}), nullptr, false);
  fail_unless(whole && whole->meaning == ReplyMeaning::whole && whole->size == 2000u &&
              !whole->has_no_ranges);
  const Result<MediaReply> chunked = read_media_reply(
      head(200, {{"Content-Length", "2000"}, {"Transfer-Encoding", "chunked"}}), nullptr, false);
  fail_unless(chunked && !chunked->size);
  const Result<MediaReply> none =
      read_media_reply(head(200, {{"Accept-Ranges", "none"}}), nullptr, false);
  fail_unless(none && none->has_no_ranges);
  // The same version in full, although a part was asked for; another version says nothing.
  const AskedPart asked = asked_part();
  fail_unless(read_media_reply(head(200, {{"ETag", "\"a\""}}), &asked, false)->has_no_ranges);
  fail_unless(!read_media_reply(head(200, {{"ETag", "\"b\""}}), &asked, false)->has_no_ranges);
}
GST_END_TEST

GST_START_TEST(a_whole_file_may_come_with_another_status) {
  const Result<MediaReply> other =
      read_media_reply(head(203, {{"Content-Length", "7"}}), nullptr, false);
  fail_unless(other && other->meaning == ReplyMeaning::whole && other->size == 7U);
  const auto unasked = [](const char* range) {
    return read_media_reply(head(206, {{"Content-Range", range}}), nullptr, false);
  };
  fail_unless(unasked("bytes 0-6/7") && unasked("bytes 0-6/7")->size == 7U);
  fail_unless(unasked("bytes 0-4/7") && unasked("bytes 0-4/7")->size == 7U);
  fail_unless(unasked("bytes 0-6/*") && !unasked("bytes 0-6/*")->size);
  for (const char* range : {"bytes 1-6/7", "bytes 0-7/7", "items 0-6/7", "bytes */7", ""})
    fail_unless(!unasked(range), "%s", range);
}
GST_END_TEST

struct StatusCase {
  int status;
  ErrorKind kind;
  bool retriable;
};

GST_START_TEST(every_status_says_what_to_do) {
  for (const StatusCase& expected : std::initializer_list<StatusCase>{
           {204, ErrorKind::network, true},
           {206, ErrorKind::network, true},  // although nobody asked for a part
           {304, ErrorKind::network, true},
           {400, ErrorKind::expired, false},
           {401, ErrorKind::rejected, false},
           {403, ErrorKind::expired, false},
           {404, ErrorKind::expired, false},
           {408, ErrorKind::network, true},
           {410, ErrorKind::expired, false},
           {416, ErrorKind::expired, false},
           {425, ErrorKind::network, true},
           {429, ErrorKind::busy, true},
           {500, ErrorKind::network, true},
           {503, ErrorKind::network, true}}) {
    const Result<MediaReply> read =
        read_media_reply(head(expected.status, {{"Retry-After", "7"}}), nullptr, false);
    fail_unless(!read, "%d was accepted", expected.status);
    fail_unless(read.error().kind == expected.kind && read.error().retriable == expected.retriable,
                "%d is %s", expected.status, to_string(read.error().kind));
    fail_unless(read.error().http_status == expected.status);
    fail_unless(read.error().retry_after == std::chrono::seconds(7));
  }
  const Result<MediaReply> key = read_media_reply(head(401, {}), nullptr, true);
  fail_unless(key.error().kind == ErrorKind::not_authorized);
}
GST_END_TEST

GST_START_TEST(a_range_is_tied_to_the_version) {
  http::Request request;
  add_range(request, asked_part());
  fail_unless(request.headers.size() == 2);
  assert_text(request.headers[0].value, "bytes=100-");
  assert_text(request.headers[1].name, "If-Range");
  assert_text(request.headers[1].value, "\"a\"");
  AskedPart dated = asked_part();
  dated.validators = Validators{"", date};
  dated.has_last = true;
  dated.last = 499;
  http::Request other;
  add_range(other, dated);
  assert_text(other.headers[0].value, "bytes=100-499");
  assert_text(other.headers[1].value, date);
}
GST_END_TEST

Suite* replies_suite() {
  Suite* suite = suite_create("clip replies");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, content_range_is_read_exactly);
  tcase_add_test(tests, only_strong_validators_count);
  tcase_add_test(tests, a_part_must_be_the_one_that_was_asked_for);
  tcase_add_test(tests, a_416_may_mean_that_all_is_here);
  tcase_add_test(tests, a_whole_file_says_how_long_it_is);
  tcase_add_test(tests, a_whole_file_may_come_with_another_status);
  tcase_add_test(tests, every_status_says_what_to_do);
  tcase_add_test(tests, a_range_is_tied_to_the_version);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(replies)
