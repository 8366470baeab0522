// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Older ledgers become newer ones with all that is in them, or stay what they were.
#include "fixture.h"

#include "ledger/schema.h"

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
  tcase_add_test(tests, test_an_abandoned_transaction_is_undone);
  tcase_add_test(tests, test_texts_are_stored_as_they_are);
  return suite;
}

GST_CHECK_MAIN(ledger_schema)
