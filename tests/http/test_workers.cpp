// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The workers: lanes do not wait for each other, threads are few, end when idle, and are joined.
#include "../support/check.h"

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "http/workers.h"

namespace prompt::http {
namespace {

using std::chrono::milliseconds;

Workers::Sizes small() {
  Workers::Sizes sizes;
  sizes.submits = 1;
  sizes.queries = 2;
  sizes.downloads = 3;
  sizes.idle_timeout = milliseconds(50);
  return sizes;
}

// Something that tasks wait at.
class Gate {
 public:
  void open() { promise_.set_value(); }
  void wait() const { future_.wait(); }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

void wait_for_threads(const Workers& workers, int wanted) {
  for (int i = 0; i < 2500 && workers.thread_count() != wanted; ++i) g_usleep(2000);
  fail_unless(workers.thread_count() == wanted, "%d threads instead of %d", workers.thread_count(),
              wanted);
}

GST_START_TEST(test_blocked_lane_does_not_block_others) {
  Loop loop;
  Gate gate;
  Workers workers(loop, "test", small());
  for (int i = 0; i < 20; ++i) {
    workers.run(Lane::downloads, [&](Client&) { gate.wait(); });
    workers.run(Lane::submits, [&](Client&) { gate.wait(); });
  }
  std::promise<void> done;
  workers.run(Lane::queries, [&](Client&) { done.set_value(); });
  fail_unless(done.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  gate.open();
}
GST_END_TEST;

GST_START_TEST(test_threads_are_few_and_used_fully) {
  Loop loop;
  Workers workers(loop, "test", small());
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  Gate all_three;
  for (int i = 0; i < 60; ++i)
    workers.run(Lane::downloads, [&](Client&) {
      const int now = ++running;
      int before = most;
      while (now > before && !most.compare_exchange_weak(before, now)) {
      }
      if (now == 3 && done == 0) all_three.open();
      // The first three wait for each other: with fewer threads this would never end.
      if (done == 0) all_three.wait();
      ++done;
      --running;
    });
  for (int i = 0; i < 2500 && done < 60; ++i) g_usleep(2000);
  fail_unless(done == 60 && most == 3, "%d done, %d at once", done.load(), most.load());
  fail_unless(workers.thread_count() <= 3);
}
GST_END_TEST;

GST_START_TEST(test_lane_is_first_in_first_out) {
  Loop loop;
  Workers workers(loop, "test", small());
  std::vector<int> seen;
  std::promise<void> done;
  for (int i = 0; i < 100; ++i)
    workers.run(Lane::submits, [&, i](Client&) {
      seen.push_back(i);
      if (i == 99) done.set_value();
    });
  done.get_future().wait();
  for (int i = 0; i < 100; ++i) fail_unless(seen[static_cast<std::size_t>(i)] == i);
}
GST_END_TEST;

GST_START_TEST(test_idle_threads_end_and_come_back) {
  Loop loop;
  Workers workers(loop, "test", small());
  fail_unless(workers.thread_count() == 0);
  for (int round = 0; round < 3; ++round) {
    std::promise<void> done;
    workers.run(Lane::queries, [&](Client&) { done.set_value(); });
    done.get_future().wait();
    fail_unless(workers.thread_count() >= 1);
    wait_for_threads(workers, 0);
  }
}
GST_END_TEST;

GST_START_TEST(test_idle_thread_is_used_before_a_new_one) {
  Loop loop;
  Workers::Sizes sizes = small();
  sizes.idle_timeout = std::chrono::seconds(30);
  Workers workers(loop, "test", sizes);
  for (int i = 0; i < 20; ++i) {
    std::promise<void> done;
    workers.run(Lane::downloads, [&](Client&) { done.set_value(); });
    done.get_future().wait();
    g_usleep(5000);  // lets the thread get back to waiting; if it does not, a second one is right
  }
  fail_unless(workers.thread_count() <= 2, "%d threads", workers.thread_count());
}
GST_END_TEST;

GST_START_TEST(test_end_drops_what_waits_and_joins_what_runs) {
  Loop loop;
  std::atomic<bool> finished = false;
  std::atomic<int> begun = 0;
  const auto alive = std::make_shared<int>(0);
  {
    Workers workers(loop, "test", small());
    std::promise<void> entered;
    workers.run(Lane::submits, [&](Client&) {
      entered.set_value();
      g_usleep(50'000);
      finished = true;
    });
    for (int i = 0; i < 5; ++i) workers.run(Lane::submits, [&, alive](Client&) { ++begun; });
    entered.get_future().wait();
  }
  fail_unless(finished && begun == 0 && alive.use_count() == 1);
}
GST_END_TEST;

GST_START_TEST(test_tasks_from_many_threads) {
  Loop loop;
  std::atomic<int> done = 0;
  Workers::Sizes sizes = small();
  sizes.idle_timeout = milliseconds(1);  // threads come and go all the time
  {
    Workers workers(loop, "test", sizes);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          workers.run(static_cast<Lane>(i % 3), [&](Client&) { ++done; });
          g_usleep(500);
        }
      });
    for (std::thread& thread : threads) thread.join();
    for (int i = 0; i < 2500 && done < 200; ++i) g_usleep(2000);
    wait_for_threads(workers, 0);
  }
  fail_unless(done == 200);
}
GST_END_TEST;

Suite* http_workers_suite() {
  Suite* suite = suite_create("http-workers");
  TCase* tests = tcase_create("workers");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_blocked_lane_does_not_block_others);
  tcase_add_test(tests, test_threads_are_few_and_used_fully);
  tcase_add_test(tests, test_lane_is_first_in_first_out);
  tcase_add_test(tests, test_idle_threads_end_and_come_back);
  tcase_add_test(tests, test_idle_thread_is_used_before_a_new_one);
  tcase_add_test(tests, test_end_drops_what_waits_and_joins_what_runs);
  tcase_add_test(tests, test_tasks_from_many_threads);
  return suite;
}

}  // namespace
}  // namespace prompt::http

using prompt::http::http_workers_suite;
GST_CHECK_MAIN(http_workers)
