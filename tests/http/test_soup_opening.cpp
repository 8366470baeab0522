// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// libsoup is opened in a process whose other threads use GModule, as Python's bindings do all the
// time: neither waits for the other for ever.
#include <gmodule.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "check.h"
#include "http/soup.h"

namespace {

constexpr int callers = 4;

GST_START_TEST(test_opened_while_others_look_up_symbols) {
  std::atomic<bool> is_over{false};
  std::atomic<int> begun{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&] {
      GModule* const program = g_module_open(nullptr, G_MODULE_BIND_LAZY);
      ++begun;
      while (!is_over) {
        gpointer symbol = nullptr;
        g_module_symbol(program, "there_is_no_such_symbol", &symbol);
      }
      g_module_close(program);
    });
  while (begun < callers) std::this_thread::yield();
  // A deadlock ends this suite.
  alarm(60);
  fail_unless(prompt::http::open_soup().has_value());
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  fail_unless(prompt::http::soup().session_send != nullptr);
}
GST_END_TEST;

Suite* soup_opening_suite() {
  Suite* const suite = suite_create("soup_opening");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_opened_while_others_look_up_symbols);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(soup_opening)
