// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "check.h"

#include <chrono>
#include <memory>
#include <thread>

#include "base/wake.h"

namespace {

using prompt::Wake;
using prompt::WakeList;
using prompt::Woken;
using namespace std::chrono_literals;

GST_START_TEST(news_before_the_wait_are_not_missed) {
  Wake wake;
  Wake::Ticket ticket = wake.ticket();
  wake.notify();
  fail_unless(wake.wait(ticket, 10s) == Woken::news);
  fail_unless(wake.wait(ticket, 1ms) == Woken::timeout);
}
GST_END_TEST

// unlock(), unlock_stop() and a new start may all pass while a reader is still inside: a flag that
// is set and cleared again would leave it waiting.
GST_START_TEST(interruption_outlives_what_comes_after_it) {
  Wake wake;
  Wake::Ticket old_reader = wake.ticket();
  wake.interrupt();
  Wake::Ticket new_reader = wake.ticket();
  wake.notify();
  fail_unless(wake.wait(old_reader, 10s) == Woken::interrupted);
  fail_unless(wake.is_interrupted(old_reader));
  fail_unless(!wake.is_interrupted(new_reader));
  fail_unless(wake.wait(new_reader, 10s) == Woken::news);
  fail_unless(wake.wait(new_reader, 1ms) == Woken::timeout);
}
GST_END_TEST

GST_START_TEST(waiter_in_another_thread_is_woken) {
  const auto wake = std::make_shared<Wake>();
  Wake::Ticket ticket = wake->ticket();
  std::thread other([wake] { wake->interrupt(); });
  fail_unless(wake->wait(ticket, 10s) == Woken::interrupted);
  other.join();
}
GST_END_TEST

GST_START_TEST(list_drops_the_dead_and_calls_the_living) {
  WakeList list;
  int calls = 0;
  auto alive = std::make_shared<Wake>([&calls] { ++calls; });
  auto dead = std::make_shared<Wake>([&calls] { calls += 100; });
  list.add(alive);
  list.add(dead);
  dead.reset();
  list.notify();
  fail_unless_equals_int(calls, 1);
}
GST_END_TEST

}  // namespace

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* suite = suite_create("wake");
  TCase* tests = tcase_create("wake");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, news_before_the_wait_are_not_missed);
  tcase_add_test(tests, interruption_outlives_what_comes_after_it);
  tcase_add_test(tests, waiter_in_another_thread_is_woken);
  tcase_add_test(tests, list_drops_the_dead_and_calls_the_living);
  return gst_check_run_suite(suite, "wake", __FILE__);
}
