// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Two processes at once: whatever the interleaving, one payment, one owner, one limit.
#include "fixture.h"

namespace {

// Two helpers that start at the same moment; their answers.
std::pair<std::string, std::string> race(const std::vector<std::string>& arguments) {
  Helper one(arguments);
  Helper two(arguments);
  assert_text(one.read_line(), "ready");
  assert_text(two.read_line(), "ready");
  one.go();
  two.go();
  std::string first = one.read_line();
  return {std::move(first), two.read_line()};
}

// At every place exactly one of the two has won.
void assert_one_winner_each(const std::pair<std::string, std::string>& answers, std::size_t count) {
  fail_unless(answers.first.size() == count && answers.second.size() == count, "%s / %s",
              answers.first.c_str(), answers.second.c_str());
  for (std::size_t i = 0; i < count; ++i)
    fail_unless(answers.first[i] != answers.second[i], "at %d: %s / %s", static_cast<int>(i),
                answers.first.c_str(), answers.second.c_str());
}

}  // namespace

GST_START_TEST(test_two_processes_cannot_jointly_exceed_the_daily_limit) {
  const TemporaryFolder folder;
  const auto answers = race({folder.library(), "cap", "30", "250"});
  fail_unless_equals_int(std::atoi(answers.first.c_str()) + std::atoi(answers.second.c_str()), 25);
  fail_unless_equals_int(
      static_cast<int>(
          expect(open_library(folder)->list({}, prompt::ledger::Order::newest_first, 0, 100))
              .size()),
      25);
}
GST_END_TEST

GST_START_TEST(test_two_processes_cannot_adopt_one_task) {
  const TemporaryFolder folder;
  assert_one_winner_each(race({folder.library(), "claim", "40"}), 40);
}
GST_END_TEST

GST_START_TEST(test_two_processes_insert_a_request_once_even_if_it_ends_at_once) {
  const TemporaryFolder folder;
  assert_one_winner_each(race({folder.library(), "single", "60"}), 60);
  fail_unless_equals_int(
      static_cast<int>(
          expect(open_library(folder)->list({}, prompt::ledger::Order::newest_first, 0, 1000))
              .size()),
      60);
}
GST_END_TEST

GST_START_TEST(test_two_processes_make_one_ledger) {
  for (int i = 0; i < 10; ++i) {
    const TemporaryFolder folder;
    Helper one({folder.library(), "own", "1"});
    Helper two({folder.library(), "own", "1"});
    const std::string answers = one.read_line() + " " + two.read_line();
    fail_unless(answers == "owned taken" || answers == "taken owned", "%s", answers.c_str());
    GDir* const entries = g_dir_open(folder.library().c_str(), 0, nullptr);
    while (const char* const name = g_dir_read_name(entries))
      fail_if(g_str_has_prefix(name, "ledger.db.new"), "%s was left behind", name);
    g_dir_close(entries);
  }
}
GST_END_TEST

static Suite* ledger_races_suite() {
  Suite* const suite = suite_create("ledger-races");
  TCase* const tests = tcase_create("races");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_two_processes_cannot_jointly_exceed_the_daily_limit);
  tcase_add_test(tests, test_two_processes_cannot_adopt_one_task);
  tcase_add_test(tests, test_two_processes_insert_a_request_once_even_if_it_ends_at_once);
  tcase_add_test(tests, test_two_processes_make_one_ledger);
  return suite;
}

GST_CHECK_MAIN(ledger_races)
