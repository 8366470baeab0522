// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "check.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace {

using prompt::Secret;
using prompt::show_safely;

GST_START_TEST(strangers_text_is_cleaned) {
  assert_text(show_safely("one\ntwo\t\x1b[31mthree"), "one two [31mthree");
  assert_text(show_safely("bad \xff\xfe bytes"), "bad \xef\xbf\xbd\xef\xbf\xbd bytes");
  // A direction override could make a text read as another.
  assert_text(show_safely("a\xe2\x80\xae"
                          "b"),
              "ab");
}
GST_END_TEST

GST_START_TEST(key_and_signatures_are_hidden) {
  const std::vector<Secret> keys = {Secret("sk-video-123456")};
  assert_text(show_safely("Incorrect key sk-video-123456 given", keys),
              "Incorrect key [hidden] given");
  assert_text(show_safely("see https://cdn.example.com/a.mp4?sig=abc#x, please"),
              "see https://cdn.example.com/a.mp4?[hidden] please");
  assert_text(show_safely("(https://user:word@host/path)"), "(https://host/path?[hidden])");
}
GST_END_TEST

GST_START_TEST(long_text_is_cut_at_a_character) {
  const std::string cut = show_safely(std::string(400, 'x') + "\xe4\xb8\xad\xe6\x96\x87", {}, 404);
  assert_text(cut, std::string(400, 'x') + "...");
  fail_unless(show_safely(std::string(10000, 'y')).size() == 512);
}
GST_END_TEST

GST_START_TEST(characters_are_code_points) {
  fail_unless_equals_int(static_cast<int>(prompt::count_code_points("\xe4\xb8\xad\xe6\x96\x87")),
                         2);
  fail_unless(!prompt::is_valid_utf8(std::string_view("a\0b", 3)));
  fail_unless(!prompt::is_valid_utf8("\xc0\x80"));
}
GST_END_TEST

GST_START_TEST(fingerprint_does_not_show_the_key) {
  const Secret key("sk-video-123456");
  fail_unless_equals_int(static_cast<int>(key.fingerprint().size()), 8);
  fail_unless(key.fingerprint() != Secret("sk-video-123457").fingerprint());
}
GST_END_TEST

}  // namespace

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* suite = suite_create("text");
  TCase* tests = tcase_create("text");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, strangers_text_is_cleaned);
  tcase_add_test(tests, key_and_signatures_are_hidden);
  tcase_add_test(tests, long_text_is_cut_at_a_character);
  tcase_add_test(tests, characters_are_code_points);
  tcase_add_test(tests, fingerprint_does_not_show_the_key);
  return gst_check_run_suite(suite, "text", __FILE__);
}
