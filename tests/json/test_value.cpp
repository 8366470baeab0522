// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Values answer "nothing" for what they are not, and objects keep order and unique names.
#include "../support/check.h"

#include <limits>

#include "json/parse.h"
#include "json/value.h"

using prompt::json::Array;
using prompt::json::Object;
using prompt::json::parse;
using prompt::json::Value;

GST_START_TEST(test_accessors_never_assume_a_type) {
  const Value values[] = {Value(),    Value(true),    Value(1),       Value(1.5),
                          Value("x"), Value(Array{}), Value(Object{})};
  const char* const names[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
  for (int i = 0; i < 7; ++i) {
    assert_text(values[i].type_name(), names[i]);
    fail_unless_equals_int(values[i].is_null(), i == 0);
    fail_unless_equals_int(values[i].as_bool() != nullptr, i == 1);
    fail_unless_equals_int(values[i].as_int() != nullptr, i == 2);
    fail_unless_equals_int(values[i].as_number().has_value(), i == 2 || i == 3);
    fail_unless_equals_int(values[i].as_string() != nullptr, i == 4);
    fail_unless_equals_int(values[i].as_array() != nullptr, i == 5);
    fail_unless_equals_int(values[i].as_object() != nullptr, i == 6);
    fail_unless(values[i].find("x") == nullptr);
    for (int k = 0; k < 7; ++k) fail_unless_equals_int(values[i] == values[k], i == k);
  }
  fail_if(Value(std::numeric_limits<double>::infinity()).as_number().has_value());
}
GST_END_TEST

GST_START_TEST(test_objects_keep_order_and_unique_names) {
  Object object;
  object.set("b", Value(1));
  object.set("a", Value(2));
  object.set("b", Value(3));
  fail_unless_equals_int(static_cast<int>(object.size()), 2);
  assert_text(object.begin()->name.c_str(), "b");
  fail_unless_equals_int(static_cast<int>(*object.find("b")->as_int()), 3);
  fail_unless(object.erase("b"));
  fail_if(object.erase("b"));
  fail_unless(object.find("b") == nullptr);
  const Object copy = object;
  object.set("a", Value(4));
  fail_unless_equals_int(static_cast<int>(*copy.find("a")->as_int()), 2);
}
GST_END_TEST

GST_START_TEST(test_equality_ignores_the_order_of_members_only) {
  fail_unless(*parse(R"({"a":1,"b":{"c":[1,2],"d":null}})") ==
              *parse(R"({"b":{"d":null,"c":[1,2]},"a":1})"));
  fail_if(*parse("[1,2]") == *parse("[2,1]"));
  fail_if(*parse(R"({"a":1})") == *parse(R"({"a":1,"b":1})"));
  fail_if(*parse(R"({"a":1})") == *parse(R"({"b":1})"));
  fail_if(*parse(R"({"a":1})") == *parse(R"({"a":1.0})"));
}
GST_END_TEST

static Suite* json_value_suite() {
  Suite* const suite = suite_create("json-value");
  TCase* const tests = tcase_create("value");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_accessors_never_assume_a_type);
  tcase_add_test(tests, test_objects_keep_order_and_unique_names);
  tcase_add_test(tests, test_equality_ignores_the_order_of_members_only);
  return suite;
}

GST_CHECK_MAIN(json_value)
