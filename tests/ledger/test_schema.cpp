// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Older ledgers become newer ones with all that is in them, or stay what they were.
#include "fixture.h"

#include "ledger/schema.h"

using prompt::ledger::add_missing;
using prompt::ledger::Addition;
using prompt::ledger::Database;
using prompt::ledger::migrate;
using prompt::ledger::Migration;

namespace {

constexpr Migration first{1, "CREATE TABLE jobs (id TEXT); INSERT INTO jobs VALUES ('a'), ('b')"};
constexpr Migration second{2, "ALTER TABLE jobs ADD COLUMN cost REAL NOT NULL DEFAULT 1.5"};
constexpr Migration third{3, "UPDATE jobs SET cost = cost * 2"};

Database empty_database(const TemporaryFolder& folder) {
  const std::string path = folder.path() + "/x.db";
  fail_unless(g_file_set_contents(path.c_str(), "", 0, nullptr) != 0);
  return expect(Database::open(path));
}

}  // namespace

GST_START_TEST(test_an_older_ledger_is_brought_up_to_date) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  const Migration old_steps[] = {first};
  expect(migrate(database, old_steps));
  fail_unless_equals_int64(expect(database.query_int("PRAGMA user_version")), 1);
  expect(database.run("INSERT INTO jobs VALUES ('c')"));
  const Migration steps[] = {first, second, third};
  expect(migrate(database, steps));
  fail_unless_equals_int64(expect(database.query_int("PRAGMA user_version")), 3);
  fail_unless_equals_int64(expect(database.query_int("SELECT COUNT(*) FROM jobs WHERE cost = 3")),
                           3);
  expect(migrate(database, steps));  // nothing is done twice
  fail_unless_equals_int64(expect(database.query_int("SELECT COUNT(*) FROM jobs WHERE cost = 3")),
                           3);
}
GST_END_TEST

GST_START_TEST(test_a_migration_that_fails_changes_nothing) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  const Migration old_steps[] = {first};
  expect(migrate(database, old_steps));
  const Migration broken[] = {first, second, {3, "UPDATE nothing SET x = 1"}};
  const prompt::Result<void> done = migrate(database, broken);
  fail_unless(!done && done.error().kind == prompt::ErrorKind::storage);
  fail_unless_equals_int64(expect(database.query_int("PRAGMA user_version")), 1);
  fail_unless(!database.query_int("SELECT cost FROM jobs"));
  const Migration steps[] = {first, second, third};
  expect(migrate(database, steps));
}
GST_END_TEST

GST_START_TEST(test_a_version_from_the_future_is_refused) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  const Migration steps[] = {first};
  for (const char* version : {"PRAGMA user_version=2", "PRAGMA user_version=-1"}) {
    expect(database.run(version));
    const prompt::Result<void> done = migrate(database, steps);
    fail_unless(!done && done.error().message.find("version") != std::string::npos);
  }
}
GST_END_TEST

GST_START_TEST(test_the_migrations_count_up_by_one) {
  int version = 0;
  for (const Migration& step : prompt::ledger::migrations())
    fail_unless_equals_int(step.version, ++version);
  fail_unless(version >= 1);
}
GST_END_TEST

GST_START_TEST(test_columns_are_added_under_the_same_version) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  const Migration steps[] = {first};
  expect(migrate(database, steps));
  const Addition columns[] = {{"jobs", "unit", "TEXT NOT NULL DEFAULT 'credits'"},
                              {"jobs", "length", "REAL"}};
  for (int pass = 0; pass < 2; ++pass) {
    expect(add_missing(database, columns));
    fail_unless_equals_int64(expect(database.query_int("PRAGMA user_version")), 1);
    fail_unless_equals_int64(expect(database.query_int("SELECT COUNT(*) FROM jobs WHERE unit = "
                                                       "'credits' AND length IS NULL")),
                             2 + pass);
    // As a program of the version before does it.
    expect(database.run("INSERT INTO jobs (id) VALUES ('c')"));
  }
  const Addition wrong[] = {{"jobs", "fine", "TEXT"}, {"nothing", "x", "TEXT"}};
  fail_if(add_missing(database, wrong).has_value());
  fail_unless(!database.query_int("SELECT fine FROM jobs"));
}
GST_END_TEST

// Programs of the first version that run meanwhile, or are started afterwards, go on: what they
// look at is what it was, and what they write is enough. (ledger-versions does it with such a
// program.)
GST_START_TEST(test_what_the_first_version_does_still_works) {
  const TemporaryFolder folder;
  (void)open_library(folder);
  Database database = expect(Database::open(folder.ledger()));
  database.keep_log_on_close(false);
  fail_unless_equals_int64(expect(database.query_int("PRAGMA user_version")), 1);
  expect(database.run(
      "INSERT INTO jobs (id, request_hash, request_json, provider, base_url, model, media, prompt, "
      "resolution, duration_s, state, state_since, created_at, armed_at, accepted_at, running_at, "
      "completed_at, finished_at, task_id, captured_json, provider_request_id, credits_expected, "
      "credits_charged, refunded, key_fingerprint, callback_token, error_kind, error_message, "
      "error_code, error_http_status, error_retriable, error_maybe_billed, owner) VALUES ('a', "
      "'h', '{}', 'vibegen', 'https://api.example', 'm', 'video', 'fox', '720p', 5, 'ready', 1, 1, "
      "NULL, NULL, NULL, NULL, NULL, '', '', '', 10, NULL, 0, '', '', '', '', '', 0, 0, 0, '')"));
  expect(database.run(
      "INSERT OR REPLACE INTO results (job, position, media_url, needs_credential, content_type, "
      "title, file, etag, last_modified, size, complete, sha256, file_inode, file_mtime_ns) "
      "VALUES (1, 0, '', 0, '', '', 'a.mp4', '', '', 9, 1, 'x', 1, 1)"));
  const auto ledger = open_library(folder);
  const auto job = expect(ledger->newest_for_request("h"));
  fail_unless(job && job->state == prompt::JobState::ready);
  fail_unless_equals_int(static_cast<int>(expect(ledger->results(job->row)).size()), 1);
}
GST_END_TEST

GST_START_TEST(test_an_abandoned_transaction_is_undone) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  expect(database.run("CREATE TABLE t (x)"));
  {
    const auto transaction = expect(prompt::ledger::Transaction::begin(database));
    expect(database.run("INSERT INTO t VALUES (1)"));
  }
  fail_unless_equals_int64(expect(database.query_int("SELECT COUNT(*) FROM t")), 0);
  auto transaction = expect(prompt::ledger::Transaction::begin(database));
  expect(database.run("INSERT INTO t VALUES (1)"));
  expect(transaction.commit());
  fail_unless_equals_int64(expect(database.query_int("SELECT COUNT(*) FROM t")), 1);
}
GST_END_TEST

GST_START_TEST(test_texts_are_stored_as_they_are) {
  const TemporaryFolder folder;
  Database database = empty_database(folder);
  expect(database.run("CREATE TABLE t (x TEXT, y TEXT, z INTEGER)"));
  auto insert = expect(database.prepare("INSERT INTO t VALUES (?, ?, ?)"));
  insert.bind(std::string("'); DROP TABLE t; --\xf0\x9f\x98\x80"))
      .bind(std::string_view())
      .bind(std::optional<std::int64_t>());
  expect(insert.run());
  auto select = expect(database.prepare("SELECT x, y, z, y IS NULL FROM t"));
  fail_unless(expect(select.step()));
  assert_text(select.next_text(), "'); DROP TABLE t; --\xf0\x9f\x98\x80");
  assert_text(select.next_text(), "");
  fail_if(select.next_optional_int().has_value());
  fail_if(select.next_bool());
  fail_if(expect(select.step()));
  auto wrong = expect(database.prepare("SELECT 1"));
  fail_unless(!wrong.bind(1).step());  // more values than places
}
GST_END_TEST

static Suite* ledger_schema_suite() {
  Suite* const suite = suite_create("ledger-schema");
  TCase* const tests = tcase_create("schema");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_an_older_ledger_is_brought_up_to_date);
  tcase_add_test(tests, test_a_migration_that_fails_changes_nothing);
  tcase_add_test(tests, test_a_version_from_the_future_is_refused);
  tcase_add_test(tests, test_the_migrations_count_up_by_one);
  tcase_add_test(tests, test_columns_are_added_under_the_same_version);
  tcase_add_test(tests, test_what_the_first_version_does_still_works);
  tcase_add_test(tests, test_an_abandoned_transaction_is_undone);
  tcase_add_test(tests, test_texts_are_stored_as_they_are);
  return suite;
}

GST_CHECK_MAIN(ledger_schema)
