// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Paths, query values and headers: whatever a value holds, it stays inside its place.
#include "../support/check.h"

#include "json/parse.h"
#include "json/text_template.h"

using prompt::json::Lookup;
using prompt::json::parse;
using prompt::json::TextTemplate;
using prompt::json::TextUse;
using prompt::json::Value;

namespace {

constexpr const char* refused = "(refused)";
constexpr const char* unset = "(unset)";

std::string render(const char* text, TextUse use, const Value& values) {
  const prompt::Result<TextTemplate> parsed = TextTemplate::parse(text, use);
  fail_unless(parsed.has_value(), "%s: %s", text, parsed ? "" : parsed.error().message.c_str());
  const Lookup lookup = [&values](std::string_view name) {
    return values.find(name);
  };
  const prompt::Result<std::optional<std::string>> out = parsed->render(lookup);
  if (!out) return refused;
  return out->has_value() ? **out : unset;
}

std::string render_id(const char* text, TextUse use, const std::string& id) {
  prompt::json::Object values;
  values.set("id", Value(id));
  return render(text, use, Value(values));
}

}  // namespace

GST_START_TEST(test_values_stay_inside_their_segment) {
  const Value values = *parse(
      R"({"id":"a/b?c#d e%\u00e9&=+\"~_-.","model":"fal-ai/v1.6/x y","n":5,"yes":true,"list":["p","q"]})");
  assert_text(render("/t/${id}/s", TextUse::path, values).c_str(),
              "/t/a%2Fb%3Fc%23d%20e%25%C3%A9%26%3D%2B%22~_-./s");
  assert_text(render("/${model:path}", TextUse::path, values).c_str(), "/fal-ai/v1.6/x%20y");
  assert_text(render("/${model}", TextUse::path, values).c_str(), "/fal-ai%2Fv1.6%2Fx%20y");
  assert_text(render("/${n}/${yes}/${list[1]}", TextUse::path, values).c_str(), "/5/true/q");
  assert_text(render("a b&${id}", TextUse::query, values).c_str(),
              "a%20b%26a%2Fb%3Fc%23d%20e%25%C3%A9%26%3D%2B%22~_-.");
  assert_text(render("v${n} $${x}", TextUse::header, values).c_str(), "v5 ${x}");
  assert_text(render("/plain", TextUse::path, values).c_str(), "/plain");
}
GST_END_TEST

GST_START_TEST(test_values_cannot_lead_to_another_operation) {
  for (const char* id : {"", ".", "..", "../x", "x/..", "x/../y", "./x"})
    assert_text(render_id("/tasks/${id:path}", TextUse::path, id).c_str(), refused);
  for (const char* id : {"", ".", ".."})
    assert_text(render_id("/tasks/${id}", TextUse::path, id).c_str(), refused);
  assert_text(render_id("/tasks/.${id}/x", TextUse::path, ".").c_str(), refused);
  assert_text(render_id("/tasks/v${id}", TextUse::path, "..").c_str(), "/tasks/v..");
  assert_text(render_id("/tasks/${id}", TextUse::path, "../x").c_str(), "/tasks/..%2Fx");
  assert_text(render_id("/tasks/${id}", TextUse::path, "%2e%2e").c_str(), "/tasks/%252e%252e");
}
GST_END_TEST

GST_START_TEST(test_headers_hold_no_line_breaks) {
  for (const char* id : {"a\r\nX: y", "a\n", "a\r", "\x7f", "\xc3\xa9", "a\tb"})
    assert_text(render_id("Key ${id}", TextUse::header, id).c_str(), refused);
  assert_text(render_id("Key ${id}", TextUse::header, std::string("a\0b", 3)).c_str(), refused);
  assert_text(render_id("Key ${id}", TextUse::header, "a b").c_str(), "Key a b");
  // A refused value may be a key: it is not shown.
  const Lookup lookup = [value = Value("hunter2\n")](std::string_view) {
    return &value;
  };
  const auto out = TextTemplate::parse("Key ${key}", TextUse::header)->render(lookup);
  fail_unless(!out && out.error().message.find("hunter2") == std::string::npos);
}
GST_END_TEST

GST_START_TEST(test_unset_and_untextual_values) {
  const Value values = *parse(R"({"a":"x","o":{},"l":["p"],"none":null})");
  assert_text(render("/${a}/${b}", TextUse::path, values).c_str(), unset);
  assert_text(render("${l[1]}", TextUse::query, values).c_str(), unset);
  assert_text(render("${o}", TextUse::query, values).c_str(), refused);
  assert_text(render("${l}", TextUse::query, values).c_str(), refused);
  assert_text(render("${none}", TextUse::query, values).c_str(), refused);
  assert_text(render("${a[0]}", TextUse::query, values).c_str(), refused);
}
GST_END_TEST

GST_START_TEST(test_unreadable_texts_are_refused) {
  for (const char* text :
       {"${", "${}", "${a", "${a b}", "${a:pat}", "${a[}", "${a[]}", "${a[x]}", "${a[0}",
        "${a[0]b}", "${a.${b}}", "/a b", "/\xc3\xa9", "/#a", "/\"", "\xff"})
    fail_if(TextTemplate::parse(text, TextUse::path).has_value(), "accepted: %s", text);
  fail_if(TextTemplate::parse("${a:path}", TextUse::query).has_value());
  fail_if(TextTemplate::parse("a\r\nb", TextUse::header).has_value());
  const auto names = TextTemplate::parse("/${b}/${a}/${b[1]}", TextUse::path)->names();
  fail_unless(names == std::vector<std::string>({"a", "b"}));
}
GST_END_TEST

static Suite* json_text_template_suite() {
  Suite* const suite = suite_create("json-text-template");
  TCase* const tests = tcase_create("text-template");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_values_stay_inside_their_segment);
  tcase_add_test(tests, test_values_cannot_lead_to_another_operation);
  tcase_add_test(tests, test_headers_hold_no_line_breaks);
  tcase_add_test(tests, test_unset_and_untextual_values);
  tcase_add_test(tests, test_unreadable_texts_are_refused);
  return suite;
}

GST_CHECK_MAIN(json_text_template)
