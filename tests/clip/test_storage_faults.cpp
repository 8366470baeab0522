// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The disk is full, the folder cannot be written, the file goes away.
#include "fixture.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;

/// No file may grow beyond a size, as long as this lives; for the process a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(std::uint64_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    fail_unless(getrlimit(RLIMIT_FSIZE, &old_limit_) == 0);
    const rlimit small{bytes, old_limit_.rlim_max};
    fail_unless(setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = nullptr;
};

GST_START_TEST(disk_full_keeps_the_prefix) {
  const std::string file = mp4();
  Rig rig(file);
  {
    const SmallDisk disk(123'456);
    const Result<void> full = rig.download();
    fail_unless(!full && full.error().kind == ErrorKind::no_space && !full.error().retriable);
    fail_unless(full.error().message.find("job.part") != std::string::npos, "%s",
                full.error().message.c_str());
  }
  const std::uint64_t kept = rig.clip->facts().received;
  fail_unless(kept > 0 && kept <= 123'456);
  std::vector<std::byte> buffer(1'000);
  fail_unless(rig.clip->read(0, buffer).bytes == buffer.size());
  ok(rig.download());
  assert_stored(rig, file);
  assert_text(Rig::header(rig.requests()[1], "range"),
              format("bytes=%" G_GUINT64_FORMAT "-", kept));
}
GST_END_TEST

// Wherever it strikes, also while the window is joined, what is here afterwards is a prefix.
GST_START_TEST(disk_full_at_any_byte) {
  const std::string file = mp4({.media_bytes = 60'000, .moov_bytes = 3'000});
  const std::size_t moov = file.size() - 3'000;
  const Validators validators{"\"a\"", ""};
  for (std::size_t limit = 1'000; limit < file.size(); limit += 997) {
    const TemporaryFolder folder;
    auto clip = ClipFile::begin(folder.path(), "job", {}, {});
    fail_unless(clip.has_value());
    const auto write = [&]() -> Result<void> {
      if (Result<void> set = (*clip)->set_head(file.size(), validators); !set) return set;
      (*clip)->set_tail(moov, file.substr(moov), validators);
      while (!(*clip)->has_all()) {
        const std::size_t at = (*clip)->facts().received;
        const Result<void> appended = (*clip)->append(
            as_bytes(file).subspan(at, std::min<std::size_t>(4'096, file.size() - at)));
        if (!appended) return appended;
      }
      return (*clip)->finish();
    };
    {
      const SmallDisk disk(limit);
      const Result<void> full = write();
      fail_unless(!full && full.error().kind == ErrorKind::no_space, "at %zu", limit);
    }
    fail_unless(!(*clip)->facts().complete);
    // Another process takes up what is on the disk.
    clip = ClipFile::begin(folder.path(), "job", validators, file.size());
    const std::uint64_t kept = (*clip)->facts().received;
    auto content = read_file((*clip)->facts().path, 1'000'000);
    fail_unless(content && *content == file.substr(0, kept) && kept <= limit, "at %zu", limit);
    ok(write());
  }
}
GST_END_TEST

GST_START_TEST(folder_that_cannot_be_made) {
  const TemporaryFolder folder;
  const std::string file = folder.file("file");
  fail_unless(g_file_set_contents(file.c_str(), "x", -1, nullptr));
  for (const std::string& path : {file, file + "/below", "/proc/clips"s}) {
    const auto clip = ClipFile::begin(path, "job", {}, {});
    fail_unless(!clip && clip.error().kind == ErrorKind::storage, "%s", path.c_str());
    fail_unless(clip.error().message.find(path) != std::string::npos, "%s",
                clip.error().message.c_str());
  }
}
GST_END_TEST

GST_START_TEST(target_that_cannot_be_replaced) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string target = rig.library.file("job.mp4");
  fail_unless(::mkdir(target.c_str(), 0700) == 0);
  const Result<void> blocked = rig.download();
  fail_unless(!blocked && blocked.error().kind == ErrorKind::storage &&
              !rig.clip->facts().complete);
  fail_unless(::rmdir(target.c_str()) == 0);
  // All is here: it only has to be finished.
  ok(rig.download());
  assert_stored(rig, file);
  fail_unless(rig.requests().size() == 1);
}
GST_END_TEST

GST_START_TEST(clip_deleted_while_it_arrives) {
  const std::string file = mp4();
  Rig rig(file);
  failed(rig.download("cut=150000,"), ErrorKind::network, true);
  fail_unless(::unlink(rig.library.file("job.part").c_str()) == 0);
  const Result<void> gone = rig.download();
  fail_unless(!gone && gone.error().kind == ErrorKind::storage && !rig.clip->facts().complete);
  // Who reads can finish reading; a new process begins anew.
  std::vector<std::byte> buffer(file.size());
  fail_unless(rig.clip->read(0, buffer).bytes == file.size());
  rig.begin(rig.clip->facts().validators, file.size());
  ok(rig.download());
  assert_stored(rig, file);
}
GST_END_TEST

GST_START_TEST(clip_truncated_by_somebody) {
  const std::string file = mp4();
  Rig rig(file);
  failed(rig.download("cut=150000,"), ErrorKind::network, true);
  fail_unless(::truncate(rig.library.file("job.part").c_str(), 10'000) == 0);
  std::vector<std::byte> buffer(1'000);
  const ReadResult got = rig.clip->read(100'000, buffer);
  fail_unless(got.bytes == 0 && got.error && got.error->kind == ErrorKind::storage);
  // Writing on behind the hole would make a clip with zeros in its middle.
  failed(rig.download(), ErrorKind::network, true);
  ok(rig.download());
  assert_stored(rig, file);
}
GST_END_TEST

Suite* storage_faults_suite() {
  Suite* suite = suite_create("clip storage faults");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, disk_full_keeps_the_prefix);
  tcase_add_test(tests, disk_full_at_any_byte);
  tcase_add_test(tests, folder_that_cannot_be_made);
  tcase_add_test(tests, target_that_cannot_be_replaced);
  tcase_add_test(tests, clip_deleted_while_it_arrives);
  tcase_add_test(tests, clip_truncated_by_somebody);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(storage_faults)
