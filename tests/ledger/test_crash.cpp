// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A writer that is killed, or that cannot write any more, loses nothing that it was told is
// written.
#include "fixture.h"

using prompt::JobState;
using prompt::ledger::Database;
using prompt::ledger::JobRow;
using prompt::ledger::Order;

namespace {

void assert_whole(const TemporaryFolder& folder) {
  Database database = expect(Database::open(folder.ledger()));
  assert_text(expect(database.query_text("PRAGMA integrity_check")), "ok");
}

// What a line of the helper promises.
void assert_kept(prompt::ledger::Ledger& ledger, const std::string& line) {
  const std::size_t space = line.find(' ');
  const std::string promise = line.substr(0, space);
  const std::optional<JobRow> job = expect(ledger.find(line.substr(space + 1)));
  fail_unless(job.has_value(), "lost: %s", line.c_str());
  if (promise != "intended") fail_unless(job->armed_at.has_value(), "lost: %s", line.c_str());
  if (promise == "accepted" || promise == "ready") assert_text(job->task_id, "task-of-" + job->id);
  if (promise == "ready") fail_unless(job->state == JobState::ready, "lost: %s", line.c_str());
  // The state and its results come together or not at all.
  fail_unless_equals_int(static_cast<int>(expect(ledger.results(job->row)).size()),
                         job->state == JobState::ready ? 1 : 0);
}

}  // namespace

GST_START_TEST(test_nothing_is_lost_when_the_writer_is_killed) {
  const TemporaryFolder folder;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> lines;
    {
      Helper writer({folder.library(), "write"});
      const int steps = g_random_int_range(1, 10);
      for (int i = 0; i < steps; ++i) lines.push_back(writer.read_line());
      // Into the middle of the next one, wherever that is on this machine.
      g_usleep(static_cast<gulong>(g_random_int_range(0, 4'000)));
      writer.kill();
      for (std::string line = writer.read_line(); !line.empty(); line = writer.read_line())
        lines.push_back(line);
    }
    const auto ledger = open_library(folder);
    for (const std::string& line : lines) {
      fail_unless(line.size() > 36, "the writer failed: %s", line.c_str());
      assert_kept(*ledger, line);
    }
    assert_whole(folder);
  }
}
GST_END_TEST

GST_START_TEST(test_a_full_disk_is_an_error_and_no_damage) {
  const TemporaryFolder folder;
  (void)open_library(folder);
  std::vector<std::string> lines;
  {
    Helper writer({folder.library(), "fill", "800000"});
    for (std::string line = writer.read_line(); !line.empty(); line = writer.read_line())
      lines.push_back(line);
  }
  assert_text(lines.back(), "error no_space");
  lines.pop_back();
  fail_unless(lines.size() > 10);
  const auto ledger = open_library(folder);
  for (const std::string& line : lines) assert_kept(*ledger, line);
  fail_unless(expect(ledger->list({}, Order::newest_first, 0, 1000)).size() == lines.size());
  assert_whole(folder);
  JobRow job = make_job("there is room again");
  expect(ledger->insert(job, std::nullopt));
}
GST_END_TEST

static Suite* ledger_crash_suite() {
  Suite* const suite = suite_create("ledger-crash");
  TCase* const tests = tcase_create("crash");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_nothing_is_lost_when_the_writer_is_killed);
  tcase_add_test(tests, test_a_full_disk_is_an_error_and_no_damage);
  return suite;
}

GST_CHECK_MAIN(ledger_crash)
