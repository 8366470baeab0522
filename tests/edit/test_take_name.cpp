// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Names that every file system takes.
#include <string>

#include "base/text.h"
#include "check.h"
#include "edit/take_name.h"

namespace {

using namespace prompt::edit;

GST_START_TEST(test_names_that_some_file_system_refuses) {
  assert_text(file_name_part("Shot_01"), "Shot_01");
  assert_text(file_name_part("a/b\\c:d*e?f\"g<h>i|j"), "a_b_c_d_e_f_g_h_i_j");
  assert_text(file_name_part("line\nbreak\ttab\x7f"), "line_break_tab_");
  assert_text(file_name_part("CON"), "CON_");
  assert_text(file_name_part("nul.mp4"), "nul_.mp4");
  assert_text(file_name_part("Com7 .x"), "Com7 _.x");
  assert_text(file_name_part("console"), "console");
  assert_text(file_name_part("the end..."), "the end");
  assert_text(file_name_part(" .hidden "), "hidden");
  assert_text(file_name_part("-rf"), "_rf");
  assert_text(file_name_part("~root"), "_root");
  assert_text(file_name_part(".."), "clip");
  assert_text(file_name_part(""), "clip");
  // Letters that turn the direction of writing make "gpj.exe" of "exe.jpg".
  assert_text(file_name_part("a\xE2\x80\xAE"
                             "b"),
              "a_b");
  fail_unless(prompt::is_valid_utf8(file_name_part("caf\xE9 \xFF")));
}
GST_END_TEST;

GST_START_TEST(test_all_other_letters_stay_as_they_are) {
  // Not even composed anew: "ü" of two code points, a family of four.
  for (const char* name :
       {"Größe", "u\xCC\x88", "雪の中", "ثلج", "👨‍👩‍👧‍👦", "50% #1 & 'x' [y]"})
    assert_text(file_name_part(name), name);
}
GST_END_TEST;

GST_START_TEST(test_names_from_prompts) {
  assert_text(name_from_prompt("A red fox, in the snow!"), "A_red_fox_in_the_snow");
  assert_text(name_from_prompt("it's 5 o\xE2\x80\x99"
                               "clock"),
              "its_5_oclock");
  assert_text(name_from_prompt("雪の中の赤い狐"), "雪の中の赤い狐");
  assert_text(name_from_prompt("!!"), "clip");
  assert_text(name_from_prompt("con"), "con_");
  const std::string words = name_from_prompt(
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen");
  assert_text(words, "one_two_three_four_five_six_seven_eight_nine_ten");
  const std::string wide =
      name_from_prompt("雪の中の赤い狐が森の奥へと静かに歩いていく夜明け前の風景");
  fail_unless(wide.size() <= 48 && wide.size() >= 45 && prompt::is_valid_utf8(wide));
}
GST_END_TEST;

GST_START_TEST(test_stems_leave_room_for_endings) {
  assert_text(take_stem("Shot_01", 2), "Shot_01_take_02");
  assert_text(take_stem("Shot_01", 123, 0), "Shot_01_take_123_result_01");
  for (const char* letter : {"x", "ü", "狐", "👨‍👩‍👧‍👦", "e\xCC\x81"}) {
    std::string name;
    while (name.size() < 300) name += letter;
    const std::string stem = take_stem(name, 7);
    fail_unless(stem.size() <= 180 && stem.size() > 150 && prompt::is_valid_utf8(stem));
    fail_unless(stem.ends_with("_take_07") && stem.starts_with(letter));
  }
  assert_text(take_stem(std::string(171, 'x') + " . more", 1), std::string(171, 'x') + "_take_01");
}
GST_END_TEST;

Suite* take_name_suite() {
  Suite* const suite = suite_create("take_name");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_names_that_some_file_system_refuses);
  tcase_add_test(tests, test_all_other_letters_stay_as_they_are);
  tcase_add_test(tests, test_names_from_prompts);
  tcase_add_test(tests, test_stems_leave_room_for_endings);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(take_name)
