// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is sent reads back as the same value, and equal values hash alike.
#include "../support/check.h"

#include <limits>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

using prompt::json::Array;
using prompt::json::parse;
using prompt::json::Value;
using prompt::json::write;
using prompt::json::write_canonical;

GST_START_TEST(test_what_is_written_reads_back) {
  for (const double number :
       {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 1e21, -123456.789, 5.0}) {
    const prompt::Result<Value> back = parse(write(Value(number)));
    fail_unless(back.has_value() && *back == Value(number), "%.17g", number);
  }
  std::string all_characters;
  for (int c = 1; c < 128; ++c) all_characters.push_back(static_cast<char>(c));
  all_characters.append("\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8");
  fail_unless(*parse(write(Value(all_characters))) == Value(all_characters));
  const char* const text = R"({"z":[1,-2.5,true,null,{"k":""}],"a":{}})";
  assert_text(write(*parse(text)).c_str(), text);
  assert_text(write(Value(std::numeric_limits<std::int64_t>::min())).c_str(),
              "-9223372036854775808");
}
GST_END_TEST

GST_START_TEST(test_what_json_cannot_say_is_still_valid_json) {
  assert_text(write(Value(std::numeric_limits<double>::quiet_NaN())).c_str(), "null");
  for (const std::string& bad : {std::string("a\xff"), std::string("a\0b", 3)}) {
    const std::string text = write(Value(bad));
    fail_unless(prompt::is_valid_utf8(text) && parse(text).has_value());
  }
}
GST_END_TEST

GST_START_TEST(test_canonical_text_depends_on_the_value_only) {
  const char* const one = R"({"b":{"y":1,"x":[{"q":1,"p":2}]},"a":"\u00e9","B":1})";
  const char* const two =
      "{\"B\":1, \"a\":\"\xc3\xa9\", \"b\":{\"x\":[{\"p\":2,\"q\":1}],\"y\":1}}";
  assert_text(write_canonical(*parse(one)).c_str(), write_canonical(*parse(two)).c_str());
  assert_text(write_canonical(*parse(one)).c_str(),
              "{\"B\":1,\"a\":\"\xc3\xa9\",\"b\":{\"x\":[{\"p\":2,\"q\":1}],\"y\":1}}");
  assert_text(write_canonical(Value(-0.0)).c_str(), write_canonical(Value(0.0)).c_str());
  fail_if(write_canonical(Value(5)) == write_canonical(Value(5.0)));
  fail_if(write_canonical(Value("5")) == write_canonical(Value(5)));
}
GST_END_TEST

static Suite* json_write_suite() {
  Suite* const suite = suite_create("json-write");
  TCase* const tests = tcase_create("write");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_what_is_written_reads_back);
  tcase_add_test(tests, test_what_json_cannot_say_is_still_valid_json);
  tcase_add_test(tests, test_canonical_text_depends_on_the_value_only);
  return suite;
}

GST_CHECK_MAIN(json_write)
