// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What ledgers on disks and programs of others have of the states: texts and numbers stay.
#include "check.h"

#include <array>

#include "base/job_state.h"

namespace {

using prompt::job_states;
using prompt::JobState;
using prompt::JobStateName;

GST_START_TEST(texts_and_numbers_stay) {
  constexpr std::array names = {"idle",  "submitting", "queued",    "running",   "fetching",
                                "ready", "failed",     "cancelled", "uncertain", "intended"};
  fail_unless(job_states.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    assert_text(to_string(static_cast<JobState>(i)), names[i]);
}
GST_END_TEST

GST_START_TEST(a_row_is_never_idle) {
  for (const char* none : {"idle", "done", ""})
    fail_unless(!prompt::stored_state_from_string(none).has_value(), "%s", none);
  for (const JobStateName& one : job_states) {
    if (one.state == JobState::idle) continue;
    fail_unless(prompt::stored_state_from_string(one.name).value_or(JobState::idle) == one.state,
                "%s", one.name);
  }
}
GST_END_TEST

GST_START_TEST(what_was_not_sent_yet_is_shown_as_on_its_way) {
  for (const JobStateName& one : job_states)
    fail_unless(prompt::shown_state(one.state) ==
                    (one.state == JobState::intended ? JobState::submitting : one.state),
                "%s", one.name);
}
GST_END_TEST

}  // namespace

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* suite = suite_create("job_state");
  TCase* tests = tcase_create("job_state");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, texts_and_numbers_stay);
  tcase_add_test(tests, a_row_is_never_idle);
  tcase_add_test(tests, what_was_not_sent_yet_is_shown_as_on_its_way);
  return gst_check_run_suite(suite, "job_state", __FILE__);
}
