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

GST_START_TEST(a_secret_is_found_however_it_is_written) {
  const std::vector<Secret> keys = {Secret("sk-vid/o+123456")};
  assert_text(show_safely("?key=sk-vid%2Fo%2B123456.", keys), "?key=[hidden].");
  // What is dropped while cleaning must not bring it together.
  assert_text(show_safely("sk-vid\xe2\x80\x8b/o+123456", keys), "[hidden]");
  assert_text(show_safely(std::string(50, 'x') + "sk-vid/o+123456", keys, 60),
              std::string(50, 'x') + "[hidden]");
  fail_unless(prompt::holds_secret("a sk-vid/o+123456", keys));
  fail_unless(prompt::holds_secret("sk-vid%2Fo%2B123456/a", keys));
  fail_if(prompt::holds_secret("sk-vid", keys));
}
GST_END_TEST

GST_START_TEST(a_short_secret_is_hidden_as_a_word) {
  const std::vector<Secret> keys = {Secret("ted"), Secret("1"), Secret("****")};
  assert_text(show_safely("completed 1 of 11 by ted (ted): 1.", keys),
              "completed [hidden] of 11 by [hidden] ([hidden]): [hidden].");
  assert_text(show_safely("*********", keys), "[hidden][hidden]*");
  fail_if(prompt::holds_secret("ted 1 ****", keys));
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
  tcase_add_test(tests, a_secret_is_found_however_it_is_written);
  tcase_add_test(tests, a_short_secret_is_hidden_as_a_word);
  tcase_add_test(tests, long_text_is_cut_at_a_character);
  tcase_add_test(tests, characters_are_code_points);
  tcase_add_test(tests, fingerprint_does_not_show_the_key);
  return gst_check_run_suite(suite, "text", __FILE__);
}
