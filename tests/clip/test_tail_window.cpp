// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The first frame does not wait for the last byte, and nothing is paid for twice: a clip whose
// index stands at its end, over a line of 10 Mbit/s, with the bytes counted at the server.
#include "fixture.h"

#include <atomic>
#include <optional>

#include "http/workers.h"

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t allowance = 256 * 1024;

/// Downloads as the job does: the file on one worker, the window on another.
class Fetch {
 public:
  Fetch(Rig& rig, std::string options) : rig_(rig), source_(rig.source(options)) {
    rig.clip->watch(wake_);
    rig.clip->on_tail_wanted([this](std::uint64_t begin) {
      ++windows_;
      workers_.run(http::Lane::downloads, [this, begin](http::Client& client) {
        const Result<void> tail = download_tail(client, source_, *rig_.clip, begin, rig_.cancel);
        if (!tail) ++lost_windows_;
        running_ = running_ - 1;
        wake_->notify();
      });
      running_ = running_ + 1;
    });
  }

  void start() {
    running_ = running_ + 1;
    start_ = Clock::now();
    workers_.run(http::Lane::downloads, [this](http::Client& client) {
      const Result<void> done = clip::download(client, source_, *rig_.clip, rig_.cancel);
      if (!done) rig_.clip->fail(done.error());
      running_ = running_ - 1;
      wake_->notify();
    });
  }

  /// Reads as a demuxer that wants `size` bytes at `offset`; when it had them, since start().
  std::chrono::milliseconds read(std::uint64_t offset, std::size_t size, std::string& into) {
    Wake::Ticket ticket = wake_->ticket();
    into.assign(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ReadResult got = rig_.clip->read(
          offset + done, std::as_writable_bytes(std::span(into)).subspan(done), reading_);
      fail_unless(!got.error, "%s", got.error ? got.error->message.c_str() : "");
      if (got.at_end) break;
      done += got.bytes;
      if (got.bytes > 0) continue;
      rig_.clip->want(offset + done);
      fail_unless(wake_->wait(ticket, std::chrono::seconds(10)) == Woken::news);
    }
    into.resize(done);
    return elapsed();
  }

  /// Since start().
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
  }

  void wait_until_idle() {
    Wake::Ticket ticket = wake_->ticket();
    while (running_ > 0) fail_unless(wake_->wait(ticket, std::chrono::seconds(20)) == Woken::news);
  }

  [[nodiscard]] int windows() const { return windows_; }
  [[nodiscard]] int lost_windows() const { return lost_windows_; }

 private:
  Rig& rig_;
  Source source_;
  std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  Reading reading_;
  std::atomic<int> running_ = 0;
  std::atomic<int> windows_ = 0;
  std::atomic<int> lost_windows_ = 0;
  Clock::time_point start_;
  http::Workers workers_{rig_.loop, "gst-prompt-test/1", {}};  // last: joined first
};

constexpr const char* slow_line = "rate=1250000&rtt=20";

GST_START_TEST(the_index_at_the_end_comes_early_and_once) {
  const std::string file = mp4({.media_bytes = 1'900'000});
  Rig rig(file);
  Fetch fetch(rig, slow_line);
  fetch.start();
  std::string index;
  const auto at = fetch.read(file.size() - 5'000, 5'000, index);
  fail_unless(index == file.substr(file.size() - 5'000));
  fetch.wait_until_idle();
  assert_stored(rig, file);
  const auto whole = fetch.elapsed();
  fail_unless(at * 2 < whole, "after %d of %d ms", static_cast<int>(at.count()),
              static_cast<int>(whole.count()));
  const std::uint64_t sent = rig.sent();
  fail_unless(sent <= file.size() + allowance, "%" G_GUINT64_FORMAT " bytes for %zu", sent,
              file.size());
  fail_unless(fetch.windows() == 1 && fetch.lost_windows() == 0 && rig.requests().size() == 2);
}
GST_END_TEST

GST_START_TEST(a_large_index_is_not_sent_twice) {
  const std::string file = mp4({.media_bytes = 1'500'000, .moov_bytes = 600'000});
  Rig rig(file);
  Fetch fetch(rig, slow_line);
  fetch.start();
  fetch.wait_until_idle();
  assert_stored(rig, file);
  const std::uint64_t sent = rig.sent();
  fail_unless(sent <= file.size() + allowance, "%" G_GUINT64_FORMAT " bytes for %zu", sent,
              file.size());
  fail_unless(fetch.windows() == 1 && fetch.lost_windows() == 0);
}
GST_END_TEST

GST_START_TEST(exactly_the_file_with_the_index_in_front) {
  const std::string file = mp4({.media_bytes = 900'000, .moov_in_front = true});
  Rig rig(file);
  Fetch fetch(rig, slow_line);
  fetch.start();
  std::string text;
  (void)fetch.read(0, file.size(), text);
  fail_unless(text == file);
  fetch.wait_until_idle();
  assert_stored(rig, file);
  fail_unless(rig.sent() == file.size() && rig.requests().size() == 1);
}
GST_END_TEST

// As typefind does without a file name: the last 128 bytes, then the index.
GST_START_TEST(reads_at_the_very_end_are_cheap) {
  const std::string file = mp4({.media_bytes = 900'000});
  Rig rig(file);
  Fetch fetch(rig, slow_line);
  fetch.start();
  std::string text;
  (void)fetch.read(0, 4'096, text);
  for (const std::size_t back : {32U, 128U, 5'000U}) {
    (void)fetch.read(file.size() - back, back, text);
    fail_unless(text == file.substr(file.size() - back));
  }
  fetch.wait_until_idle();
  assert_stored(rig, file);
  fail_unless(rig.sent() <= file.size() + allowance);
  fail_unless(rig.requests().size() <= 4);
}
GST_END_TEST

GST_START_TEST(without_ranges_a_far_read_waits) {
  const std::string file = mp4({.media_bytes = 600'000});
  Rig rig(file);
  Fetch fetch(rig, std::string(slow_line) + "&ranges=no");
  fetch.start();
  std::string index;
  (void)fetch.read(file.size() - 5'000, 5'000, index);
  fail_unless(index == file.substr(file.size() - 5'000));
  fetch.wait_until_idle();
  assert_stored(rig, file);
  fail_unless(rig.sent() == file.size() && rig.requests().size() == 1 && fetch.windows() == 0);
}
GST_END_TEST

// It honours Range but does not say so beforehand.
GST_START_TEST(ranges_are_tried_where_nothing_is_said) {
  const std::string file = mp4({.media_bytes = 600'000});
  Rig rig(file);
  Fetch fetch(rig, std::string(slow_line) + "&ranges=unsaid");
  fetch.start();
  fetch.wait_until_idle();
  assert_stored(rig, file);
  fail_unless(fetch.windows() == 1 && fetch.lost_windows() == 0);
  fail_unless(rig.sent() <= file.size() + allowance);
}
GST_END_TEST

// The line breaks with the window in hand: it is kept, and only what lies between is asked for.
GST_START_TEST(a_broken_download_goes_on_to_the_window) {
  const std::string file = mp4({.media_bytes = 600'000});
  const std::size_t moov = file.size() - 5'000;
  Rig rig(file);
  std::optional<std::uint64_t> wanted;
  rig.clip->on_tail_wanted([&](std::uint64_t begin) { wanted = begin; });
  failed(rig.download("cut=300000,"), ErrorKind::network, true);
  fail_unless(wanted == moov);
  ok(download_tail(rig.client, rig.source(), *rig.clip, *wanted, rig.cancel));
  fail_unless(rig.clip->facts().tail_begin == moov);
  ok(rig.download());
  assert_stored(rig, file);
  const auto requests = rig.requests();
  fail_unless(requests.size() == 3 && rig.sent() == file.size());
  assert_text(Rig::header(requests[1], "range"), format("bytes=%zu-%zu", moov, file.size() - 1));
  assert_text(Rig::header(requests[2], "range"), format("bytes=300000-%zu", moov - 1));
}
GST_END_TEST

// The end of another version never becomes the end of this one.
GST_START_TEST(a_window_of_another_version_is_not_taken) {
  const std::string file = mp4({.media_bytes = 600'000, .seed = 1});
  const std::string other = mp4({.media_bytes = 600'000, .seed = 50});
  for (const char* etag : {"strong", "weak"}) {
    Rig rig(file);
    failed(rig.download(format("cut=300000,&etag=%s", etag)), ErrorKind::network, true);
    const Result<void> tail = download_tail(
        rig.client, rig.source(format("etag=%s&file=%s", etag, rig.other_file(other).c_str())),
        *rig.clip, file.size() - 5'000, rig.cancel);
    fail_unless(!rig.clip->facts().tail_begin);
    (void)tail;  // with a weak validator the answer is a part like any other
    ok(rig.download(format("etag=%s", etag)));
    assert_stored(rig, file);
  }
}
GST_END_TEST

GST_START_TEST(a_window_that_is_not_worth_it_is_not_asked_for) {
  const std::string file = mp4({.media_bytes = 600'000});
  Rig rig(file);
  failed(rig.download("cut=590000,"), ErrorKind::network, true);
  const auto tail = [&](std::uint64_t begin) {
    return download_tail(rig.client, rig.source(), *rig.clip, begin, rig.cancel);
  };
  failed(tail(580'000), ErrorKind::interrupted, false);
  failed(tail(file.size()), ErrorKind::interrupted, false);
  fail_unless(rig.requests().size() == 1);
}
GST_END_TEST

Suite* tail_window_suite() {
  Suite* suite = suite_create("clip tail window");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, the_index_at_the_end_comes_early_and_once);
  tcase_add_test(tests, a_large_index_is_not_sent_twice);
  tcase_add_test(tests, exactly_the_file_with_the_index_in_front);
  tcase_add_test(tests, reads_at_the_very_end_are_cheap);
  tcase_add_test(tests, without_ranges_a_far_read_waits);
  tcase_add_test(tests, ranges_are_tried_where_nothing_is_said);
  tcase_add_test(tests, a_broken_download_goes_on_to_the_window);
  tcase_add_test(tests, a_window_of_another_version_is_not_taken);
  tcase_add_test(tests, a_window_that_is_not_worth_it_is_not_asked_for);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(tail_window)
