// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What follows what: no way leads twice to the provider, every job can end, and who takes a way
// that is none is told in the log and ends only where a test wants that.
#include "../support/check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "job/transitions.h"

namespace {

using prompt::job_states;
using prompt::JobState;
using prompt::JobStateName;
using prompt::job::check_transition;
using prompt::job::is_legal;
using prompt::job::transitions;

std::vector<std::string> errors;

void keep_error(const prompt::LogLine& line, const char* message) {
  if (line.level() == prompt::LogLevel::error) errors.emplace_back(message);
}

int criticals = 0;

GLogWriterOutput count_critical(GLogLevelFlags level, const GLogField*, gsize, gpointer) {
  if ((level & G_LOG_LEVEL_CRITICAL) != 0) ++criticals;
  return G_LOG_WRITER_HANDLED;
}

GST_START_TEST(each_way_is_listed_once_with_its_occasion) {
  for (const auto& one : transitions) {
    fail_unless(one.from != one.to && one.when[0] != '\0', "%s", to_string(one.from));
    fail_unless(one.from != JobState::idle && one.to != JobState::idle, "%s", one.when);
    const auto same = [&](const auto& other) {
      return other.from == one.from && other.to == one.to;
    };
    fail_unless(std::count_if(transitions.begin(), transitions.end(), same) == 1);
  }
}
GST_END_TEST

// Only what was not sent is sent: a task that was found and is another job's was not this one's.
GST_START_TEST(only_what_was_not_sent_is_sent) {
  for (const JobStateName& one : job_states) {
    const bool may = one.state == JobState::intended || one.state == JobState::submitting ||
                     one.state == JobState::queued;
    fail_unless(is_legal(one.state, JobState::submitting) == may, "%s", one.name);
    fail_unless(is_legal(one.state, JobState::intended) ==
                    (one.state == JobState::intended || one.state == JobState::submitting),
                "%s", one.name);
  }
}
GST_END_TEST

GST_START_TEST(every_job_can_be_cancelled_until_it_has_ended) {
  for (const JobState state : {JobState::intended, JobState::submitting, JobState::queued,
                               JobState::running, JobState::fetching}) {
    fail_unless(is_legal(state, JobState::cancelled), "%s", to_string(state));
    fail_unless(is_legal(state, JobState::failed), "%s", to_string(state));
  }
  fail_unless(!is_legal(JobState::ready, JobState::cancelled));
}
GST_END_TEST

GST_START_TEST(an_illegal_way_is_an_error_with_both_names) {
  prompt::set_log_sink(keep_error);
  fail_unless(check_transition("1234", JobState::queued, JobState::running));
  fail_unless(errors.empty());
  // What ends the program of a test that does not expect it.
  g_log_set_writer_func(count_critical, nullptr, nullptr);
  fail_unless(!check_transition("1234", JobState::ready, JobState::submitting));
  fail_unless_equals_int(criticals, 1);
  fail_unless(errors.size() == 1);
  assert_text(errors.front(), "illegal transition from ready to submitting");
}
GST_END_TEST

}  // namespace

static Suite* transitions_suite() {
  Suite* suite = suite_create("transitions");
  TCase* tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, each_way_is_listed_once_with_its_occasion);
  tcase_add_test(tests, only_what_was_not_sent_is_sent);
  tcase_add_test(tests, every_job_can_be_cancelled_until_it_has_ended);
  tcase_add_test(tests, an_illegal_way_is_an_error_with_both_names);
  return suite;
}

GST_CHECK_MAIN(transitions)
