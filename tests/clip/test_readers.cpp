// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Several readers against a writer, in real threads; the thread sanitizer looks on.
#include "fixture.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;

constexpr int reader_count = 4;

std::shared_ptr<ClipFile> begin_clip(const TemporaryFolder& folder) {
  auto clip = ClipFile::begin(folder.path(), "job", {}, {});
  fail_unless(clip.has_value());
  return *clip;
}

/// What a reader went through, told to the main thread: libcheck's checks are not for others.
struct Outcome {
  std::string text;
  bool was_told_of_change = false;
  std::string trouble;
};

/// Reads a clip from front to back, waiting where it must, as promptsrc does.
Outcome read_through(ClipFile& clip, std::size_t step, std::atomic<int>& reads) {
  const auto wake = std::make_shared<Wake>();
  clip.watch(wake);
  Outcome outcome;
  Reading reading;
  std::vector<std::byte> buffer(step);
  Wake::Ticket ticket = wake->ticket();
  for (;;) {
    const ReadResult got = clip.read(outcome.text.size(), buffer, reading);
    if (got.error) {
      outcome.was_told_of_change = got.error->message.find("changed") != std::string::npos;
      if (!outcome.was_told_of_change) outcome.trouble = got.error->message;
      return outcome;
    }
    if (got.at_end) return outcome;
    outcome.text.append(as_text(Bytes(buffer).first(got.bytes)));
    if (got.bytes > 0) {
      ++reads;
      continue;
    }
    clip.want(outcome.text.size());
    if (wake->wait(ticket, std::chrono::seconds(10)) != Woken::news) {
      outcome.trouble = "no news for 10 s";
      return outcome;
    }
  }
}

GST_START_TEST(readers_follow_a_writer) {
  const TemporaryFolder folder;
  const std::string file = mp4({.media_bytes = 3'000'000});
  const auto clip = begin_clip(folder);
  std::vector<Outcome> outcomes(reader_count);
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < reader_count; ++i)
    readers.emplace_back([&, i] { outcomes[i] = read_through(*clip, 10'000 * (i + 1), reads); });
  // Somebody seeks about meanwhile, and somebody looks at the progress.
  std::atomic<bool> is_done = false;
  std::atomic<int> wrong = 0;
  std::thread seeker([&] {
    std::mt19937 random(1);
    std::vector<std::byte> buffer(5'000);
    Reading reading;
    while (!is_done) {
      const std::size_t offset = random() % file.size();
      clip->want(offset);
      const ReadResult got = clip->read(offset, buffer, reading);
      if (as_text(Bytes(buffer).first(got.bytes)) !=
          std::string_view(file).substr(offset, got.bytes))
        ++wrong;
    }
  });
  std::thread watcher([&] {
    std::uint64_t last = 0;
    while (!is_done) {
      const ClipFacts facts = clip->facts();
      if (facts.received < last) ++wrong;
      last = facts.received;
    }
  });
  clip->on_tail_wanted([](std::uint64_t) {});

  const Validators validators{"\"a\"", ""};
  ok(clip->set_head(file.size(), validators));
  std::thread tail;
  for (std::size_t at = 0; !clip->has_all(); at += 9'999) {
    ok(clip->append(as_bytes(std::string_view(file).substr(at, 9'999))));
    if (at == 99'990)
      tail = std::thread([&] {
        clip->set_tail(file.size() - 5'000, file.substr(file.size() - 5'000), validators);
      });
  }
  tail.join();
  ok(clip->finish());
  for (std::thread& reader : readers) reader.join();
  is_done = true;
  seeker.join();
  watcher.join();
  for (const Outcome& outcome : outcomes) {
    assert_text(outcome.trouble, "");
    fail_unless(outcome.text == file, "a reader got %zu bytes, or other ones", outcome.text.size());
  }
  fail_unless(wrong == 0);
}
GST_END_TEST

// The content is replaced again and again under the readers. Each of them gets one version from its
// beginning to where it is told, never a byte of another.
GST_START_TEST(readers_never_get_two_versions) {
  const TemporaryFolder folder;
  std::vector<std::string> versions;
  for (unsigned i = 0; i < 12; ++i)
    versions.push_back(mp4({.media_bytes = 200'000, .seed = 10 * i}));
  const auto clip = begin_clip(folder);
  std::vector<std::vector<Outcome>> outcomes(reader_count);
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < reader_count; ++i)
    readers.emplace_back([&, i] {
      // Only the last version has an end.
      do outcomes[i].push_back(read_through(*clip, 3'000 + 1'000 * i, reads));
      while (outcomes[i].back().was_told_of_change);
    });
  for (std::size_t i = 0; i < versions.size(); ++i) {
    // Every other time it is for the bytes to show the change.
    const Validators validators{i % 2 == 0 ? format("\"%zu\"", i) : "", ""};
    clip->begin_attempt();
    ok(clip->set_head(versions[i].size(), validators, BodyBegin::at_zero));
    const bool is_last = i + 1 == versions.size();
    const std::size_t end = is_last ? versions[i].size() : 150'000;
    const int reads_before = reads;
    for (std::size_t at = 0; at < end; at += 5'000)
      ok(clip->append(as_bytes(
          std::string_view(versions[i]).substr(at, std::min<std::size_t>(5'000, end - at)))));
    // So that there is somebody to be disturbed by the next one.
    while (!is_last && reads < reads_before + 10) std::this_thread::yield();
  }
  ok(clip->finish());
  for (std::thread& reader : readers) reader.join();
  int told = 0;
  for (const std::vector<Outcome>& of_reader : outcomes) {
    for (const Outcome& outcome : of_reader) {
      assert_text(outcome.trouble, "");
      if (outcome.was_told_of_change) ++told;
      const bool is_one =
          std::any_of(versions.begin(), versions.end(), [&](const std::string& file) {
            return std::string_view(file).substr(0, outcome.text.size()) == outcome.text;
          });
      fail_unless(is_one, "%zu bytes of no version", outcome.text.size());
    }
    fail_unless(of_reader.back().text == versions.back());
  }
  fail_unless(told > 0, "no reader was disturbed: the test shows nothing");
}
GST_END_TEST

// The content is replaced while a read is on its way to the disk: what it brings back is of two
// versions, and must not be given to anybody.
GST_START_TEST(a_read_across_a_change_gives_nothing) {
  constexpr std::size_t size = 2'000'000;
  const TemporaryFolder folder;
  const std::vector<std::string> versions = {mp4({.media_bytes = size, .seed = 1}),
                                             mp4({.media_bytes = size, .seed = 50})};
  const auto clip = begin_clip(folder);
  std::atomic<bool> is_done = false;
  std::atomic<int> mixed = 0;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      std::vector<std::byte> buffer(size);
      while (!is_done) {
        Reading reading;
        const std::size_t got = clip->read(0, buffer, reading).bytes;
        const std::string_view text = as_text(Bytes(buffer).first(got));
        if (std::none_of(versions.begin(), versions.end(), [&](const std::string& file) {
              return std::string_view(file).substr(0, got) == text;
            }))
          ++mixed;
      }
    });
  for (std::size_t i = 0; i < 60; ++i) {
    const std::string& file = versions[i % 2];
    ok(clip->set_head(file.size(), {format("\"%zu\"", i % 2), ""}, BodyBegin::at_zero));
    ok(clip->append(as_bytes(file).first(size)));
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
  fail_unless(mixed == 0, "%d reads of two versions", mixed.load());
}
GST_END_TEST

// fail() and begin_attempt() come from the loop thread while a worker writes.
GST_START_TEST(the_loop_thread_is_not_held_up_by_a_writer) {
  const TemporaryFolder folder;
  const std::string file = mp4({.media_bytes = 2'000'000});
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  std::atomic<bool> is_done = false;
  std::thread loop([&] {
    while (!is_done) {
      clip->fail(Error{ErrorKind::network, "It broke."});
      clip->expect(Media::video);
      clip->limit_size(1'000'000'000);
      clip->begin_attempt();
      (void)clip->sha256();
    }
  });
  for (std::size_t at = 0; at < file.size(); at += 50'000)
    ok(clip->append(as_bytes(std::string_view(file).substr(at, 50'000))));
  ok(clip->finish());
  is_done = true;
  loop.join();
  fail_unless(clip->facts().complete && !clip->facts().error);
}
GST_END_TEST

Suite* readers_suite() {
  Suite* suite = suite_create("clip readers");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, readers_follow_a_writer);
  tcase_add_test(tests, readers_never_get_two_versions);
  tcase_add_test(tests, a_read_across_a_change_gives_nothing);
  tcase_add_test(tests, the_loop_thread_is_not_held_up_by_a_writer);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(readers)
