// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Cancelling from another thread, in every phase and at random instants: the exchange returns soon,
// with the right error, and the client can be used again.
#include "fixture.h"

#include <thread>

#include "http/workers.h"

namespace prompt::http::test {
namespace {

using std::chrono::milliseconds;

const gint64 soon_us = 250'000 * prompt::test::slowness();

ExchangeOptions patient() {
  ExchangeOptions options;
  options.max_body = 1'000'000'000'000;
  return options;
}

// Cancels once the exchange has got to where it hangs: the server has seen the request, or (no
// path) some time has passed. How long the exchange took to return from then.
gint64 cancel_once(const std::string& url, const std::string& path) {
  Rig rig(server->ca_file());
  ExchangeOptions options = patient();
  options.on_body = [](std::span<const std::byte>) {
    return Result<void>();
  };
  const Cancel cancel;
  gint64 cancelled_at = 0;
  std::thread canceller([&] {
    if (!path.empty()) (void)process().wait_for_count(path, 1);
    std::this_thread::sleep_for(milliseconds(40));
    cancelled_at = g_get_monotonic_time();
    cancel.cancel();
  });
  const ExchangeResult result = rig.client.exchange(get(url), options, cancel);
  const gint64 end = g_get_monotonic_time();
  canceller.join();
  fail_unless(!assert_failed(result, ErrorKind::cancelled, !path.empty()).error.retriable);
  // The next exchange is none the worse for it.
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  return end - cancelled_at;
}

// On a machine that is busy with other things one of three has to be soon.
void cancel_in_phase(const char* phase, const std::string& url, const std::string& path = {}) {
  gint64 best = G_MAXINT64;
  for (int i = 0; i < 3 && best >= soon_us; ++i) best = std::min(best, cancel_once(url, path));
  fail_unless(best < soon_us, "%s: %ld ms", phase, static_cast<long>(best / 1000));
}

GST_START_TEST(test_every_phase) {
  cancel_in_phase("lookup", "http://hang.test/");
  cancel_in_phase("connecting", server->url("/", "black-hole"));
  cancel_in_phase("TLS", "https://127.0.0.1:" + std::to_string(process().port("silent")) + "/");
  cancel_in_phase("head over TLS", server->url("/hang", "tls-good"), "/hang");
  for (const char* path : {"/hang", "/endless-1xx", "/drip-head", "/stall", "/drip-body",
                           "/endless-body", "/endless-chunks"})
    cancel_in_phase(path, server->url(path), path);
}
GST_END_TEST;

GST_START_TEST(test_cancelled_beforehand) {
  Rig rig;
  const Cancel cancel;
  cancel.cancel();
  int hooks = 0;
  ExchangeOptions options = calm();
  options.before_first_byte = [&]() -> Result<void> {
    ++hooks;
    return {};
  };
  const Cancel copy = cancel;
  fail_unless(copy.is_cancelled());
  assert_failed(rig.client.exchange(get(server->url("/ok")), options, copy), ErrorKind::cancelled,
                false);
  fail_unless(hooks == 0 && process().connections() == 0);
}
GST_END_TEST;

GST_START_TEST(test_cancelled_in_the_hook) {
  Rig rig;
  const Cancel cancel;
  ExchangeOptions options = calm();
  options.before_first_byte = [&]() -> Result<void> {
    cancel.cancel();
    return {};
  };
  // Armed, so it counts as sent, although it was not.
  assert_failed(rig.client.exchange(post(server->url("/echo")), options, cancel),
                ErrorKind::cancelled, true);
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  assert_count("/echo", 0);
}
GST_END_TEST;

// A thousand exchanges, each cancelled at a random instant or not in time. Whatever the moment: a
// whole reply, or "cancelled"; and what is said not to have left has not.
void cancel_at_random(const char* path, int rounds, int longest_us) {
  Rig rig;
  GRand* random = g_rand_new_with_seed(7);
  int replies = 0;
  int slow = 0;
  for (int i = 0; i < rounds; ++i) {
    const Cancel cancel;
    const auto wait = static_cast<gulong>(g_rand_int_range(random, 0, longest_us));
    gint64 cancelled_at = 0;
    std::thread canceller([&] {
      if (wait > 0) g_usleep(wait);
      cancelled_at = g_get_monotonic_time();
      cancel.cancel();
    });
    Request request = get(server->url(path));
    ExchangeOptions options = patient();
    options.new_connection = i % 2 == 0;
    const ExchangeResult result = rig.client.exchange(request, options, cancel);
    const gint64 end = g_get_monotonic_time();
    canceller.join();
    if (result)
      ++replies;
    else
      fail_unless(result.error().error.kind == ErrorKind::cancelled, "%s",
                  result.error().error.message.c_str());
    if (end - cancelled_at >= soon_us) ++slow;
  }
  g_rand_free(random);
  fail_unless(replies < rounds, "%s: none was cancelled in time", path);
  // None on a machine of one's own; a busy one may take a thread its turn now and then.
  fail_unless(slow <= rounds / 100, "%s: %d returned late", path, slow);
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
}

GST_START_TEST(test_a_thousand_cancels_on_a_healthy_server) { cancel_at_random("/ok", 1000, 2000); }
GST_END_TEST;

GST_START_TEST(test_a_thousand_cancels_on_a_slow_server) {
  cancel_at_random("/bytes?size=20000&rate=100000", 1000, 3000);
}
GST_END_TEST;

GST_START_TEST(test_many_workers_cancelled_at_once) {
  Loop loop;
  process().clear_log();
  Workers::Sizes sizes;
  Cancel cancel;
  std::atomic<int> ended = 0;
  gint64 start = 0;
  {
    Workers workers(loop, "gst-prompt-test/1", sizes);
    for (int i = 0; i < 24; ++i)
      workers.run(static_cast<Lane>(i % 3), [&](Client& client) {
        (void)client.exchange(get(server->url("/hang")), ExchangeOptions(), cancel);
        ++ended;
      });
    fail_unless(process().wait_for_count("/hang", 24) == 24);
    start = g_get_monotonic_time();
    cancel.cancel();
  }
  fail_unless(ended == 24);
  fail_unless(g_get_monotonic_time() - start < promptly_us);
}
GST_END_TEST;

Suite* http_cancel_suite() {
  Suite* suite = suite_create("http-cancel");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, test_every_phase);
  tcase_add_test(tests, test_cancelled_beforehand);
  tcase_add_test(tests, test_cancelled_in_the_hook);
  tcase_add_test(tests, test_a_thousand_cancels_on_a_healthy_server);
  tcase_add_test(tests, test_a_thousand_cancels_on_a_slow_server);
  tcase_add_test(tests, test_many_workers_cancelled_at_once);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_cancel_suite;
GST_CHECK_MAIN(http_cancel)
