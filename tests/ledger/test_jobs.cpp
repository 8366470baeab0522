// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the job engine asks of the ledger: rows survive, a request is armed once, a task has one
// job, money is counted.
#include "fixture.h"

#include <sys/stat.h>

#include <atomic>
#include <thread>

using prompt::Error;
using prompt::ErrorKind;
using prompt::JobState;
using prompt::ledger::Database;
using prompt::ledger::JobRow;
using prompt::ledger::Ledger;
using prompt::ledger::now_unix_ms;
using prompt::ledger::Order;
using prompt::ledger::ResultRow;
using prompt::ledger::UnixMs;

namespace {

constexpr UnixMs hour_ms = 60LL * 60 * 1000;

int mode_of(const std::string& path) {
  struct stat facts {};
  fail_unless(::stat(path.c_str(), &facts) == 0, "%s", path.c_str());
  return facts.st_mode & 0777;
}

void assert_same(const JobRow& a, const JobRow& b) {
  fail_unless(a.row == b.row && a.id == b.id && a.request_hash == b.request_hash);
  fail_unless(a.request_json == b.request_json && a.provider == b.provider);
  fail_unless(a.base_url == b.base_url && a.model == b.model && a.media == b.media);
  fail_unless(a.prompt == b.prompt && a.resolution == b.resolution);
  fail_unless(a.duration_s == b.duration_s && a.state == b.state && a.created_at == b.created_at);
  fail_unless(a.armed_at == b.armed_at && a.accepted_at == b.accepted_at);
  fail_unless(a.running_at == b.running_at && a.completed_at == b.completed_at);
  fail_unless(a.finished_at == b.finished_at && a.task_id == b.task_id);
  fail_unless(a.captured_json == b.captured_json && a.refunded == b.refunded);
  fail_unless(a.provider_request_id == b.provider_request_id);
  fail_unless(a.credits_expected == b.credits_expected);
  fail_unless(a.credits_charged == b.credits_charged);
  fail_unless(a.key_fingerprint == b.key_fingerprint && a.callback_token == b.callback_token);
  fail_unless(a.error.has_value() == b.error.has_value());
  if (!a.error) return;
  fail_unless(a.error->kind == b.error->kind && a.error->message == b.error->message);
  fail_unless(a.error->code == b.error->code && a.error->http_status == b.error->http_status);
  fail_unless(a.error->retriable == b.error->retriable);
  fail_unless(a.error->maybe_billed == b.error->maybe_billed);
}

}  // namespace

GST_START_TEST(test_a_library_is_private_and_shared_within_the_process) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  fail_unless_equals_int(mode_of(folder.library()), 0700);
  fail_unless_equals_int(mode_of(ledger->clips_folder()), 0700);
  fail_unless_equals_int(mode_of(folder.ledger()), 0600);
  fail_unless_equals_int(mode_of(folder.library() + "/owners.lock"), 0600);
  fail_unless(open_library(folder) == ledger);
  fail_unless(expect(Ledger::open(folder.path() + "/./library/")) == ledger);
  Database beside = expect(Database::open(folder.ledger()));
  assert_text(expect(beside.query_text("PRAGMA journal_mode")), "wal");
  fail_unless_equals_int64(expect(beside.query_int("PRAGMA synchronous")), 2);
  fail_unless_equals_int64(expect(beside.query_int("PRAGMA user_version")), 1);
}
GST_END_TEST

GST_START_TEST(test_everything_survives_reopening) {
  const TemporaryFolder folder;
  JobRow job = make_job("h1");
  ResultRow result;
  result.position = 1;
  result.media_url = "https://cdn.example/a.mp4?sig=x";
  result.needs_credential = true;
  result.content_type = "video/mp4";
  result.title = "one";
  result.file = "x.mp4";
  result.etag = "\"e\"";
  result.last_modified = "Sun, 22 Nov 2026 10:00:00 GMT";
  result.size = 5'000'000'000;
  result.complete = true;
  result.sha256 = "ab";
  result.file_inode = 0xffff'ffff'ffff'fff1;
  result.file_mtime_ns = 1'800'000'000'123'456'789;
  {
    const auto ledger = open_library(folder);
    expect(ledger->insert(job, std::nullopt));
    expect(ledger->begin_submit(job.row));
    expect(ledger->arm(job.row, 1234));
    job.armed_at = 1234;
    job.state = JobState::failed;
    job.accepted_at = 1;
    job.running_at = 2;
    job.completed_at = 3;
    job.finished_at = 4;
    job.task_id = "t\xc3\xa9";
    job.captured_json = R"({"status":"https://x"})";
    job.provider_request_id = "kie_1";
    job.credits_expected = 10.5;
    job.credits_charged = 0;
    job.refunded = true;
    job.key_fingerprint = "01234567";
    job.callback_token = "token";
    job.error =
        Error{ErrorKind::not_authorized, "No credits.", "INSUFFICIENT_CREDITS", 402, true, true};
    expect(ledger->update_with_results(job, {result}));
  }
  const auto ledger = open_library(folder);
  assert_same(*expect(ledger->find(job.id)), job);
  const std::vector<ResultRow> results = expect(ledger->results(job.row));
  fail_unless_equals_int(static_cast<int>(results.size()), 1);
  const ResultRow& back = results[0];
  fail_unless(back.position == 1 && back.media_url == result.media_url && back.needs_credential);
  fail_unless(back.content_type == result.content_type && back.title == result.title);
  fail_unless(back.file == result.file && back.etag == result.etag);
  fail_unless(back.last_modified == result.last_modified && back.size == result.size);
  fail_unless(back.complete && back.sha256 == "ab" && back.file_mtime_ns == result.file_mtime_ns);
  fail_unless(back.file_inode == result.file_inode);
  // Nothing stays nothing.
  JobRow bare = make_job("h2");
  bare.credits_expected.reset();
  expect(ledger->insert(bare, std::nullopt));
  assert_same(*expect(ledger->find(bare.id)), bare);
}
GST_END_TEST

GST_START_TEST(test_the_newest_job_of_a_request_counts) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  fail_if(expect(ledger->newest_for_request("h")).has_value());
  JobRow first = make_job("h");
  expect(ledger->insert(first, std::nullopt));
  first.state = JobState::ready;
  expect(ledger->update(first));
  JobRow second = make_job("h");
  second.created_at = first.created_at - 5000;  // the clock was set back meanwhile
  expect(ledger->insert(second, std::nullopt));
  assert_text(expect(ledger->newest_for_request("h"))->id, second.id);
  fail_if(expect(ledger->newest_for_request("other")).has_value());
  fail_if(expect(ledger->find("nothing")).has_value());
  const std::vector<JobRow> recent = expect(ledger->list({}, Order::newest_first, 0, 10));
  fail_unless(recent.size() == 2 && recent[0].id == second.id && recent[1].id == first.id);
  fail_unless(expect(ledger->list({}, Order::newest_first, 0, 1)).size() == 1 &&
              expect(ledger->list({}, Order::newest_first, 0, -1)).empty());
}
GST_END_TEST

GST_START_TEST(test_an_unfinished_request_is_not_inserted_twice) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  JobRow first = make_job("h");
  expect(ledger->insert(first, std::nullopt));
  for (const JobState state : {JobState::intended, JobState::submitting, JobState::queued,
                               JobState::running, JobState::fetching}) {
    first.state = state;
    expect(ledger->update(first));
    JobRow second = make_job("h");
    const prompt::Result<void> done = ledger->insert(second, std::nullopt);
    fail_if(done.has_value(), "%s", to_string(state));
    fail_unless(done.error().kind == ErrorKind::busy && done.error().retriable);
    fail_unless(second.row == 0);
  }
  for (const JobState state :
       {JobState::ready, JobState::failed, JobState::cancelled, JobState::uncertain}) {
    JobRow newest = *expect(ledger->newest_for_request("h"));
    newest.state = state;
    expect(ledger->update(newest));
    JobRow next = make_job("h");
    expect(ledger->insert(next, std::nullopt));
  }
}
GST_END_TEST

GST_START_TEST(test_arming_happens_once_and_only_from_submitting) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  JobRow job = make_job("h");
  expect(ledger->insert(job, std::nullopt));
  const auto assert_refused = [](const prompt::Result<void>& done) {
    fail_if(done.has_value());
    fail_unless(done.error().kind == ErrorKind::storage && !done.error().retriable);
  };
  assert_refused(ledger->arm(job.row, 5));  // intended
  assert_refused(ledger->disarm(job.row));  // not armed
  expect(ledger->begin_submit(job.row));
  expect(ledger->begin_submit(job.row));  // a second attempt that was never armed
  expect(ledger->arm(job.row, 5));
  assert_refused(ledger->arm(job.row, 6));  // armed
  assert_refused(ledger->begin_submit(job.row));
  fail_unless(expect(ledger->find(job.id))->armed_at == UnixMs{5});
  expect(ledger->disarm(job.row));
  const JobRow back = *expect(ledger->find(job.id));
  fail_unless(back.state == JobState::intended && !back.armed_at);
  assert_refused(ledger->arm(job.row, 7));
  expect(ledger->begin_submit(job.row));
  // Whoever does not own the job any more does not send it.
  ledger->disown(job.row);
  assert_refused(ledger->arm(job.row, 8));
  assert_refused(ledger->begin_submit(job.row));
  fail_unless(expect(ledger->try_own(job.row)));
  expect(ledger->arm(job.row, 9));
  job.state = JobState::queued;
  job.task_id = "t";
  expect(ledger->accept(job));
  assert_refused(ledger->disarm(job.row));
  assert_refused(ledger->arm(job.row, 10));
  assert_refused(ledger->arm(job.row + 1, 10));  // no such row
  for (const JobState state : {JobState::failed, JobState::ready, JobState::cancelled,
                               JobState::uncertain, JobState::running}) {
    JobRow other = make_job(to_string(state));
    expect(ledger->insert(other, std::nullopt));
    other.state = state;
    expect(ledger->update(other));
    assert_refused(ledger->begin_submit(other.row));
    assert_refused(ledger->arm(other.row, 1));
  }
}
GST_END_TEST

GST_START_TEST(test_an_armed_row_is_visible_elsewhere_when_arm_returns) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  Database beside = expect(Database::open(folder.ledger()));
  for (int i = 1; i <= 20; ++i) {
    JobRow job = make_job(std::to_string(i));
    expect(ledger->insert(job, std::nullopt));
    expect(ledger->begin_submit(job.row));
    expect(ledger->arm(job.row, 1000 + i));
    fail_unless_equals_int64(expect(beside.query_int("SELECT MAX(armed_at) FROM jobs")), 1000 + i);
  }
}
GST_END_TEST

GST_START_TEST(test_arming_fails_while_another_process_holds_the_ledger) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  JobRow job = make_job("h");
  expect(ledger->insert(job, std::nullopt));
  expect(ledger->begin_submit(job.row));
  Database beside = expect(Database::open(folder.ledger()));
  {
    const auto writing = expect(prompt::ledger::Transaction::begin(beside));
    const gint64 begin = g_get_monotonic_time();
    const prompt::Result<void> armed = ledger->arm(job.row, 5);
    const gint64 took = g_get_monotonic_time() - begin;
    fail_if(armed.has_value());
    fail_unless(armed.error().kind == ErrorKind::storage && armed.error().retriable);
    fail_unless(took >= 900 * G_TIME_SPAN_MILLISECOND && took < 5 * G_TIME_SPAN_SECOND);
    fail_if(expect(ledger->find(job.id))->armed_at.has_value());  // reading goes on
  }
  expect(ledger->arm(job.row, 6));
}
GST_END_TEST

GST_START_TEST(test_a_task_belongs_to_one_job) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  JobRow first = armed_job(*ledger, "a", 1);
  JobRow second = armed_job(*ledger, "b", 2);
  first.task_id = second.task_id = "t1";
  first.state = second.state = JobState::queued;
  expect(ledger->accept(first));
  expect(ledger->accept(first));  // again is no harm
  const prompt::Result<void> done = ledger->accept(second);
  fail_unless(!done && done.error().kind == ErrorKind::storage);
  fail_unless(done.error().message.find(first.id) != std::string::npos);
  fail_unless(!ledger->update(second));
  fail_unless(expect(ledger->find(second.id))->state == JobState::submitting);
  assert_text(expect(ledger->find_by_task("vibegen", "https://api.example", "t1"))->id, first.id);
  fail_if(expect(ledger->find_by_task("vibegen", "https://other.example", "t1")).has_value());
  fail_if(expect(ledger->find_by_task("vidgo", "https://api.example", "t1")).has_value());
  fail_if(expect(ledger->find_by_task("vibegen", "https://api.example", "")).has_value());
  // A job keeps its task: it is what was paid for.
  first.task_id = "t2";
  fail_unless(!ledger->accept(first));
  first.task_id.clear();
  first.state = JobState::running;
  expect(ledger->update(first));
  assert_text(expect(ledger->find(first.id))->task_id, "t1");
  second.task_id = "t2";
  expect(ledger->accept(second));
}
GST_END_TEST

GST_START_TEST(test_rivals_of_a_lost_job) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  const UnixMs now = now_unix_ms();
  const JobRow lost = armed_job(*ledger, "lost", now);
  fail_unless(expect(ledger->unresolved_like(lost)).empty());
  JobRow uncertain = armed_job(*ledger, "uncertain", now - hour_ms);
  uncertain.state = JobState::uncertain;
  expect(ledger->update(uncertain));
  const JobRow submitting = armed_job(*ledger, "submitting", now + 5);
  JobRow old = armed_job(*ledger, "old", now - 25 * hour_ms);
  JobRow accepted = armed_job(*ledger, "accepted", now);
  accepted.task_id = "t";
  expect(ledger->accept(accepted));
  JobRow failed = armed_job(*ledger, "failed", now);
  failed.state = JobState::failed;
  expect(ledger->update(failed));
  JobRow unarmed = make_job("unarmed");
  expect(ledger->insert(unarmed, std::nullopt));
  expect(ledger->begin_submit(unarmed.row));
  for (std::string JobRow::*member :
       {&JobRow::prompt, &JobRow::model, &JobRow::provider, &JobRow::base_url}) {
    JobRow other = make_job(prompt::make_uuid());
    other.*member = "other";
    expect(ledger->insert(other, std::nullopt));
    expect(ledger->begin_submit(other.row));
    expect(ledger->arm(other.row, now));
  }
  const std::vector<JobRow> rivals = expect(ledger->unresolved_like(lost));
  fail_unless_equals_int(static_cast<int>(rivals.size()), 2);
  assert_text(rivals[0].id, uncertain.id);
  assert_text(rivals[1].id, submitting.id);
}
GST_END_TEST

static double credits_since(Ledger& ledger, UnixMs since) {
  double credits = 0;
  for (const prompt::ledger::Spent& one : expect(ledger.spent_since(since))) credits += one.credits;
  return credits;
}

GST_START_TEST(test_credits_of_a_window) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  const UnixMs now = now_unix_ms();
  fail_unless(credits_since(*ledger, 0) == 0);
  (void)armed_job(*ledger, "expected", now);            // 10
  JobRow charged = armed_job(*ledger, "charged", now);  // 7.5
  charged.credits_charged = 7.5;
  charged.state = JobState::ready;
  expect(ledger->update(charged));
  JobRow failed = armed_job(*ledger, "failed", now);  // 10: nobody said that it is given back
  failed.state = JobState::failed;
  expect(ledger->update(failed));
  JobRow refunded = armed_job(*ledger, "refunded", now);
  refunded.state = JobState::failed;
  refunded.refunded = true;
  expect(ledger->update(refunded));
  (void)armed_job(*ledger, "old", now - 24 * hour_ms - 1000);
  JobRow intended = make_job("intended");
  expect(ledger->insert(intended, std::nullopt));
  JobRow refused = armed_job(*ledger, "refused", now);
  expect(ledger->disarm(refused.row));
  fail_unless(credits_since(*ledger, now - 24 * hour_ms) == 27.5);
  fail_unless(credits_since(*ledger, 0) == 37.5);
  fail_unless(credits_since(*ledger, now + 1) == 0);
}
GST_END_TEST

GST_START_TEST(test_a_daily_limit_is_not_exceeded) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  (void)armed_job(*ledger, "yesterday", now_unix_ms() - 24 * hour_ms - 1000);
  (void)armed_job(*ledger, "today", now_unix_ms() - 23 * hour_ms);
  JobRow intended = make_job("intended");
  expect(ledger->insert(intended, 20.0));  // 10 armed + 10: just fits
  JobRow more = make_job("more");
  more.credits_expected = 0.5;
  prompt::Result<void> done = ledger->insert(more, 20.0);
  fail_unless(!done && done.error().kind == ErrorKind::settings);
  fail_unless(done.error().message.find("20") != std::string::npos);
  fail_if(expect(ledger->find(more.id)).has_value());
  expect(ledger->insert(more, 20.5));
  // What failed before it was armed costs nothing.
  intended.state = JobState::failed;
  expect(ledger->update(intended));
  JobRow next = make_job("next");
  expect(ledger->insert(next, 20.5));
  JobRow unpriced = make_job("unpriced");
  unpriced.credits_expected.reset();
  done = ledger->insert(unpriced, 1000.0);
  fail_unless(!done && done.error().kind == ErrorKind::settings);
  expect(ledger->insert(unpriced, std::nullopt));
}
GST_END_TEST

GST_START_TEST(test_history_of_durations) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  for (int i = 0; i < 70; ++i) {
    JobRow job = make_job("h" + std::to_string(i));
    if (i == 69) job.resolution = "480p";
    expect(ledger->insert(job, std::nullopt));
    job.accepted_at = 1'000'000 * i;
    if (i != 68) job.completed_at = *job.accepted_at + 60'000 + i * 500;
    job.state = i == 67 ? JobState::failed : JobState::ready;
    expect(ledger->update(job));
  }
  const std::vector<double> seconds = expect(ledger->duration_history(make_job("x")));
  fail_unless_equals_int(static_cast<int>(seconds.size()), 64);
  fail_unless(seconds.front() == 60 + 66 * 0.5 && seconds.back() == 60 + 3 * 0.5);
  JobRow other = make_job("x");
  other.resolution = "480p";
  fail_unless_equals_int(static_cast<int>(expect(ledger->duration_history(other)).size()), 1);
  other.duration_s = 10;
  fail_unless(expect(ledger->duration_history(other)).empty());
}
GST_END_TEST

GST_START_TEST(test_results_are_replaced_with_the_state) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  JobRow job = make_job("h");
  expect(ledger->insert(job, std::nullopt));
  ResultRow one, two;
  one.file = "1";
  two.position = 1;
  two.file = "2";
  job.state = JobState::fetching;
  expect(ledger->update_with_results(job, {two, one}));
  std::vector<ResultRow> results = expect(ledger->results(job.row));
  fail_unless(results.size() == 2 && results[0].file == "1" && results[1].file == "2");
  fail_if(results[0].size.has_value());
  one.file = "1b";
  expect(ledger->put_result(job.row, one));
  expect(ledger->update_with_results(job, {one}));
  results = expect(ledger->results(job.row));
  fail_unless(results.size() == 1 && results[0].file == "1b");
  fail_unless(expect(ledger->find(job.id))->state == JobState::fetching);
  // Neither half of it happens without the other.
  JobRow missing = job;
  missing.row = 999;
  fail_unless(!ledger->update_with_results(missing, {one}));
  fail_unless(!ledger->put_result(999, one));
  fail_unless(expect(ledger->results(999)).empty());
}
GST_END_TEST

GST_START_TEST(test_the_loop_and_a_worker_use_one_ledger) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  std::vector<JobRow> jobs;
  for (int i = 0; i < 20; ++i) {
    jobs.push_back(make_job(std::to_string(i)));
    expect(ledger->insert(jobs.back(), std::nullopt));
    expect(ledger->begin_submit(jobs.back().row));
  }
  std::atomic<int> armed{0};
  std::thread worker([&ledger, &jobs, &armed] {
    for (const JobRow& job : jobs) armed += ledger->arm(job.row, 5) ? 1 : 0;
  });
  for (int i = 0; i < 20; ++i) {
    JobRow other = make_job("other" + std::to_string(i));
    fail_unless(ledger->insert(other, 1000.0).has_value());
    fail_unless(ledger->spent_since(0).has_value() &&
                ledger->list({}, Order::newest_first, 0, 5).has_value());
  }
  worker.join();
  fail_unless_equals_int(armed, 20);
}
GST_END_TEST

static Suite* ledger_jobs_suite() {
  Suite* const suite = suite_create("ledger-jobs");
  TCase* const tests = tcase_create("jobs");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_a_library_is_private_and_shared_within_the_process);
  tcase_add_test(tests, test_everything_survives_reopening);
  tcase_add_test(tests, test_the_newest_job_of_a_request_counts);
  tcase_add_test(tests, test_an_unfinished_request_is_not_inserted_twice);
  tcase_add_test(tests, test_arming_happens_once_and_only_from_submitting);
  tcase_add_test(tests, test_an_armed_row_is_visible_elsewhere_when_arm_returns);
  tcase_add_test(tests, test_arming_fails_while_another_process_holds_the_ledger);
  tcase_add_test(tests, test_a_task_belongs_to_one_job);
  tcase_add_test(tests, test_rivals_of_a_lost_job);
  tcase_add_test(tests, test_credits_of_a_window);
  tcase_add_test(tests, test_a_daily_limit_is_not_exceeded);
  tcase_add_test(tests, test_history_of_durations);
  tcase_add_test(tests, test_results_are_replaced_with_the_state);
  tcase_add_test(tests, test_the_loop_and_a_worker_use_one_ledger);
  return suite;
}

GST_CHECK_MAIN(ledger_jobs)
