// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "../support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/text.h"
#include "clip/verify.h"
#include "made_files.h"
#include "server_process.h"

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;
using prompt::test::TemporaryFolder;

struct Stored {
  explicit Stored(std::size_t media_bytes = 100'000) {
    content = mp4({.media_bytes = media_bytes});
    fail_unless(g_file_set_contents(path.c_str(), content.data(),
                                    static_cast<gssize>(content.size()), nullptr));
    record.size = content.size();
    record.sha256 = sha256_hex(content);
    const auto identity = identify(path);
    fail_unless(identity.has_value());
    record.identity = *identity;
  }
  void flip_a_bit(std::size_t at) const {
    const int fd = ::open(path.c_str(), O_WRONLY);
    const char byte = static_cast<char>(content[at] ^ 1);
    fail_unless(::pwrite(fd, &byte, 1, static_cast<off_t>(at)) == 1 && ::close(fd) == 0);
  }
  /// As a disk's own fault: the file's times stay.
  void pretend_untouched() const {
    constexpr std::int64_t ns_per_s = 1'000'000'000;
    const timespec time{record.identity->modified_ns / ns_per_s,
                        record.identity->modified_ns % ns_per_s};
    const std::array<timespec, 2> times = {time, time};
    fail_unless(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
  }
  void assert_state(StoredState expected, std::uint64_t always_hash = always_hashed_bytes) const {
    const auto verified = verify(path, record, always_hash);
    fail_unless(verified && verified->state == expected, "%d instead of %d",
                verified ? static_cast<int>(verified->state) : -1, static_cast<int>(expected));
  }

  TemporaryFolder folder;
  std::string path = folder.file("clip.mp4");
  std::string content;
  StoredClip record;
};

GST_START_TEST(an_untouched_clip_is_intact) {
  Stored stored;
  stored.assert_state(StoredState::intact);
  stored.assert_state(StoredState::intact, 0);
  stored.record.sha256.clear();
  stored.assert_state(StoredState::intact);
}
GST_END_TEST

GST_START_TEST(a_clip_that_is_gone_is_missing) {
  Stored stored;
  fail_unless(::unlink(stored.path.c_str()) == 0);
  stored.assert_state(StoredState::missing);
}
GST_END_TEST

GST_START_TEST(another_size_is_damage) {
  Stored stored;
  fail_unless(::truncate(stored.path.c_str(), 99'999) == 0);
  stored.assert_state(StoredState::damaged);
  fail_unless(::unlink(stored.path.c_str()) == 0 && ::mkdir(stored.path.c_str(), 0700) == 0);
  stored.assert_state(StoredState::damaged);
}
GST_END_TEST

GST_START_TEST(a_flipped_bit_is_damage) {
  Stored stored;
  stored.flip_a_bit(50'000);
  stored.assert_state(StoredState::damaged);
  stored.assert_state(StoredState::damaged, 0);  // for it was written to
  stored.pretend_untouched();
  stored.assert_state(StoredState::damaged);
}
GST_END_TEST

// Opening a large clip must not take as long as reading it.
GST_START_TEST(large_untouched_clips_are_not_read) {
  Stored stored;
  stored.flip_a_bit(50'000);
  stored.pretend_untouched();
  stored.assert_state(StoredState::intact, 1'000);
  stored.record.identity.reset();
  stored.assert_state(StoredState::damaged, 1'000);
}
GST_END_TEST

// Moved to another disk and back: another file with the same content.
GST_START_TEST(a_copied_clip_is_intact_and_known_again) {
  Stored stored;
  fail_unless(::unlink(stored.path.c_str()) == 0);
  fail_unless(g_file_set_contents(stored.path.c_str(), stored.content.data(),
                                  static_cast<gssize>(stored.content.size()), nullptr));
  const auto verified = verify(stored.path, stored.record, 0);
  fail_unless(verified && verified->state == StoredState::intact);
  fail_unless(verified->identity == *identify(stored.path));
  fail_unless(!(verified->identity == *stored.record.identity));
}
GST_END_TEST

GST_START_TEST(a_look_can_be_interrupted) {
  Stored stored(5'000'000);
  stored.record.identity.reset();
  int asked = 0;
  const auto verified = verify(stored.path, stored.record, 0, [&] { return ++asked > 2; });
  fail_unless(!verified && verified.error().kind == ErrorKind::interrupted);
}
GST_END_TEST

GST_START_TEST(a_pipe_in_its_place_does_not_hang) {
  Stored stored;
  fail_unless(::unlink(stored.path.c_str()) == 0 && ::mkfifo(stored.path.c_str(), 0600) == 0);
  stored.assert_state(StoredState::damaged);
}
GST_END_TEST

Suite* verify_suite() {
  Suite* suite = suite_create("clip verify");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, an_untouched_clip_is_intact);
  tcase_add_test(tests, a_clip_that_is_gone_is_missing);
  tcase_add_test(tests, another_size_is_damage);
  tcase_add_test(tests, a_flipped_bit_is_damage);
  tcase_add_test(tests, large_untouched_clips_are_not_read);
  tcase_add_test(tests, a_copied_clip_is_intact_and_known_again);
  tcase_add_test(tests, a_look_can_be_interrupted);
  tcase_add_test(tests, a_pipe_in_its_place_does_not_hang);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(verify)
