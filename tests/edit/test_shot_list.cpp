// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Lists of shots as spreadsheets write them, and everything that can be wrong with one.
#include <string>

#include "base/text.h"
#include "check.h"
#include "edit/shot_list.h"

namespace {

using namespace prompt;
using namespace prompt::edit;
using std::string_literals::operator""s;

ShotList read(const std::string& bytes, const char* file = "s.csv") {
  static const ShotDefaults defaults;
  return read_shot_list(bytes, file, defaults);
}

// name=prompt(takes) of each shot.
std::string summary(const ShotList& list) {
  std::string text;
  for (const ListedShot& shot : list.shots)
    text += (text.empty() ? "" : "|") + shot.name + "=" + shot.settings.prompt +
            format("(%u)", shot.takes);
  return text;
}

void assert_good(const std::string& bytes, const char* expected, const char* file = "s.csv") {
  const ShotList list = read(bytes, file);
  assert_text(join(list.problems, "; "), "");
  assert_text(summary(list), expected);
}

void assert_problem(const std::string& bytes, const char* expected, const char* file = "s.csv") {
  const std::string problems = join(read(bytes, file).problems, "\n");
  fail_unless(problems.find(expected) != std::string::npos, "\"%s\" does not say \"%s\"",
              problems.c_str(), expected);
}

std::string utf16(const std::string& text, bool is_little) {
  std::string bytes = is_little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : text) {
    if (!is_little) bytes += '\0';
    bytes += c;
    if (is_little) bytes += '\0';
  }
  return bytes;
}

GST_START_TEST(test_what_spreadsheets_write) {
  const char* const fox = "A=a red fox(2)|B=a whale(1)";
  assert_good("name,prompt,takes\nA,a red fox,2\nB,a whale,\n", fox);
  assert_good("\xEF\xBB\xBFname,prompt,takes\r\nA,a red fox,2\r\nB,a whale\r\n", fox);
  assert_good("name;prompt;takes\nA;a red fox;2\nB;a whale;;;\n", fox);
  assert_good("name\tprompt\ttakes\nA\ta red fox\t2\nB\ta whale", fox);
  assert_good("sep=;\r\nname;prompt;takes\r\nA;a red fox;2\r\nB;a whale;\r\n", fox);
  assert_good("# a list\n\nname,prompt,takes\n#no,shot,\nA , a red fox , 2\n,,\nB,a whale,\n", fox);
  assert_good(utf16("name,prompt,takes\nA,a red fox,2\nB,a whale,\n", true), fox);
  assert_good(utf16("name,prompt,takes\nA,a red fox,2\nB,a whale,\n", false), fox);
  assert_good("\"Name\",\"PROMPT\",Takes\n\"A\",\"a red fox\",\"2\"\nB,\"a whale\",", fox);
}
GST_END_TEST;

GST_START_TEST(test_cells_with_anything_in_them) {
  assert_good("prompt,name\n\"a fox, \"\"red\"\"; in\r\nthe snow\",A\n",
              "A=a fox, \"red\"; in\nthe snow(1)");
  assert_good("prompt\n雪の中の 狐\n", "雪の中の_狐=雪の中の 狐(1)");
  assert_good("prompt,name\n6\" of snow,A\n", "A=6\" of snow(1)");
  assert_good("prompt,name\n\"#1 fox\",A\n", "A=#1 fox(1)");
}
GST_END_TEST;

GST_START_TEST(test_properties_are_columns) {
  const ShotList list = read(
      "name,prompt,Aspect Ratio,generate_audio,duration,image,set:Style,set:n\n"
      "A,fox,9:16,TRUE,10,\"https://x/1.png\nhttps://x/2.png\",Jazz,3\n");
  assert_text(join(list.problems), "");
  const engine::Settings& settings = list.shots.front().settings;
  assert_text(settings.aspect_ratio, "9:16");
  fail_unless(settings.generate_audio == true && settings.duration_s == 10);
  assert_text(join(settings.images), "https://x/1.png, https://x/2.png");
  assert_text(*settings.parameters.find("Style")->as_string(), "Jazz");
  fail_unless(*settings.parameters.find("n")->as_int() == 3);
}
GST_END_TEST;

GST_START_TEST(test_json) {
  assert_good(
      R"([{"name": "A", "prompt": "a red fox", "takes": 2}, {"name": "B", "prompt": "a whale"}])",
      "A=a red fox(2)|B=a whale(1)", "s.json");
  const ShotList list = read(
      R"({"shots": [{"prompt": "x", "image": ["a.png", "b.png"], "duration": 5, "generate-audio": false}]})",
      "s.json");
  assert_text(join(list.problems), "");
  fail_unless(list.shots.front().settings.images.size() == 2);
  fail_unless(list.shots.front().settings.generate_audio == false);
  assert_problem("{}", "neither a list", "s.json");
  assert_problem("[1]", "s.json: shot 1: It is no object", "s.json");
  assert_problem(R"([{"prompt": "x", "colour": 1}])", "s.json: shot 1, 'colour'", "s.json");
  assert_problem("[", "s.json: ", "s.json");
}
GST_END_TEST;

GST_START_TEST(test_what_is_wrong_is_told_with_its_place) {
  assert_problem("", "s.csv: It is empty");
  assert_problem("name\nA\n", "s.csv:1:1: There is no column 'prompt'");
  assert_problem("prompt,colour\nx,red\n", "s.csv:1:8: There is no column 'colour'");
  assert_problem("prompt,name,Prompt\nx,A,y\n", "s.csv:1:13: The column 'Prompt' is there twice");
  assert_problem("prompt,api-key\nx,y\n", "There is no column 'api-key'");
  assert_problem("prompt,name\na fox, red,A\n", "s.csv:2:12: The row has more cells");
  assert_problem("name,prompt\n\"A\nB\",x\nC,\n", "s.csv:4:1: The shot has no prompt");
  assert_problem("prompt\n\"x\n\n", "quote that begins at line 2, column 1 does not end");
  assert_problem("prompt\n\"x\"y\n", "behind the quote at line 2, column 4");
  assert_problem("prompt,name\n\xC3\xBC\xE9,A\n", "The byte 0xE9 at line 2, column 2");
  assert_problem(std::string("p\0r\0", 4), "zero byte at line 1, column 2");
  assert_problem("\xFF\xFEp\0x"s + std::string("\xD8", 1), "not UTF-16");
  assert_problem("prompt,takes\nx,0\n", "s.csv:2:3: The column 'takes' is '0'");
  assert_problem("prompt,duration\nx,ten\n", "s.csv:2:3: The column 'duration' is 'ten'");
  assert_problem("prompt,generate-audio\nx,yes\n", "generate-audio");
  assert_problem(
      "prompt,from\nx,Nowhere\n",
      "s.csv:2:3: It begins with the end of 'Nowhere', and there is no shot of this name");
  assert_problem("name,prompt,from\nA,x,B\nB,y,A\n", "A from B from A");
  assert_problem("name,prompt,from\nA,x,A\n", "A from A");
}
GST_END_TEST;

GST_START_TEST(test_names_that_are_one_to_some_file_system) {
  // Letter case, two ways to write an umlaut, and what no file name may hold.
  for (const char* pair :
       {"Shot,shot", "STRASSE,straße", "M\xC3\xBCller,Mu\xCC\x88ller", "a/b,a:b"}) {
    const std::string text = pair;
    const std::size_t comma = text.find(',');
    const std::string list =
        "name,prompt\n" + text.substr(0, comma) + ",x\n" + text.substr(comma + 1) + ",y\n";
    assert_problem(list, "s.csv:3:1: The name '");
    assert_problem(list, "(s.csv:2:1) to some file system");
  }
  // Also those that we make up.
  assert_problem("prompt\na fox\na fox\n", "The name 'a_fox'");
}
GST_END_TEST;

Suite* shot_list_suite() {
  Suite* const suite = suite_create("shot_list");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_what_spreadsheets_write);
  tcase_add_test(tests, test_cells_with_anything_in_them);
  tcase_add_test(tests, test_properties_are_columns);
  tcase_add_test(tests, test_json);
  tcase_add_test(tests, test_what_is_wrong_is_told_with_its_place);
  tcase_add_test(tests, test_names_that_are_one_to_some_file_system);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(shot_list)
