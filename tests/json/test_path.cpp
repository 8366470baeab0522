// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where in a reply a value is found, and that a wrong type or index is a miss and never a crash.
#include "../support/check.h"

#include "base/text.h"
#include "json/parse.h"
#include "json/path.h"
#include "json/write.h"

using prompt::json::find_number;
using prompt::json::find_text;
using prompt::json::find_value;
using prompt::json::parse;
using prompt::json::Path;
using prompt::json::Paths;
using prompt::json::Value;

namespace {

// A document with every type under every kind of step.
const char* const document = R"({
  "id": "t1", "code": 200, "part": 0.5, "empty": "", "none": null, "yes": true, "big": 1e300,
  "data": {"images": [{"url": "a"}, {"url": "b"}, 7, null], "a b": 1, "it's": 2, "x.y": 3},
  "matrix": [[1, 2], [3]], "vide\u00e9o": 4, "files": [{"url": null}, {"url": ""}, {"url": "c"}]
})";

Value read_document() { return *parse(document); }

Path path(const char* text) {
  prompt::Result<Path> parsed = Path::parse(text);
  fail_unless(parsed.has_value(), "%s: %s", text, parsed ? "" : parsed.error().message.c_str());
  return *parsed;
}

Paths paths(std::initializer_list<const char*> texts) {
  Paths out;
  for (const char* text : texts) out.push_back(path(text));
  return out;
}

// The matches as one JSON text.
std::string all(const char* text) {
  const Value root = read_document();
  std::string out;
  for (const Value* value : path(text).all(root)) out.append(write(*value)).append(" ");
  return out;
}

}  // namespace

GST_START_TEST(test_steps_find_what_they_name) {
  assert_text(all("$.id").c_str(), "\"t1\" ");
  assert_text(all("id").c_str(), "\"t1\" ");
  assert_text(all("data.images[1].url").c_str(), "\"b\" ");
  assert_text(all("$.data.images[*].url").c_str(), "\"a\" \"b\" ");
  assert_text(all("$['data']['a b']").c_str(), "1 ");
  assert_text(all("$.data['it\\'s']").c_str(), "2 ");
  assert_text(all("$.data['x.y']").c_str(), "3 ");
  assert_text(all("matrix[*][*]").c_str(), "1 2 3 ");
  assert_text(all("matrix[*][1]").c_str(), "2 ");
  assert_text(all("vide\xc3\xa9o").c_str(), "4 ");
  assert_text(all("$.files[0][*]").c_str(), "null ");
  const Value root = read_document();
  fail_unless(path("$").first(root) == &root);
  fail_unless(path("none").first(root) != nullptr && path("none").first(root)->is_null());
  assert_text(path("$.id").text().c_str(), "$.id");
}
GST_END_TEST

GST_START_TEST(test_misses_are_nothing) {
  for (const char* text :
       {"nothing", "id.x", "id[0]", "id[*]", "code[*]", "none.x", "none[0]", "data[0]", "matrix.x",
        "data.images[4]", "data.images[99999999999999999]", "data.images[2].url", "matrix[1][1]",
        "yes.x", "matrix['0']", "data.images['length']"}) {
    const Value root = read_document();
    fail_unless(path(text).all(root).empty(), "%s", text);
    fail_unless(path(text).first(root) == nullptr, "%s", text);
  }
}
GST_END_TEST

GST_START_TEST(test_unreadable_paths_are_refused) {
  for (const char* text :
       {"",          " ",        ".",        "$.",     "$x",   "a.",
        "a..b",      ".a",       "a[",       "a[]",    "a[0",  "a[-1]",
        "a[01]",     "a[x]",     "a[0]x",    "a[']",   "a['x", "a['x'",
        "a['x\\n']", "a[\"x\"]", "a[?@.x]",  "a[0:1]", "$..a", "a.*",
        "a-b",       "1a",       "a.1",      "a b",    "[0]",  "a[99999999999999999999999]",
        "a[**]",     "\xff",     "a['\xff']"}) {
    const prompt::Result<Path> parsed = Path::parse(text);
    fail_if(parsed.has_value(), "accepted: %s", text);
    fail_unless(parsed.error().kind == prompt::ErrorKind::settings);
    fail_unless(prompt::is_valid_utf8(parsed.error().message));
  }
  const prompt::Result<Path> parsed = Path::parse("data.video-url");
  fail_unless(parsed.error().message.find("data.video-url") != std::string::npos);
  fail_unless(parsed.error().message.find("character 11") != std::string::npos, "%s",
              parsed.error().message.c_str());
}
GST_END_TEST

GST_START_TEST(test_lists_of_paths_take_the_first_hit) {
  const Value root = read_document();
  fail_unless(find_text(root, paths({"x", "none", "empty", "yes", "data", "part", "id"})) == "t1");
  fail_unless(find_text(root, paths({"code"})) == "200");
  fail_unless(find_text(root, paths({"files[*].url"})) == "c");
  fail_unless(!find_text(root, paths({"none", "empty", "part", "yes", "data", "matrix", "big"})));
  fail_unless(!find_text(root, {}));
  fail_unless(find_number(root, paths({"id", "none", "yes", "part", "code"})) == 0.5);
  fail_unless(find_number(root, paths({"code"})) == 200);
  fail_unless(!find_number(root, paths({"id", "none", "data"})));
  fail_unless(find_value(root, paths({"none", "empty", "yes"})) == root.find("yes"));
  fail_unless(find_value(root, paths({"none", "empty", "x"})) == nullptr);
  fail_unless(find_value(root, paths({"files[*].url"}))->as_string() != nullptr);
}
GST_END_TEST

static Suite* json_path_suite() {
  Suite* const suite = suite_create("json-path");
  TCase* const tests = tcase_create("path");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_steps_find_what_they_name);
  tcase_add_test(tests, test_misses_are_nothing);
  tcase_add_test(tests, test_unreadable_paths_are_refused);
  tcase_add_test(tests, test_lists_of_paths_take_the_first_hit);
  return suite;
}

GST_CHECK_MAIN(json_path)
