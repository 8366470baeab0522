// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A job has one owner among all processes, and a dead owner has none.
#include "fixture.h"

#include <sys/wait.h>
#include <unistd.h>

using prompt::ledger::JobRow;

GST_START_TEST(test_an_owner_excludes_other_processes_until_it_dies) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  Helper other({folder.library(), "own", "7"});
  assert_text(other.read_line(), "owned");
  fail_if(expect(ledger->try_own(7)));
  fail_unless_equals_int(ledger->owner_pid(7), other.pid());
  // Its neighbours are free.
  fail_unless(expect(ledger->try_own(6)));
  fail_unless(expect(ledger->try_own(8)));
  fail_if(expect(ledger->try_own(7)));
  other.kill();
  fail_unless_equals_int(ledger->owner_pid(7), 0);
  fail_unless(expect(ledger->try_own(7)));
  fail_unless_equals_int(ledger->owner_pid(7), getpid());
}
GST_END_TEST

GST_START_TEST(test_what_this_process_owns_others_do_not_get) {
  const TemporaryFolder folder;
  auto ledger = open_library(folder);
  JobRow job = make_job("h");
  expect(ledger->insert(job, std::nullopt));  // owned by inserting
  // Nor does anybody else in this process.
  fail_if(expect(ledger->try_own(job.row)));
  const std::string row = std::to_string(job.row);
  {
    Helper other({folder.library(), "own", row});
    assert_text(other.read_line(), "taken");
  }
  // Closing and opening the ledger does not lose the lock: another descriptor's close would.
  ledger.reset();
  ledger = open_library(folder);
  {
    Helper other({folder.library(), "own", row});
    assert_text(other.read_line(), "taken");
  }
  ledger->disown(job.row);
  ledger->disown(job.row);
  fail_unless_equals_int(ledger->owner_pid(job.row), 0);
  Helper other({folder.library(), "own", row});
  assert_text(other.read_line(), "owned");
  fail_if(expect(ledger->try_own(job.row)));
}
GST_END_TEST

GST_START_TEST(test_a_forked_child_owns_nothing) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  fail_unless(expect(ledger->try_own(3)));
  const pid_t child = fork();
  if (child == 0) {
    const auto mine = ledger->try_own(3);
    _exit(mine && !*mine && ledger->owner_pid(3) == getppid() ? 0 : 1);
  }
  int status = 1;
  fail_unless(waitpid(child, &status, 0) == child);
  fail_unless(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  // Its end, and the closing of its descriptors, takes nothing from the parent.
  Helper other({folder.library(), "own", "3"});
  assert_text(other.read_line(), "taken");
}
GST_END_TEST

static Suite* ledger_ownership_suite() {
  Suite* const suite = suite_create("ledger-ownership");
  TCase* const tests = tcase_create("ownership");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_an_owner_excludes_other_processes_until_it_dies);
  tcase_add_test(tests, test_what_this_process_owns_others_do_not_get);
  tcase_add_test(tests, test_a_forked_child_owns_nothing);
  return suite;
}

GST_CHECK_MAIN(ledger_ownership)
