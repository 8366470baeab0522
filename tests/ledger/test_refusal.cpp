// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A ledger that cannot be trusted, or a folder that cannot be used, is refused with an error that
// says what to do, and stays byte for byte as it was: it may be the only trace of what was paid.
#include "fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

using prompt::ErrorKind;
using prompt::ledger::Database;
using prompt::ledger::JobRow;
using prompt::ledger::Ledger;
using prompt::ledger::Order;

namespace {

std::string read(const std::string& path) { return expect(prompt::read_file(path, 100'000'000)); }

void write(const std::string& path, const std::string& bytes) {
  fail_unless(g_file_set_contents(path.c_str(), bytes.data(), static_cast<gssize>(bytes.size()),
                                  nullptr) != 0);
}

// A ledger with jobs in it, closed.
void make_ledger(const TemporaryFolder& folder) {
  const auto ledger = open_library(folder);
  for (int i = 0; i < 60; ++i) {
    JobRow job = make_job(std::to_string(i));
    job.prompt = std::string(1000, 'x');
    expect(ledger->insert(job, std::nullopt));
  }
}

void assert_refused_and_untouched(const TemporaryFolder& folder, const char* word) {
  const std::string before = read(folder.ledger());
  const auto opened = Ledger::open(folder.library());
  fail_if(opened.has_value(), "opened");
  fail_unless(opened.error().kind == ErrorKind::storage, "%s", opened.error().message.c_str());
  fail_if(opened.error().retriable);
  fail_unless(opened.error().message.find(folder.ledger()) != std::string::npos, "%s",
              opened.error().message.c_str());
  fail_unless(opened.error().message.find(word) != std::string::npos, "\"%s\" is not in: %s", word,
              opened.error().message.c_str());
  fail_unless(read(folder.ledger()) == before, "the file was changed");
}

std::string open_error(const std::string& folder) {
  const auto opened = Ledger::open(folder);
  if (opened) return "";
  fail_unless(opened.error().kind == ErrorKind::storage, "%s", opened.error().message.c_str());
  return opened.error().message;
}

}  // namespace

GST_START_TEST(test_what_is_no_ledger_is_refused) {
  const TemporaryFolder folder;
  g_mkdir(folder.library().c_str(), 0700);
  std::string random(20'000, '\0');
  for (char& c : random) c = static_cast<char>(g_random_int());
  for (const std::string& bytes :
       {std::string("x"), std::string("hello, this is a text\n"), random, std::string(8192, '\0'),
        std::string("SQLite format 3\0", 16) + random}) {
    write(folder.ledger(), bytes);
    assert_refused_and_untouched(folder, "move it away");
  }
  write(folder.ledger(), "");
  assert_refused_and_untouched(folder, "empty");
}
GST_END_TEST

GST_START_TEST(test_another_programs_database_is_refused) {
  const TemporaryFolder folder;
  g_mkdir(folder.library().c_str(), 0700);
  make_ledger(folder);
  std::string bytes = read(folder.ledger());
  bytes.replace(68, 4, "abcd");  // application_id
  write(folder.ledger(), bytes);
  assert_refused_and_untouched(folder, "another program's");
}
GST_END_TEST

GST_START_TEST(test_a_newer_ledger_is_refused) {
  const TemporaryFolder folder;
  make_ledger(folder);
  {
    Database database = expect(Database::open(folder.ledger()));
    database.keep_log_on_close(false);
    expect(database.run("PRAGMA user_version=2; ALTER TABLE jobs ADD COLUMN later TEXT"));
  }
  assert_refused_and_untouched(folder, "version 2");
}
GST_END_TEST

GST_START_TEST(test_a_newer_ledger_in_the_log_only_is_refused_too) {
  const TemporaryFolder folder;
  make_ledger(folder);
  {
    Database database = expect(Database::open(folder.ledger()));
    expect(database.run("PRAGMA user_version=2"));
  }
  const std::string log = read(folder.ledger() + "-wal");
  fail_if(log.empty());
  assert_refused_and_untouched(folder, "version 2");
  fail_unless(read(folder.ledger() + "-wal") == log);
}
GST_END_TEST

GST_START_TEST(test_a_cut_ledger_is_refused) {
  const TemporaryFolder folder;
  make_ledger(folder);
  const std::string whole = read(folder.ledger());
  fail_unless(whole.size() > 60'000);
  for (std::size_t part = 1; part < 40; ++part) {
    write(folder.ledger(), whole.substr(0, whole.size() * part / 40));
    assert_refused_and_untouched(folder, "move it away");
  }
  write(folder.ledger(), whole);
  fail_unless_equals_int(
      static_cast<int>(expect(open_library(folder)->list({}, Order::newest_first, 0, 100)).size()),
      60);
}
GST_END_TEST

GST_START_TEST(test_a_damaged_ledger_is_refused) {
  const TemporaryFolder folder;
  make_ledger(folder);
  const std::string whole = read(folder.ledger());
  // Every page in turn is overwritten; what stays unnoticed must be unused space.
  int noticed = 0;
  int pages = 0;
  for (std::size_t at = 0; at + 4096 <= whole.size(); at += 4096, ++pages) {
    std::string damaged = whole;
    for (std::size_t i = 0; i < 4096; ++i) damaged[at + i] = static_cast<char>(g_random_int());
    write(folder.ledger(), damaged);
    const auto opened = Ledger::open(folder.library());
    if (opened) continue;
    ++noticed;
    fail_unless(opened.error().message.find("move it away") != std::string::npos, "%s",
                opened.error().message.c_str());
    fail_unless(read(folder.ledger()) == damaged, "the file was changed");
  }
  fail_unless(pages - noticed == 0, "%d of %d noticed", noticed, pages);
}
GST_END_TEST

GST_START_TEST(test_a_log_without_its_ledger_is_no_fresh_start) {
  const TemporaryFolder folder;
  make_ledger(folder);
  fail_unless(g_rename(folder.ledger().c_str(), (folder.ledger() + "-wal").c_str()) == 0);
  const std::string message = open_error(folder.library());
  fail_unless(message.find("-wal") != std::string::npos, "%s", message.c_str());
  fail_if(g_file_test(folder.ledger().c_str(), G_FILE_TEST_EXISTS));
}
GST_END_TEST

GST_START_TEST(test_what_is_no_plain_file_is_refused) {
  const TemporaryFolder folder;
  g_mkdir(folder.library().c_str(), 0700);
  g_mkdir(folder.ledger().c_str(), 0700);
  fail_unless(open_error(folder.library()).find("plain file") != std::string::npos);
  g_rmdir(folder.ledger().c_str());
  write(folder.path() + "/elsewhere", "precious");
  fail_unless(symlink((folder.path() + "/elsewhere").c_str(), folder.ledger().c_str()) == 0);
  fail_unless(open_error(folder.library()).find("plain file") != std::string::npos);
  assert_text(read(folder.path() + "/elsewhere"), "precious");
}
GST_END_TEST

GST_START_TEST(test_folders_that_cannot_be_used_are_named) {
  const TemporaryFolder folder;
  write(folder.path() + "/file", "x");
  for (const std::string& path : {folder.path() + "/file", folder.path() + "/file/library",
                                  std::string("/proc/gst-prompt"), std::string("/proc/self")}) {
    const std::string message = open_error(path);
    fail_unless(message.find(path) != std::string::npos, "%s", message.c_str());
  }
  // The folder of the clips counts as well: a paid clip has to go somewhere.
  g_mkdir(folder.library().c_str(), 0700);
  write(folder.library() + "/clips", "x");
  fail_unless(open_error(folder.library()).find("clips") != std::string::npos);
  fail_if(g_file_test(folder.ledger().c_str(), G_FILE_TEST_EXISTS));
}
GST_END_TEST

GST_START_TEST(test_a_folder_for_everybody_is_refused) {
  const TemporaryFolder folder;
  g_mkdir(folder.library().c_str(), 0700);
  fail_unless(chmod(folder.library().c_str(), 0777) == 0);
  const std::string message = open_error(folder.library());
  fail_unless(message.find(folder.library()) != std::string::npos &&
                  message.find("chmod o-w") != std::string::npos,
              "%s", message.c_str());
  fail_if(g_file_test(folder.ledger().c_str(), G_FILE_TEST_EXISTS));
}
GST_END_TEST

// As an ordinary user, also when the tests run as root.
GST_START_TEST(test_a_folder_without_permission_is_refused) {
  const TemporaryFolder folder;
  fail_unless(chmod(folder.path().c_str(), 0755) == 0);
  g_mkdir(folder.library().c_str(), 0700);
  fail_unless(chmod(folder.library().c_str(), 0555) == 0);
  Helper helper({folder.library(), "open"});
  const std::string answer = helper.read_line();
  fail_if(answer == "no-nobody", "this system has no way to drop privileges");
  fail_unless(answer.find("storage ") == 0 && answer.find(folder.library()) != std::string::npos,
              "%s", answer.c_str());
}
GST_END_TEST

GST_START_TEST(test_a_ledger_without_permission_is_read) {
  const TemporaryFolder folder;
  make_ledger(folder);
  fail_unless(chmod(folder.path().c_str(), 0755) == 0);
  fail_unless(chmod(folder.ledger().c_str(), 0444) == 0);
  if (geteuid() == 0) {
    // The folder is the user's, the ledger is not.
    fail_unless(chown(folder.library().c_str(), 65534, 65534) == 0);
    fail_unless(chown((folder.library() + "/clips").c_str(), 65534, 65534) == 0);
  }
  {
    Helper helper({folder.library(), "read"});
    assert_text(helper.read_line(), "jobs 60");
    const std::string refusal = helper.read_line();
    fail_unless(refusal.find("storage ") == 0 && refusal.find(folder.ledger()) != std::string::npos,
                "%s", refusal.c_str());
  }
  fail_unless(chmod(folder.ledger().c_str(), 0) == 0);
  Helper helper({folder.library(), "read"});
  const std::string answer = helper.read_line();
  fail_unless(answer.find("storage ") == 0 && answer.find(folder.ledger()) != std::string::npos,
              "%s", answer.c_str());
}
GST_END_TEST

// A newer program reads it as if it had brought it up to date.
GST_START_TEST(test_an_older_ledger_is_read_as_it_would_become) {
  const TemporaryFolder folder;
  make_ledger(folder);
  {
    Database database = expect(Database::open(folder.ledger()));
    database.keep_log_on_close(false);
    expect(
        database.run("ALTER TABLE results DROP COLUMN sha256; "
                     "ALTER TABLE results DROP COLUMN file_mtime_ns; DROP TABLE names; "
                     "PRAGMA user_version=0"));
  }
  fail_unless(chmod(folder.path().c_str(), 0755) == 0);
  fail_unless(chmod(folder.ledger().c_str(), 0444) == 0);
  fail_unless(chmod((folder.library() + "/clips").c_str(), 0555) == 0);
  fail_unless(chmod(folder.library().c_str(), 0555) == 0);
  Helper helper({folder.library(), "read"});
  assert_text(helper.read_line(), "jobs 60");
}
GST_END_TEST

GST_START_TEST(test_a_library_that_is_not_to_be_made) {
  const TemporaryFolder folder;
  const auto opened = Ledger::open(folder.library(), Ledger::Missing::is_error);
  fail_unless(!opened && opened.error().kind == ErrorKind::not_found);
  fail_if(g_file_test(folder.library().c_str(), G_FILE_TEST_EXISTS));
  make_ledger(folder);
  expect(Ledger::open(folder.library(), Ledger::Missing::is_error));
}
GST_END_TEST

static Suite* ledger_refusal_suite() {
  Suite* const suite = suite_create("ledger-refusal");
  TCase* const tests = tcase_create("refusal");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_what_is_no_ledger_is_refused);
  tcase_add_test(tests, test_another_programs_database_is_refused);
  tcase_add_test(tests, test_a_newer_ledger_is_refused);
  tcase_add_test(tests, test_a_newer_ledger_in_the_log_only_is_refused_too);
  tcase_add_test(tests, test_a_cut_ledger_is_refused);
  tcase_add_test(tests, test_a_damaged_ledger_is_refused);
  tcase_add_test(tests, test_a_log_without_its_ledger_is_no_fresh_start);
  tcase_add_test(tests, test_what_is_no_plain_file_is_refused);
  tcase_add_test(tests, test_folders_that_cannot_be_used_are_named);
  tcase_add_test(tests, test_a_folder_for_everybody_is_refused);
  tcase_add_test(tests, test_a_folder_without_permission_is_refused);
  tcase_add_test(tests, test_a_ledger_without_permission_is_read);
  tcase_add_test(tests, test_an_older_ledger_is_read_as_it_would_become);
  tcase_add_test(tests, test_a_library_that_is_not_to_be_made);
  return suite;
}

GST_CHECK_MAIN(ledger_refusal)
