// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the ledger costs does not grow with the number of its jobs: no statement goes through a
// table, opening reads the same few pages, and the look at the whole file is somebody else's
// matter.
#include "fixture.h"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <set>

#include "base/file.h"

using prompt::JobState;
using prompt::ledger::Database;
using prompt::ledger::JobFilter;
using prompt::ledger::JobRow;
using prompt::ledger::Ledger;
using prompt::ledger::Order;
using prompt::ledger::ResultRow;

namespace {

// ---- Every statement that SQLite is given, whoever gives it ----

std::mutex seen_mutex;
std::set<std::string> seen;  // guarded by seen_mutex

int on_statement(unsigned, void*, void* statement, void* text) {
  // Triggers and the like come as comments.
  if (std::string_view(static_cast<const char*>(text)).starts_with("--")) return 0;
  const std::lock_guard lock(seen_mutex);
  seen.insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

int watch(sqlite3* connection, const char**, const void*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, on_statement, nullptr);
}

class Watched {
 public:
  Watched() {
    seen.clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  }
  ~Watched() { sqlite3_reset_auto_extension(); }
};

bool is_planned(const std::string& sql) {
  // A table's columns are listed, which has nothing to do with its rows.
  if (sql.find("pragma_table_info") != std::string::npos) return false;
  for (const char* word : {"SELECT", "UPDATE", "DELETE", "INSERT"})
    if (sql.starts_with(word)) return true;
  return false;
}

/// Whether a step of its plan goes through a whole table or index.
std::string scan_of(Database& database, const std::string& sql) {
  auto plan = expect(database.prepare("EXPLAIN QUERY PLAN " + sql));
  // The newest so many: an ordered walk that ends.
  const bool is_walk = sql.find(" WHERE ") == std::string::npos && sql.ends_with("LIMIT ?");
  while (expect(plan.step())) {
    for (int column = 0; column < 3; ++column) (void)plan.next_int();
    const std::string step = plan.next_text();
    if (step.find("TEMP B-TREE") != std::string::npos && is_walk) return step;
    if (step.starts_with("SCAN") && step.find("CONSTANT ROW") == std::string::npos && !is_walk)
      return step;
  }
  return "";
}

void list_all_ways(Ledger& ledger) {
  for (const Order order : {Order::newest_first, Order::oldest_first}) {
    JobFilter filter;
    expect(ledger.list(filter, order, 0, 10));
    filter.name = "Shot_01";
    expect(ledger.list(filter, order, 0, 10));
    filter.text = "fox";
    expect(ledger.list(filter, order, 0, 10));
    filter.provider = "vibegen";
    filter.media = "video";
    expect(ledger.list(filter, order, 0, 10));
    filter.since = 1;
    filter.before = 2;
    expect(ledger.list(filter, order, 0, 10));
    for (const JobState state : {JobState::ready, JobState::submitting}) {
      filter.states.push_back(state);
      expect(ledger.list(filter, order, 0, 10));
      expect(ledger.list(JobFilter{"", "", "", filter.states, {}, {}, ""}, order, 0, 10));
    }
  }
}

/// Calls all there is.
void use_everything(const TemporaryFolder& folder) {
  for (int pass = 0; pass < 2; ++pass) {  // made, and opened
    const auto ledger = open_library(folder);
    ledger->check();
    JobRow job = make_job("h" + std::to_string(pass));
    fail_if(expect(ledger->newest_for_request(job.request_hash)).has_value());
    expect(ledger->finished_before(job.request_hash, INT64_MAX));
    expect(ledger->insert(job, 1000.0));
    expect(ledger->begin_submit(job.row, 1000.0));
    expect(ledger->arm(job.row, prompt::ledger::now_unix_ms()));
    expect(ledger->disarm(job.row));
    expect(ledger->begin_submit(job.row));
    expect(ledger->arm(job.row, prompt::ledger::now_unix_ms()));
    expect(ledger->unresolved_like(job));
    expect(ledger->note_asked(job.row, "asked"));
    fail_unless(expect(ledger->newest_as_asked("asked")).has_value());
    for (const char* name : {"Shot_01", "Shot_02"}) expect(ledger->set_name(job.row, name));
    fail_unless(expect(ledger->find_row(job.row))->name == "Shot_02");
    expect(ledger->set_name(job.row, ""));
    job.state = JobState::queued;
    job.task_id = "task-" + std::to_string(pass);
    expect(ledger->accept(job));
    expect(ledger->update(job));
    expect(ledger->update_with_results(job, {ResultRow{}}));
    expect(ledger->put_result(job.row, ResultRow{}));
    expect(ledger->results(job.row));
    expect(ledger->find(job.id));
    expect(ledger->find_by_task(job.provider, job.base_url, job.task_id));
    expect(ledger->duration_history(job));
    expect(ledger->size_history(job));
    expect(ledger->awaited(job.row));
    expect(ledger->list({}, Order::newest_first, 0, 10));
    // stored_sizes() is left out: it is about all files, and goes through all of them.
    expect(ledger->find_like("abcd"));
    expect(ledger->find_row(job.row));
    expect(ledger->peek_newest(job.request_hash));
    expect(ledger->open_jobs());
    expect(ledger->spent_since(0));
    list_all_ways(*ledger);
    expect(ledger->erase(job.row));
  }
}

/// Finished jobs like the first one, and its results.
void grow(const std::string& path, int jobs) {
  Database database = expect(Database::open(path));
  database.keep_log_on_close(false);
  expect(
      database.run("PRAGMA synchronous=OFF; CREATE TEMP TABLE more AS SELECT * FROM jobs WHERE "
                   "row = 1; CREATE TEMP TABLE their AS SELECT * FROM results WHERE job = 1"));
  const std::string numbers = prompt::format(
      "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %d) ", jobs);
  expect(database.run(
      numbers +
      "INSERT INTO jobs (id, request_hash, request_json, provider, base_url, model, media, prompt, "
      "resolution, duration_s, state, state_since, created_at, armed_at, accepted_at, "
      "completed_at, finished_at, task_id, captured_json, provider_request_id, credits_expected, "
      "refunded, key_fingerprint, callback_token, error_kind, error_message, error_code, "
      "error_http_status, error_retriable, error_maybe_billed, owner) SELECT id || n, "
      "hex(randomblob(32)), request_json, provider, base_url, model, media, prompt, resolution, "
      "duration_s, 'ready', 0, n, n, n, n + 9, n + 9, 't' || n, '', '', 10, 0, '', '', '', '', '', "
      "0, 0, 0, '' FROM more, n"));
}

/// Bytes that this process has read from files.
long bytes_read() {
  std::ifstream file("/proc/self/io");
  std::string name;
  long bytes = 0;
  file >> name >> bytes;
  fail_unless(name == "rchar:" && bytes > 0);
  return bytes;
}

long bytes_to_open(const TemporaryFolder& folder, const std::string& hash) {
  const long before = bytes_read();
  const auto ledger = open_library(folder);
  const auto job = expect(ledger->newest_for_request(hash));
  fail_unless(job.has_value());
  fail_unless_equals_int(static_cast<int>(expect(ledger->results(job->row)).size()), 1);
  return bytes_read() - before;
}

JobRow finished_job(const TemporaryFolder& folder) {
  const auto ledger = open_library(folder);
  JobRow job = make_job("the one");
  expect(ledger->insert(job, std::nullopt));
  job.state = JobState::ready;
  expect(ledger->update_with_results(job, {ResultRow{}}));
  return job;
}

void damage(const std::string& path) {
  std::string bytes = expect(prompt::read_file(path, 1U << 30));
  std::size_t page = bytes.size() / 4096 / 2;
  while (bytes[page * 4096] != '\x0d') ++page;  // a leaf of a table: rows that nobody looks up
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\xa5');
  fail_unless(g_file_set_contents(path.c_str(), bytes.data(), static_cast<gssize>(bytes.size()),
                                  nullptr) != 0);
}

}  // namespace

GST_START_TEST(test_no_statement_goes_through_a_table) {
  const TemporaryFolder folder;
  {
    const Watched watched;
    use_everything(folder);
  }
  // As a ledger is: never analysed.
  Database database = expect(Database::open(folder.ledger()));
  int planned = 0;
  for (const std::string& sql : seen) {
    if (!is_planned(sql)) continue;
    ++planned;
    const std::string scan = scan_of(database, sql);
    fail_unless(scan.empty(), "%s: %s", scan.c_str(), sql.c_str());
  }
  fail_unless(planned >= 20, "%d statements", planned);
  // A test that cannot fail would be worth nothing.
  fail_if(scan_of(database, "SELECT id FROM jobs WHERE prompt = 'x'").empty());
  fail_if(scan_of(database, "SELECT id FROM jobs ORDER BY prompt LIMIT ?").empty());
}
GST_END_TEST

GST_START_TEST(test_a_page_of_jobs_is_a_walk_that_is_not_sorted) {
  const TemporaryFolder folder;
  const auto ledger = open_library(folder);
  {
    const Watched watched;
    const TemporaryFolder other;
    list_all_ways(*open_library(other));
  }
  Database database = expect(Database::open(folder.ledger()));
  int pages = 0;
  for (const std::string& sql : seen) {
    // Of two states, those of the few jobs that are about to be sent, the matches are sorted.
    if (!sql.ends_with("LIMIT ?") || sql.find("ORDER BY row") == std::string::npos) continue;
    if (sql.find("IN (?, ?)") != std::string::npos) continue;
    ++pages;
    auto plan = expect(database.prepare("EXPLAIN QUERY PLAN " + sql));
    while (expect(plan.step())) {
      for (int column = 0; column < 3; ++column) (void)plan.next_int();
      const std::string step = plan.next_text();
      fail_if(step.find("TEMP B-TREE") != std::string::npos, "%s: %s", step.c_str(), sql.c_str());
    }
  }
  fail_unless(pages >= 10, "%d pages", pages);
}
GST_END_TEST

GST_START_TEST(test_opening_reads_as_much_of_a_large_one) {
  const TemporaryFolder small;
  const TemporaryFolder large;
  const JobRow one = finished_job(small);
  const JobRow other = finished_job(large);
  grow(small.ledger(), 2'000);  // as large as it takes to be left to the background
  grow(large.ledger(), 100'000);
  const long of_small = bytes_to_open(small, one.request_hash);
  const long of_large = bytes_to_open(large, other.request_hash);
  // A level more of three trees, which have a hundred branches a page.
  fail_unless(of_large <= of_small + 8 * 4096, "%ld and %ld bytes", of_small, of_large);
}
GST_END_TEST

GST_START_TEST(test_a_large_one_is_looked_at_once_since_the_start) {
  const TemporaryFolder folder;
  const JobRow job = finished_job(folder);
  grow(folder.ledger(), 5'000);
  {
    const auto ledger = open_library(folder);
    fail_if(ledger->is_checked());
    fail_unless(ledger->claim_check());
    fail_if(ledger->claim_check());  // somebody sees to it
    ledger->check();
    fail_unless(ledger->is_checked());
  }
  fail_unless(open_library(folder)->is_checked());
  // What was written down is of another start of the computer.
  const std::string marker = folder.library() + "/ledger.checked";
  const std::string text = expect(prompt::read_file(marker, 1000));
  std::string other = text;
  other[other.find("boot ") + 5] ^= 1;
  fail_unless(g_file_set_contents(marker.c_str(), other.c_str(), -1, nullptr) != 0);
  fail_if(open_library(folder)->is_checked());
  // It is of another file.
  fail_unless(g_file_set_contents(marker.c_str(), text.c_str(), -1, nullptr) != 0);
  fail_unless(open_library(folder)->is_checked());
  damage(folder.ledger());
  const auto ledger = open_library(folder);
  fail_if(ledger->is_checked());
  expect(ledger->results(job.row));
}
GST_END_TEST

GST_START_TEST(test_nothing_is_paid_for_by_a_damaged_one) {
  const TemporaryFolder folder;
  const JobRow job = finished_job(folder);
  grow(folder.ledger(), 5'000);
  JobRow before;
  JobRow begun;
  {
    const auto ledger = open_library(folder);
    before = make_job("before");
    expect(ledger->insert(before, std::nullopt));
    begun = make_job("begun");
    expect(ledger->insert(begun, std::nullopt));
    ledger->check();
  }
  damage(folder.ledger());
  const auto ledger = open_library(folder);
  expect(ledger->try_own(before.row));
  expect(ledger->try_own(begun.row));
  expect(ledger->begin_submit(begun.row));  // nobody knows yet
  ledger->check();
  fail_unless(ledger->is_checked());
  JobRow after = make_job("after");
  for (const auto& refused : {ledger->insert(after, std::nullopt), ledger->begin_submit(before.row),
                              ledger->arm(begun.row, prompt::ledger::now_unix_ms())}) {
    fail_unless(!refused && refused.error().kind == prompt::ErrorKind::storage);
    fail_unless(refused.error().message.find("move it away") != std::string::npos, "%s",
                refused.error().message.c_str());
  }
  // What was paid for is still found.
  fail_unless(expect(ledger->newest_for_request(job.request_hash)).has_value());
  expect(ledger->results(job.row));
}
GST_END_TEST

static Suite* ledger_scale_suite() {
  Suite* const suite = suite_create("ledger-scale");
  TCase* const tests = tcase_create("scale");
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_no_statement_goes_through_a_table);
  tcase_add_test(tests, test_a_page_of_jobs_is_a_walk_that_is_not_sorted);
  tcase_add_test(tests, test_opening_reads_as_much_of_a_large_one);
  tcase_add_test(tests, test_a_large_one_is_looked_at_once_since_the_start);
  tcase_add_test(tests, test_nothing_is_paid_for_by_a_damaged_one);
  return suite;
}

GST_CHECK_MAIN(ledger_scale)
