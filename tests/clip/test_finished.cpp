// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// From the last byte to a clip that is found again: who is told what and when, and what another
// process makes of the files that one left that ended too early.
#include "fixture.h"

#include <glib/gstdio.h>

#include <optional>
#include <vector>

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;

const Validators version{"\"v1\"", {}};

struct Folder {
  TemporaryFolder folder;
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  bool has(const std::string& name) const {
    return g_file_test(path(name).c_str(), G_FILE_TEST_EXISTS) != FALSE;
  }
  std::shared_ptr<ClipFile> begin(std::optional<std::uint64_t> size = {}) const {
    auto begun = ClipFile::begin(folder.path(), "job", size ? version : Validators{}, size);
    fail_unless(begun.has_value());
    return *begun;
  }
};

void append(ClipFile& clip, std::string_view bytes) { ok(clip.append(as_bytes(bytes))); }

GST_START_TEST(whoever_keeps_the_books_is_told_before_and_after_the_name) {
  const std::string file = mp4();
  const Folder folder;
  const auto clip = folder.begin();
  ok(clip->set_head(file.size(), version));
  append(*clip, file);
  std::vector<std::string> told;
  Keeper keeper;
  keeper.on_proved = [&](const Finished& finished) -> Result<void> {
    fail_unless(folder.has("job.part") && !folder.has("job.mp4") && !clip->facts().complete);
    fail_unless(finished.file == "job.mp4" && finished.size == file.size());
    assert_text(finished.sha256, sha256_hex(file));
    fail_unless(finished.validators == version && finished.identity.inode != 0);
    told.emplace_back("proved");
    return {};
  };
  keeper.on_renamed = [&](const Finished& finished) -> Result<void> {
    fail_unless(!folder.has("job.part") && folder.has("job.mp4") && !clip->facts().kept);
    fail_unless(identify(folder.path("job.mp4")) == finished.identity);
    told.emplace_back("renamed");
    return {};
  };
  ok(clip->finish(keeper));
  fail_unless(told == std::vector<std::string>({"proved", "renamed"}));
  fail_unless(clip->facts().complete && clip->facts().kept);
}
GST_END_TEST

GST_START_TEST(a_keeper_that_fails_does_not_take_the_clip_with_it) {
  const std::string file = mp4();
  const Folder folder;
  const auto clip = folder.begin();
  ok(clip->set_head(file.size(), version));
  append(*clip, file);
  const auto refuse = [](const Finished&) -> Result<void> {
    return prompt::fail(ErrorKind::storage, "The ledger is locked.");
  };
  ok(clip->finish({refuse, refuse}));
  fail_unless(clip->facts().complete && !clip->facts().kept && folder.has("job.mp4"));
  clip->set_kept();
  fail_unless(clip->facts().kept);
}
GST_END_TEST

GST_START_TEST(a_part_with_all_its_bytes_is_finished_without_anybody) {
  const std::string file = mp4();
  for (const bool has_size : {true, false}) {
    const Folder folder;
    {
      const auto clip = folder.begin();
      ok(clip->set_head(file.size(), version));
      append(*clip, file);
    }
    const std::optional<std::uint64_t> size =
        has_size ? std::optional<std::uint64_t>(file.size()) : std::nullopt;
    auto again = ClipFile::reopen(folder.folder.path(), "job", {}, size);
    fail_unless(again.has_value());
    ok((*again)->finish());
    fail_unless(folder.has("job.mp4") && !folder.has("job.part"));
    assert_text((*again)->finished()->sha256, sha256_hex(file));
  }
}
GST_END_TEST

GST_START_TEST(a_part_that_lacks_a_byte_is_left_as_it_is) {
  const std::string file = mp4();
  for (const std::size_t missing : {std::size_t{1}, file.size() / 2}) {
    const Folder folder;
    {
      const auto clip = folder.begin();
      ok(clip->set_head(file.size(), version));
      append(*clip, std::string_view(file).substr(0, file.size() - missing));
    }
    fail_unless(!ClipFile::reopen(folder.folder.path(), "job", version, file.size()).has_value());
    // Without a size its structure tells.
    auto unsized = ClipFile::reopen(folder.folder.path(), "job", {}, {});
    fail_unless(unsized.has_value());
    failed((*unsized)->finish(), ErrorKind::network, true);
    const auto part = read_file(folder.path("job.part"), 10'000'000);
    fail_unless(part.has_value() && *part == file.substr(0, file.size() - missing));
  }
}
GST_END_TEST

GST_START_TEST(the_window_at_the_end_outlives_the_process) {
  const std::string file = mp4({.media_bytes = 1'000'000});
  const std::uint64_t begin = file.size() - 5'000;
  const Folder folder;
  {
    const auto clip = folder.begin();
    ok(clip->set_head(file.size(), version));
    append(*clip, std::string_view(file).substr(0, 300'000));
    clip->set_tail(begin, file.substr(begin), version);
    fail_unless(folder.has("job.tail"));
    append(*clip, std::string_view(file).substr(300'000, begin - 300'000));
    fail_unless(clip->has_all());
  }
  // Neither of another version, nor torn.
  const auto torn = read_file(folder.path("job.tail"), 10'000'000);
  fail_unless(torn.has_value());
  fail_unless(!ClipFile::reopen(folder.folder.path(), "job", {"\"v2\"", {}}, file.size()));
  fail_unless(g_file_set_contents(folder.path("job.tail").c_str(), torn->data(),
                                  static_cast<gssize>(torn->size() - 1), nullptr) != FALSE);
  fail_unless(!ClipFile::reopen(folder.folder.path(), "job", version, file.size()));
  std::string flipped = *torn;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  fail_unless(g_file_set_contents(folder.path("job.tail").c_str(), flipped.data(),
                                  static_cast<gssize>(flipped.size()), nullptr) != FALSE);
  fail_unless(!ClipFile::reopen(folder.folder.path(), "job", version, file.size()));
  fail_unless(g_file_set_contents(folder.path("job.tail").c_str(), torn->data(),
                                  static_cast<gssize>(torn->size()), nullptr) != FALSE);
  auto again = ClipFile::reopen(folder.folder.path(), "job", version, file.size());
  fail_unless(again.has_value());
  ok((*again)->finish());
  const auto stored = read_file(folder.path("job.mp4"), 10'000'000);
  fail_unless(stored.has_value() && *stored == file);
  fail_unless(!folder.has("job.tail") && !folder.has("job.part"));
}
GST_END_TEST

GST_START_TEST(a_file_that_nobody_was_told_of_is_proved_again) {
  const std::string file = mp4();
  const Folder folder;
  const auto put = [&](std::string_view content) {
    fail_unless(g_file_set_contents(folder.path("job.mp4").c_str(), content.data(),
                                    static_cast<gssize>(content.size()), nullptr) != FALSE);
  };
  put(file);
  auto clip = ClipFile::open_renamed(folder.path("job.mp4"), file.size());
  fail_unless(clip.has_value() && (*clip)->facts().complete && !(*clip)->facts().kept);
  assert_text((*clip)->finished()->sha256, sha256_hex(file));
  fail_unless(ClipFile::open_renamed(folder.path("job.mp4"), {}).has_value());
  fail_unless(!ClipFile::open_renamed(folder.path("job.mp4"), file.size() + 1).has_value());
  put(std::string_view(file).substr(0, file.size() - 1));
  fail_unless(!ClipFile::open_renamed(folder.path("job.mp4"), {}).has_value());
  put("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n");
  fail_unless(!ClipFile::open_renamed(folder.path("job.mp4"), {}).has_value());
}
GST_END_TEST

GST_START_TEST(the_end_of_the_media_data_is_known) {
  struct Shape {
    std::string file;
    std::uint64_t end;  // of the media data
  };
  const std::string last = mp4();
  const std::string first = mp4({.moov_in_front = true});
  const std::string fragments = ftyp() + box("moov", noise(500)) + box("moof", noise(50)) +
                                box("mdat", noise(5'000)) + box("moof", noise(50)) +
                                box("mdat", noise(5'000));
  const std::vector<Shape> shapes = {{last, last.size() - 5'000},
                                     {first, first.size()},
                                     {first + box("free", noise(100'000)), first.size()},
                                     {fragments, fragments.size()}};
  for (const Shape& shape : shapes) {
    const Folder folder;
    const auto clip = folder.begin();
    ok(clip->set_head(shape.file.size(), version));
    // In pieces: it is never held earlier than where it ends.
    for (std::size_t at = 0; at < shape.file.size(); at += 1'000) {
      append(*clip, std::string_view(shape.file).substr(at, 1'000));
      const std::optional<MediaEnd> end = clip->facts().media_end;
      fail_unless(!end || end->end == shape.end);
    }
    const std::optional<MediaEnd> end = clip->facts().media_end;
    fail_unless(end.has_value() && end->end == shape.end && end->held_from == shape.end - 1);
  }
}
GST_END_TEST

Suite* finished_suite() {
  Suite* suite = suite_create("finished");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, whoever_keeps_the_books_is_told_before_and_after_the_name);
  tcase_add_test(tests, a_keeper_that_fails_does_not_take_the_clip_with_it);
  tcase_add_test(tests, a_part_with_all_its_bytes_is_finished_without_anybody);
  tcase_add_test(tests, a_part_that_lacks_a_byte_is_left_as_it_is);
  tcase_add_test(tests, the_window_at_the_end_outlives_the_process);
  tcase_add_test(tests, a_file_that_nobody_was_told_of_is_proved_again);
  tcase_add_test(tests, the_end_of_the_media_data_is_known);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(finished)
