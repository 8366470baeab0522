// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "check.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "base/file.h"
#include "server_process.h"

namespace {

using prompt::ErrorKind;
using prompt::FileDescriptor;
using prompt::Result;

GST_START_TEST(private_folder_is_private) {
  const prompt::test::TemporaryFolder folder;
  const std::string path = folder.file("a/b/library");
  fail_unless(prompt::make_private_folder(path).has_value());
  struct stat facts {};
  fail_unless(::stat(path.c_str(), &facts) == 0);
  fail_unless_equals_int(facts.st_mode & 0777, 0700);
}
GST_END_TEST

GST_START_TEST(folder_below_a_file_is_an_error_that_names_it) {
  const prompt::test::TemporaryFolder folder;
  fail_unless(prompt::open_file(folder.file("file"), O_WRONLY | O_CREAT).has_value());
  const Result<void> made = prompt::make_private_folder(folder.file("file/library"));
  fail_unless(!made);
  fail_unless(made.error().kind == ErrorKind::storage);
  fail_unless(made.error().message.find(folder.file("file/library")) != std::string::npos);
}
GST_END_TEST

GST_START_TEST(full_disk_is_no_space) {
  const prompt::test::TemporaryFolder folder;
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, 4096};
  fail_unless(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string path = folder.file("clip.part");
  const Result<FileDescriptor> file = prompt::open_file(path, O_RDWR | O_CREAT);
  fail_unless(file.has_value());
  const std::string bytes(10000, 'x');
  const Result<void> written = prompt::write_at(*file, path, bytes.data(), bytes.size(), 0);
  fail_unless(!written && written.error().kind == ErrorKind::no_space);
}
GST_END_TEST

GST_START_TEST(reading_is_bounded) {
  const prompt::test::TemporaryFolder folder;
  const std::string path = folder.file("key");
  const Result<FileDescriptor> file = prompt::open_file(path, O_RDWR | O_CREAT);
  fail_unless(prompt::write_at(*file, path, "0123456789", 10, 0).has_value());
  fail_unless(prompt::read_file(path, 10).value() == "0123456789");
  fail_unless(prompt::read_file(path, 9).error().kind == ErrorKind::too_large);
  fail_unless(prompt::read_file(path + "x", 9).error().kind == ErrorKind::not_found);
}
GST_END_TEST

// Whoever names a pipe as the file of a key must get an error and not a wait without end.
GST_START_TEST(reading_waits_for_nobody) {
  const prompt::test::TemporaryFolder folder;
  const std::string path = folder.file("pipe");
  fail_unless(mkfifo(path.c_str(), 0600) == 0);
  for (const char* what : {path.c_str(), "/dev/zero", folder.path().c_str()}) {
    const Result<std::string> read = prompt::read_file(what, 10);
    fail_unless(!read && read.error().kind == ErrorKind::storage, "%s", what);
    fail_unless(read.error().message.find("is not a regular file") != std::string::npos);
  }
}
GST_END_TEST

GST_START_TEST(published_file_has_its_new_name) {
  const prompt::test::TemporaryFolder folder;
  const Result<FileDescriptor> file = prompt::open_file(folder.file("a.part"), O_RDWR | O_CREAT);
  fail_unless(prompt::publish_file(folder.file("a.part"), folder.file("a.mp4")).has_value());
  fail_unless(prompt::read_file(folder.file("a.mp4"), 10).has_value());
  fail_unless(!prompt::read_file(folder.file("a.part"), 10).has_value());
}
GST_END_TEST

}  // namespace

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* suite = suite_create("file");
  TCase* tests = tcase_create("file");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, private_folder_is_private);
  tcase_add_test(tests, folder_below_a_file_is_an_error_that_names_it);
  tcase_add_test(tests, full_disk_is_no_space);
  tcase_add_test(tests, reading_is_bounded);
  tcase_add_test(tests, reading_waits_for_nobody);
  tcase_add_test(tests, published_file_has_its_new_name);
  return gst_check_run_suite(suite, "file", __FILE__);
}
