// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What strangers send, read within bounds: hostile texts end as errors, fair ones as the right
// value.
#include "../support/check.h"

#include <string>
#include <vector>

#include "json/parse.h"
#include "json/write.h"

using prompt::ErrorKind;
using prompt::json::parse;
using prompt::json::ParseLimits;
using prompt::json::Value;
using prompt::json::write;

namespace {

constexpr std::string_view nul_in_text("\"a\0b\"", 5);

void assert_refused(std::string_view text, ErrorKind kind) {
  const prompt::Result<Value> value = parse(text);
  fail_if(value.has_value(), "accepted: %.60s", std::string(text).c_str());
  fail_unless(value.error().kind == kind, "wrong kind for %.60s: %s", std::string(text).c_str(),
              value.error().message.c_str());
}

void assert_reads(std::string_view text, const char* written) {
  const prompt::Result<Value> value = parse(text);
  fail_unless(value.has_value(), "refused: %.60s: %s", std::string(text).c_str(),
              value ? "" : value.error().message.c_str());
  assert_text(write(*value).c_str(), written);
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out.append(text);
  return out;
}

}  // namespace

GST_START_TEST(test_values_keep_their_type_and_order) {
  assert_reads(" {\"b\" : [1, -2.5, true,\tfalse, null], \"a\":\r\n\"x\"} ",
               R"({"b":[1,-2.5,true,false,null],"a":"x"})");
  assert_reads("{}", "{}");
  assert_reads("[]", "[]");
  assert_reads("[[],{}]", "[[],{}]");
  assert_reads("null", "null");
  assert_reads("\"\"", "\"\"");
  assert_reads("0", "0");
  assert_reads("-0", "0");
  assert_reads("9223372036854775807", "9223372036854775807");
  assert_reads("-9223372036854775808", "-9223372036854775808");
  assert_reads("1e2", "100.0");
  assert_reads("1E+2", "100.0");
  assert_reads("5.0", "5.0");
  assert_reads("1e-400", "0.0");
  assert_reads(R"("\ud83d\ude00\u00e9\/\\\"\b\f\n\r\t")",
               "\"\xf0\x9f\x98\x80\xc3\xa9/\\\\\\\"\\u0008\\u000c\\n\\r\\t\"");
}
GST_END_TEST

GST_START_TEST(test_byte_order_mark_is_tolerated) {
  assert_reads("\xef\xbb\xbf{\"a\":18446744073709551615}", R"({"a":18446744073709551616.0})");
  assert_refused("\xef\xbb\xbf", ErrorKind::malformed);
  assert_refused("\xef\xbb\xbf\xef\xbb\xbf{}", ErrorKind::malformed);
  assert_refused("\xff\xfe{\0}\0", ErrorKind::malformed);
}
GST_END_TEST

GST_START_TEST(test_integers_beyond_int64_are_no_integers) {
  for (const char* text :
       {"9223372036854775808", "-9223372036854775809", "10000000000000000000000"}) {
    const prompt::Result<Value> value = parse(std::string("[1,") + text + ",2]");
    fail_unless(value.has_value());
    const Value& number = (*value->as_array())[1];
    fail_unless(number.as_int() == nullptr, "%s became an integer", text);
    fail_unless(number.as_number().has_value());
    fail_unless(*(*value->as_array())[2].as_int() == 2);
  }
  fail_unless(*parse("9223372036854775808")->as_number() == 9223372036854775808.0);
}
GST_END_TEST

GST_START_TEST(test_numbers_out_of_reach_are_refused) {
  assert_refused("1e999", ErrorKind::malformed);
  assert_refused("[-1e999]", ErrorKind::malformed);
  assert_refused("1" + repeat("0", 400), ErrorKind::malformed);
  assert_refused(repeat("9", 200000), ErrorKind::malformed);
}
GST_END_TEST

GST_START_TEST(test_numbers_that_are_none_are_null) {
  const prompt::Result<Value> value = parse(R"({"a":NaN,"b":[Infinity,-Infinity , 1]})");
  fail_unless(value.has_value());
  fail_unless(*value == *parse(R"({"a":null,"b":[null,null,1]})"));
  fail_unless(parse("-Infinity")->is_null());
}
GST_END_TEST

GST_START_TEST(test_what_is_no_json_is_refused) {
  const std::vector<std::string_view> texts = {"",
                                               " ",
                                               "\n\t",
                                               "0x10",
                                               "010",
                                               "-",
                                               "+1",
                                               "1.",
                                               ".5",
                                               "1e",
                                               "1e+",
                                               "1_000",
                                               "1a",
                                               "--1",
                                               "nan",
                                               "NaN1",
                                               "Inf",
                                               "-Infinit",
                                               "+Infinity",
                                               "TRUE",
                                               "True",
                                               "nul",
                                               "undefined",
                                               "var x = {\"a\":1};",
                                               "var x={}",
                                               "'a'",
                                               "{'a':1}",
                                               "{a:1}",
                                               "{\"a\":1,}",
                                               "[1,]",
                                               "[,1]",
                                               "{,}",
                                               "[1 2]",
                                               "{\"a\" 1}",
                                               "{\"a\":}",
                                               "{\"a\"}",
                                               "{1:2}",
                                               "{\"a\":1}{\"b\":2}",
                                               "{} []",
                                               "1 2",
                                               "{}x",
                                               "// c\n{}",
                                               "/* c */{}",
                                               "{}/* c */",
                                               "{\"a\":/**/1}",
                                               "[",
                                               "{",
                                               "{\"a\":1",
                                               "[1",
                                               "\"a",
                                               "\"a\\",
                                               "]",
                                               "}",
                                               "[}",
                                               "{]",
                                               "{\"a\":[}",
                                               "\"\\377\"",
                                               "\"\\x41\"",
                                               "\"\\'\"",
                                               "\"\\u12\"",
                                               "\"\\u12g4\"",
                                               "\"\\u+123\"",
                                               "\"a\nb\"",
                                               "\"a\tb\"",
                                               "<html></html>",
                                               nul_in_text,
                                               "{\"a\":\"\\u0000\"}",
                                               "\"x\\u0000y\"",
                                               "{\"\\u0000\":1}",
                                               "\"\\ud800\"",
                                               "\"\\udc00\"",
                                               "\"\\ud800\\ud800\"",
                                               "\"\\ud800x\"",
                                               "\"\\ud800\\n\"",
                                               "\"\\udc00\\ud800\"",
                                               "{\"\\udfff\":1}",
                                               "\"\xff\"",
                                               "\"\xc0\x80\"",
                                               "\"\xed\xa0\x80\"",
                                               "\"\xf4\x90\x80\x80\"",
                                               "\xff\xff",
                                               "\"\xe2\x82\""};
  for (const std::string_view text : texts) assert_refused(text, ErrorKind::malformed);
}
GST_END_TEST

GST_START_TEST(test_a_name_twice_is_refused_after_unescaping) {
  assert_refused(R"({"a":1,"a":2})", ErrorKind::malformed);
  assert_refused(R"({"a":1,"b":0,"\u0061":2})", ErrorKind::malformed);
  assert_refused(R"({"x":{"id":1,"id":2}})", ErrorKind::malformed);
  assert_refused(R"([{"/":1,"\/":2}])", ErrorKind::malformed);
  assert_refused("{\"\xc3\xa9\":1,\"\\u00E9\":2}", ErrorKind::malformed);
  assert_refused("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\uDE00\":2}", ErrorKind::malformed);
  assert_refused(R"({"":1,"":2})", ErrorKind::malformed);
  // The same name in different objects is no repetition.
  assert_reads(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})",
               R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})");
}
GST_END_TEST

GST_START_TEST(test_nesting_is_bounded) {
  assert_refused(repeat("[", 100000), ErrorKind::too_large);
  assert_refused(repeat("{\"a\":", 50000), ErrorKind::too_large);
  assert_refused(repeat("[", 100000) + repeat("]", 100000), ErrorKind::too_large);
  assert_refused(repeat("[", 65) + repeat("]", 65), ErrorKind::too_large);
  fail_unless(parse(repeat("[", 64) + repeat("]", 64)).has_value());
  // Siblings do not add up.
  fail_unless(parse("[" + repeat("[[]],", 1000) + "[]]").has_value());
  // A careless limit does not reach the parser's recursion.
  ParseLimits careless;
  careless.max_depth = 1000000;
  fail_if(parse(repeat("[", 100000) + repeat("]", 100000), careless).has_value());
}
GST_END_TEST

GST_START_TEST(test_size_is_bounded) {
  const std::string text = "\"" + std::string(256 * 1024 - 2, 'a') + "\"";
  fail_unless(parse(text).has_value());
  assert_refused(text + " ", ErrorKind::too_large);
  ParseLimits tight;
  tight.max_bytes = 4;
  fail_unless(parse("[12]", tight).has_value());
  fail_if(parse("[123]", tight).has_value());
}
GST_END_TEST

GST_START_TEST(test_members_are_bounded) {
  // Names that all have one hash in GLib's tables: "Aa" and "B@" are equal to them.
  std::string flood = "{";
  for (int i = 0; i < 7000; ++i) {
    flood.append(i == 0 ? "\"" : ",\"");
    for (int bit = 0; bit < 14; ++bit) flood.append(((i >> bit) & 1) != 0 ? "Aa" : "B@");
    flood.append("\":0");
  }
  flood.append("}");
  const gint64 begin = g_get_monotonic_time();
  assert_refused(flood, ErrorKind::too_large);
  fail_unless(g_get_monotonic_time() - begin < 300 * G_TIME_SPAN_MILLISECOND);
  std::string many = "{\"0\":0";
  for (int i = 1; i < 1024; ++i) many.append(",\"" + std::to_string(i) + "\":0");
  fail_unless(parse(many + "}").has_value());
  assert_refused(many + ",\"x\":0}", ErrorKind::too_large);
}
GST_END_TEST

GST_START_TEST(test_errors_name_the_place_and_not_the_text) {
  const prompt::Result<Value> value = parse(R"({"token":"hunter2","x":hunter2})");
  fail_if(value.has_value());
  fail_unless(value.error().message.find("byte 23") != std::string::npos);
  fail_unless(value.error().message.find("hunter2") == std::string::npos);
}
GST_END_TEST

GST_START_TEST(test_every_cut_of_a_reply_is_refused) {
  const std::string reply =
      R"({"code":200,"data":{"id":"t\u00e9","list":[1,2.5e3,{"url":"https:\/\/x"}],"ok":true}})";
  fail_unless(parse(reply).has_value());
  for (std::size_t size = 0; size < reply.size(); ++size)
    assert_refused(std::string_view(reply).substr(0, size), ErrorKind::malformed);
}
GST_END_TEST

static Suite* json_parse_suite() {
  Suite* const suite = suite_create("json-parse");
  TCase* const tests = tcase_create("parse");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_values_keep_their_type_and_order);
  tcase_add_test(tests, test_byte_order_mark_is_tolerated);
  tcase_add_test(tests, test_integers_beyond_int64_are_no_integers);
  tcase_add_test(tests, test_numbers_out_of_reach_are_refused);
  tcase_add_test(tests, test_numbers_that_are_none_are_null);
  tcase_add_test(tests, test_what_is_no_json_is_refused);
  tcase_add_test(tests, test_a_name_twice_is_refused_after_unescaping);
  tcase_add_test(tests, test_nesting_is_bounded);
  tcase_add_test(tests, test_size_is_bounded);
  tcase_add_test(tests, test_members_are_bounded);
  tcase_add_test(tests, test_errors_name_the_place_and_not_the_text);
  tcase_add_test(tests, test_every_cut_of_a_reply_is_refused);
  return suite;
}

GST_CHECK_MAIN(json_parse)
