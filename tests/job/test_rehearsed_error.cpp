// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is told of a rehearsal that went wrong.
#include "../support/check.h"

#include <string>

#include "job/rehearsed_error.h"

using prompt::Error;
using prompt::ErrorKind;
using prompt::job::as_of_rehearsal;

namespace {

std::string told(ErrorKind kind, const std::string& message, int status) {
  Error error{kind, message};
  error.http_status = status;
  const Error changed = as_of_rehearsal(error, "/shelf");
  fail_unless(changed.kind == kind);
  fail_unless_equals_int(changed.http_status, status);
  return changed.message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

GST_START_TEST(nobody_is_sent_to_an_account_or_a_server) {
  struct Case {
    ErrorKind kind;
    const char* message;
    int status;
  };
  constexpr Case cases[] = {
      {ErrorKind::not_authorized,
       "VibeGen (rehearsal)'s account has too few credits: \"no: credits; none\" (X, HTTP 402): "
       "recharge it.",
       402},
      {ErrorKind::not_authorized,
       "VibeGen (rehearsal) does not accept the API key (HTTP 401): check the key.", 401},
      {ErrorKind::network,
       "127.0.0.1:99 refuses connections; check that its server runs, and the address.", 0},
      {ErrorKind::network, "127.0.0.1:99 did not answer in time; check the network, or try later.",
       0},
      {ErrorKind::network,
       "VibeGen (rehearsal) has a problem of its own (HTTP 500): try again later.", 500},
      {ErrorKind::uncertain,
       "Whether VibeGen (rehearsal) took the request is not known: it has no list. To go on, set "
       "task-id to its task if you find it in your account, or pay again with cache=refresh. (What "
       "happened: 127.0.0.1:99 refuses connections; check that its server runs, and the address.)",
       0},
      {ErrorKind::not_found,
       "VibeGen (rehearsal) does not know the task (HTTP 404): check \"task-id\"; tasks and "
       "results "
       "are not kept for ever. cache=refresh pays for a new one.",
       404},
      {ErrorKind::busy,
       "VibeGen (rehearsal) limits the rate of requests (HTTP 429): wait 5 s and try again.", 429},
  };
  for (const Case& one : cases) {
    const std::string text = told(one.kind, one.message, one.status);
    for (const char* wrong : {"your", "recharge", "check", "server runs", "pays", "pay again"})
      fail_unless(!has(text, wrong), "'%s' is in: %s", wrong, text.c_str());
    fail_unless(has(text, "rehears"), "%s", text.c_str());
    assert_text(told(one.kind, text, one.status), text);
    fail_unless(text.ends_with('.') && !has(text, ".:") && !has(text, "..."), "%s", text.c_str());
  }
}
GST_END_TEST

GST_START_TEST(cause_stays) {
  const std::string text =
      told(ErrorKind::not_authorized,
           "VibeGen (rehearsal)'s account has too few credits: \"no: credits; none\" (X, HTTP "
           "402): recharge it.",
           402);
  fail_unless(has(text, "too few credits: \"no: credits; none\" (X, HTTP 402)"), "%s",
              text.c_str());
}
GST_END_TEST

GST_START_TEST(what_the_request_itself_did_wrong_stays) {
  constexpr std::pair<ErrorKind, const char*> cases[] = {
      {ErrorKind::settings, "The property 'duration' was set to 3601; it takes 0 to 3600."},
      {ErrorKind::failed, "VibeGen (rehearsal) did not make it: try another prompt."},
      {ErrorKind::not_found, "The library has no clip of this request."},
      {ErrorKind::no_space, "The disk is full; make room."},
  };
  for (const auto& one : cases) assert_text(told(one.first, one.second, 0), one.second);
}
GST_END_TEST

static Suite* rehearsed_error_suite() {
  Suite* suite = suite_create("rehearsed_error");
  TCase* tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, nobody_is_sent_to_an_account_or_a_server);
  tcase_add_test(tests, cause_stays);
  tcase_add_test(tests, what_the_request_itself_did_wrong_stays);
  return suite;
}

GST_CHECK_MAIN(rehearsed_error)
