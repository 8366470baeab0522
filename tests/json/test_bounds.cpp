// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What large replies cost: those that services send are read within three times their size besides
// themselves, those that were made to cost more are refused.
#include "../support/check.h"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "json/parse.h"

namespace {

using prompt::ErrorKind;
using prompt::Result;
using prompt::json::ParseLimits;
using prompt::json::Path;
using prompt::json::Value;
using prompt::json::Wanted;

constexpr std::size_t reply_bytes = 4UL * 1024 * 1024;

// In kB, from /proc; 0 where there is none.
long memory(const std::string& name) {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word)
    if (word == name) {
      long value = 0;
      file >> value;
      return value;
    }
  return 0;
}

bool is_measurable() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return memory("VmHWM:") > 0 && g_getenv("PROMPT_TEST_SANITIZED") == nullptr;
#endif
}

// How much more memory than before is in use at the most, in bytes: in a process of its own, which
// has none left over.
std::size_t cost_of(const std::string& text, const ParseLimits& limits) {
  malloc_trim(0);
  int ends[2];
  fail_unless(pipe(ends) == 0);
  const pid_t child = fork();
  fail_unless(child >= 0);
  if (child == 0) {
    const long before = memory("VmRSS:");
    const Result<Value> value = prompt::json::parse(text, limits);
    const long cost = std::max(memory("VmHWM:") - before, 0L) * 1024;
    _exit(write(ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
  }
  close(ends[1]);
  long cost = 0;
  fail_unless(read(ends[0], &cost, sizeof cost) == sizeof cost);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return static_cast<std::size_t>(cost);
}

void assert_cheap(const std::string& text, const ParseLimits& limits, const char* what) {
  if (!is_measurable()) return;
  const std::size_t cost = cost_of(text, limits);
  g_print("%s: %zu bytes, %zu in memory\n", what, text.size(), cost);
  fail_unless(cost <= 3 * reply_bytes, "%s: %zu bytes", what, cost);
}

ParseLimits limits_of(const Wanted* wanted = nullptr) {
  ParseLimits limits;
  limits.max_bytes = reply_bytes;
  limits.wanted = wanted;
  return limits;
}

Wanted wanted_of(std::initializer_list<const char*> paths) {
  Wanted out;
  for (const char* path : paths) out.add(*Path::parse(path));
  return out;
}

std::string repeat(const std::string& piece, std::size_t bytes) {
  std::string out;
  out.reserve(bytes + piece.size());
  while (out.size() < bytes) out += piece;
  return out;
}

// Many of one kind, in a list.
std::string list_of(const std::string& item) {
  std::string text = "{\"output\":[" + repeat(item + ",", reply_bytes - 100);
  text.back() = ']';
  return text + "}";
}

// Its first `size` bytes, but for the last item, as a document.
std::string cut(const std::string& list, const std::string& item, std::size_t size) {
  return list.substr(0, list.rfind(item + ",", size)) + item + "]}";
}

}  // namespace

GST_START_TEST(large_texts_pass) {
  const std::string picture =
      "\"data:image/png;base64," + std::string(reply_bytes - 200, 'A') + "\"";
  const std::string lines =
      "\"" + repeat("12%|##   | 4/50 [00:01<00:14] \\u2588\\n", reply_bytes - 200) + "\"";
  const std::string entry =
      R"({"message":"step","level":"INFO","timestamp":"2026-12-01T03:00:00Z"})";
  const std::string entries = "[" + repeat(entry + ",", reply_bytes - 400) + "0]";
  const Wanted wanted = wanted_of({"id", "status", "output[*]", "error"});
  for (const std::string& logs : {picture, lines, entries}) {
    const std::string text = "{\"logs\":" + logs + R"(,"id":"p1","output":["a"],"error":NaN})";
    fail_unless(text.size() <= reply_bytes);
    const Result<Value> value = prompt::json::parse(text, limits_of(&wanted));
    fail_unless(value.has_value(), "%s", value ? "" : value.error().message.c_str());
    assert_text(*value->find("id")->as_string(), "p1");
    fail_unless(value->find("logs")->is_null() && value->find("error")->is_null());
    fail_unless(value->find("output")->as_array()->size() == 1);
    assert_cheap(text, limits_of(&wanted), "logs");
  }
  // What is wanted comes as it is, however long.
  const std::string text =
      "{\"output\":[" + picture + "," + lines.substr(0, 100) + "\",\"\\u0001x\"]}";
  const Result<Value> value = prompt::json::parse(text, limits_of(&wanted));
  fail_unless(value.has_value());
  const prompt::json::Array& output = *value->find("output")->as_array();
  assert_text(*output[0].as_string(), picture.substr(1, picture.size() - 2));
  assert_text(*output[2].as_string(), "\1x");
  assert_cheap(text, limits_of(&wanted), "output");
}
GST_END_TEST

GST_START_TEST(small_values_are_bounded) {
  for (const char* const item : {"{}", "[]", "0", "\"a\"", "null", "NaN", "{\"a\":{}}", "[[[]]]",
                                 "\"\\u0001\"", "{\"a\":0,\"b\":0,\"c\":0}"}) {
    const std::string text = list_of(item);
    const Result<Value> value = prompt::json::parse(text, limits_of());
    fail_unless(!value.has_value() && value.error().kind == ErrorKind::too_large, "%s", item);
    assert_cheap(text, limits_of(), item);
    // As many as are just taken.
    std::size_t taken = 0;
    for (std::size_t step = reply_bytes / 8; step > 16 * 1024; step /= 2)
      if (prompt::json::parse(cut(text, item, taken + step), limits_of())) taken += step;
    assert_cheap(cut(text, item, taken), limits_of(), item);
  }
}
GST_END_TEST

GST_START_TEST(only_what_is_wanted_is_built) {
  Wanted wanted = wanted_of({"a.b", "l[*].x", "o[0]", "s"});
  wanted.add(*Path::parse("items"), {*Path::parse("url")});
  const ParseLimits limits = limits_of(&wanted);
  const auto read = [&](const char* text) {
    Result<Value> value = prompt::json::parse(text, limits);
    fail_unless(value.has_value(), "%s: %s", text, value ? "" : value.error().message.c_str());
    return std::move(*value);
  };
  struct Case {
    const char* text;
    const char* as;
  };
  for (const Case& one : {
           Case{R"({"a":{"b":[1,{"c":2}],"z":[{}]},"y":{"b":1}})",
                R"({"a":{"b":[1,{"c":2}],"z":null},"y":null})"},
           {R"({"l":[{"x":1,"y":[[]]},7,[8]],"s":"t"})",
            R"({"l":[{"x":1,"y":null},7,null],"s":"t"})"},
           {R"({"l":{"k":{"x":1,"y":2}},"o":[{"p":1},{"q":-Infinity}]})",
            R"({"l":{"k":{"x":1,"y":null}},"o":[{"p":1},{"q":null}]})"},
           {R"({"items":{"url":"u","v":{"x":1}}})", R"({"items":{"url":"u","v":{"x":null}}})"},
           {R"({"items":[{"url":"u","v":{"a":[]}}],"n":[1,[2,{"k":"]"}]]})",
            R"({"items":[{"url":"u","v":null}],"n":null})"},
           {R"({"x":18446744073709551616,"y":[NaN],"a":[{"b":1}]})",
            R"({"x":null,"y":null,"a":null})"},
       })
    fail_unless(read(one.text) == *prompt::json::parse(one.as), "%s", one.text);
  // What is not wanted has to be JSON all the same.
  for (const char* const text :
       {R"({"y":{"b":}})", R"({"y":[1,]})", R"({"y":{"b":1,"b":2}})", R"({"y":nul})"})
    fail_unless(!prompt::json::parse(text, limits).has_value(), "%s", text);
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("bounds");
  TCase* const tests = tcase_create("bounds");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, large_texts_pass);
  tcase_add_test(tests, small_values_are_bounded);
  tcase_add_test(tests, only_what_is_wanted_is_built);
  return gst_check_run_suite(suite, "bounds", __FILE__);
}
