// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Takes are put beside other files, and never over one.
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "check.h"
#include "edit/ordinary_file.h"
#include "edit/sidecar.h"
#include "edit/take_file.h"

namespace {

using namespace prompt;
using namespace prompt::edit;

struct Folder {
  Folder() {
    std::string pattern = std::string(g_get_tmp_dir()) + "/take-file-XXXXXX";
    path = g_mkdtemp(pattern.data());
    write("stored.mp4", "the clip");
    stored.path = path + "/stored.mp4";
    stored.bytes = 8;
    stored.sha256 = *sha256_of_file(stored.path);
    job.id = "0123-4567";
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fail_unless(std::system(("rm -rf '" + path + "'").c_str()) == 0); }

  void write(const std::string& name, const std::string& text) const {
    fail_unless(g_file_set_contents((path + "/" + name).c_str(), text.c_str(), -1, nullptr));
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    char* text = nullptr;
    if (!g_file_get_contents((path + "/" + name).c_str(), &text, nullptr, nullptr)) return "(none)";
    std::string copy = text;
    g_free(text);
    return copy;
  }
  [[nodiscard]] Result<PlacedTake> place(const std::string& stem, unsigned result = 0) const {
    engine::LibraryFile file = stored;
    file.result = result;
    return place_take(path + "/out", stem, file, make_sidecar("A", 1, job, file, {}, {}),
                      {job.id, result}, TakeCopy::copy);
  }
  [[nodiscard]] int count(const char* folder) const {
    int found = 0;
    GDir* const files = g_dir_open((path + "/" + folder).c_str(), 0, nullptr);
    while (files != nullptr && g_dir_read_name(files) != nullptr) ++found;
    if (files != nullptr) g_dir_close(files);
    return found;
  }

  std::string path;
  engine::LibraryFile stored;
  engine::LibraryJob job;
};

GST_START_TEST(test_a_take_and_its_sidecar) {
  const Folder folder;
  const auto placed = folder.place("A_take_01");
  fail_unless(placed && !placed->was_there, "it was not placed");
  assert_text(folder.read("out/A_take_01.mp4"), "the clip");
  const auto whose = find_take(folder.path + "/out", "A_take_01");
  fail_unless(whose && whose->job_id == folder.job.id && whose->result == 0);
  fail_unless_equals_int(folder.count("out"), 2);
  // As any file of this user's; the library's own are private.
  struct stat facts {};
  fail_unless(stat(placed->path.c_str(), &facts) == 0);
  const mode_t mask = umask(0);
  umask(mask);
  fail_unless((facts.st_mode & 0777) == (0666 & ~mask), "mode %o", facts.st_mode);
}
GST_END_TEST;

GST_START_TEST(test_the_same_again_stays) {
  const Folder folder;
  fail_unless(folder.place("A_take_01").has_value());
  auto again = folder.place("A_take_01");
  fail_unless(again && again->was_there && !again->was_changed);
  folder.write("out/A_take_01.mp4", "an editor's");
  again = folder.place("A_take_01");
  fail_unless(again && again->was_there && again->was_changed);
  assert_text(folder.read("out/A_take_01.mp4"), "an editor's");
  // Lost, and the sidecar still there: it comes again.
  g_remove((folder.path + "/out/A_take_01.mp4").c_str());
  again = folder.place("A_take_01");
  fail_unless(again && !again->was_there);
  assert_text(folder.read("out/A_take_01.mp4"), "the clip");
  fail_unless_equals_int(folder.count("out"), 2);
}
GST_END_TEST;

GST_START_TEST(test_never_over_what_is_there) {
  Folder folder;
  fail_unless(folder.place("A_take_01").has_value());
  folder.job.id = "another";
  auto refused = folder.place("A_take_01");
  fail_unless(!refused && refused.error().kind == ErrorKind::settings);
  // Somebody's file of another kind, a sidecar that is none, a dangling name.
  folder.write("out/B_take_01.mov", "mine");
  fail_unless(!folder.place("B_take_01"));
  folder.write("out/C_take_01.json", "{\"format\": \"another\"}");
  fail_unless(!folder.place("C_take_01"));
  assert_text(folder.read("out/C_take_01.json"), "{\"format\": \"another\"}");
  fail_unless(symlink("/nowhere", (folder.path + "/out/D_take_01.mp4").c_str()) == 0);
  fail_unless(!folder.place("D_take_01"));
  // Another result of the same job is another clip.
  folder.job.id = "0123-4567";
  fail_unless(!folder.place("A_take_01", 1));
  assert_text(folder.read("out/A_take_01.mp4"), "the clip");
}
GST_END_TEST;

GST_START_TEST(test_nothing_is_left_of_what_failed) {
  Folder folder;
  folder.stored.path = folder.path + "/gone.mp4";
  const auto failed = folder.place("A_take_01");
  fail_unless(!failed, "there is nothing to copy");
  fail_unless_equals_int(folder.count("out"), 0);
}
GST_END_TEST;

Suite* take_file_suite() {
  Suite* const suite = suite_create("take_file");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_a_take_and_its_sidecar);
  tcase_add_test(tests, test_the_same_again_stays);
  tcase_add_test(tests, test_never_over_what_is_there);
  tcase_add_test(tests, test_nothing_is_left_of_what_failed);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(take_file)
