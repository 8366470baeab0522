// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A machine without glib-networking (GIO_MODULE_DIR leads nowhere): https says what is missing,
// http works.
#include "fixture.h"

namespace prompt::http::test {
namespace {

GST_START_TEST(test_https_says_what_is_missing) {
  Rig rig;
  const ExchangeResult secure =
      rig.client.exchange(post(server->url("/ok", "tls-good")), calm(), Cancel());
  assert_message(assert_failed(secure, ErrorKind::settings, false), "glib-networking");
  fail_unless(process().connections() == 0);
  assert_status(rig.client.exchange(get(server->url("/ok")), calm(), Cancel()), 200);
  assert_count("/ok", 1);
}
GST_END_TEST;

Suite* http_no_tls_suite() {
  Suite* suite = suite_create("http-no-tls");
  tcase_add_test(server_case(suite), test_https_says_what_is_missing);
  return suite;
}

}  // namespace
}  // namespace prompt::http::test

using prompt::http::test::http_no_tls_suite;
GST_CHECK_MAIN(http_no_tls)
