// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The loop thread: order, timers, and what happens to calls that are not wanted any more.
#include "../support/check.h"

#include <atomic>
#include <future>
#include <mutex>
#include <vector>

#include "http/loop.h"

namespace prompt::http {
namespace {

using std::chrono::milliseconds;

void wait_for_loop(Loop& loop) {
  std::promise<void> done;
  loop.post([&] { done.set_value(); });
  done.get_future().wait();
}

GST_START_TEST(test_posts_run_in_order_on_the_loop_thread) {
  Loop loop;
  std::vector<int> seen;
  std::atomic<bool> is_right_thread = true;
  for (int i = 0; i < 1000; ++i)
    loop.post([&, i] {
      seen.push_back(i);
      if (!loop.is_loop_thread()) is_right_thread = false;
    });
  wait_for_loop(loop);
  fail_unless(seen.size() == 1000 && is_right_thread && !loop.is_loop_thread());
  for (int i = 0; i < 1000; ++i) fail_unless(seen[static_cast<std::size_t>(i)] == i);
}
GST_END_TEST;

GST_START_TEST(test_each_posting_thread_keeps_its_order) {
  Loop loop;
  std::vector<std::pair<int, int>> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) loop.post([&seen, t, i] { seen.emplace_back(t, i); });
    });
  for (std::thread& thread : threads) thread.join();
  wait_for_loop(loop);
  int next[4] = {};
  for (const auto& entry : seen) fail_unless(next[entry.first]++ == entry.second);
  fail_unless(seen.size() == 2000);
}
GST_END_TEST;

GST_START_TEST(test_timers_run_when_due_and_in_order) {
  Loop loop;
  std::vector<int> seen;
  std::promise<void> done;
  const gint64 start = g_get_monotonic_time();
  const Timer third = loop.after(milliseconds(60), [&] {
    seen.push_back(3);
    done.set_value();
  });
  const Timer second = loop.after(milliseconds(30), [&] { seen.push_back(2); });
  const Timer first = loop.after(milliseconds(-5), [&] { seen.push_back(1); });
  fail_unless(third.is_pending());
  done.get_future().wait();
  fail_unless(g_get_monotonic_time() - start >= 60'000);
  wait_for_loop(loop);
  fail_unless((seen == std::vector<int>{1, 2, 3}));
  fail_unless(!third.is_pending() && !first.is_pending());
}
GST_END_TEST;

GST_START_TEST(test_cancelled_timer_does_not_run) {
  Loop loop;
  std::atomic<int> calls = 0;
  {
    Timer cancelled = loop.after(milliseconds(10), [&] { ++calls; });
    cancelled.cancel();
    fail_unless(!cancelled.is_pending());
    const Timer destroyed = loop.after(milliseconds(10), [&] { ++calls; });
    Timer replaced = loop.after(milliseconds(10), [&] { ++calls; });
    replaced = Timer();
    Timer moved_from = loop.after(milliseconds(10), [&] { ++calls; });
    const Timer moved_to = std::move(moved_from);
    moved_from.cancel();
    fail_unless(moved_to.is_pending());
  }
  std::promise<void> done;
  const Timer later = loop.after(milliseconds(30), [&] { done.set_value(); });
  done.get_future().wait();
  fail_unless(calls == 0);
}
GST_END_TEST;

GST_START_TEST(test_cancel_on_the_loop_thread_is_certain) {
  Loop loop;
  int calls = 0;
  std::promise<void> done;
  Timer victim;
  loop.post([&] {
    victim = loop.after(milliseconds(0), [&] { ++calls; });
    // It is due by now, but has not begun, and must not.
    g_usleep(5000);
    victim.cancel();
  });
  const Timer later = loop.after(milliseconds(30), [&] { done.set_value(); });
  done.get_future().wait();
  fail_unless(calls == 0);
}
GST_END_TEST;

GST_START_TEST(test_timer_may_cancel_and_replace_itself) {
  Loop loop;
  std::promise<void> done;
  Timer timer;
  int rounds = 0;
  std::function<void()> again = [&] {
    if (++rounds == 5)
      done.set_value();
    else
      timer = loop.after(milliseconds(1), again);
  };
  loop.post([&] { timer = loop.after(milliseconds(1), again); });
  done.get_future().wait();
  wait_for_loop(loop);
  fail_unless(rounds == 5);
}
GST_END_TEST;

// Posts from its destructor, as the state of a job may.
struct Poster {
  Loop* loop;
  Timer* timer;
  std::shared_ptr<int> alive;
  ~Poster() {
    loop->post([held = alive] {});
    *timer = loop->after(milliseconds(0), [held = alive] {});
  }
};

GST_START_TEST(test_end_drops_what_has_not_begun) {
  const auto alive = std::make_shared<int>(0);
  std::atomic<int> calls = 0;
  Timer outliving;
  Timer late;
  {
    Loop loop;
    std::promise<void> entered;
    loop.post([&] {
      entered.set_value();
      g_usleep(30'000);
    });
    entered.get_future().wait();
    outliving = loop.after(std::chrono::hours(1), [&, alive] { ++calls; });
    loop.post([&, poster = std::shared_ptr<Poster>(new Poster{&loop, &late, alive})] { ++calls; });
  }
  fail_unless(calls == 0 && !outliving.is_pending() && !late.is_pending());
  fail_unless(alive.use_count() == 1, "%ld captures are left", alive.use_count() - 1);
}
GST_END_TEST;

GST_START_TEST(test_loop_that_ends_at_once) {
  for (int i = 0; i < 200; ++i) {
    const Loop loop;
  }
}
GST_END_TEST;

Suite* http_loop_suite() {
  Suite* suite = suite_create("http-loop");
  TCase* tests = tcase_create("loop");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_posts_run_in_order_on_the_loop_thread);
  tcase_add_test(tests, test_each_posting_thread_keeps_its_order);
  tcase_add_test(tests, test_timers_run_when_due_and_in_order);
  tcase_add_test(tests, test_cancelled_timer_does_not_run);
  tcase_add_test(tests, test_cancel_on_the_loop_thread_is_certain);
  tcase_add_test(tests, test_timer_may_cancel_and_replace_itself);
  tcase_add_test(tests, test_end_drops_what_has_not_begun);
  tcase_add_test(tests, test_loop_that_ends_at_once);
  return suite;
}

}  // namespace
}  // namespace prompt::http

using prompt::http::http_loop_suite;
GST_CHECK_MAIN(http_loop)
