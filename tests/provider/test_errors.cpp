// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What goes wrong, by VibeGen's document and beyond it: each answer is an error of the right kind,
// quotes the provider, and says whether a paid task may exist.
#include "fixture.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

constexpr const char* documented_id = "550e8400-e29b-41d4-a716-446655440000";

Request text_request(const char* prompt) {
  Request request;
  request.provider = "vibegen";
  request.prompt = prompt;
  return request;
}

Task documented_task() {
  Task task;
  task.id = documented_id;
  return task;
}

struct ErrorCase {
  int status;
  const char* body;
  ErrorKind kind;
  const char* code;
  bool retriable_query;
  bool maybe_billed;
  const char* words;
};

const ErrorCase error_cases[] = {
    {401, R"({"error":{"code":"INVALID_API_KEY","message":"Invalid or missing API key"}})",
     ErrorKind::not_authorized, "INVALID_API_KEY", false, false, "Invalid or missing API key"},
    {400,
     R"({"error":{"code":"INVALID_PARAMETER","message":"Missing required parameters: model, prompt"}})",
     ErrorKind::rejected, "INVALID_PARAMETER", false, false,
     "Missing required parameters: model, prompt"},
    {402,
     R"({"error":{"code":"INSUFFICIENT_CREDITS","message":"Insufficient credits. Required: 100, Available: 50"}})",
     ErrorKind::not_authorized, "INSUFFICIENT_CREDITS", false, false,
     "Required: 100, Available: 50"},
    {404, R"({"error":{"code":"TASK_NOT_FOUND","message":"Task not found"}})", ErrorKind::not_found,
     "TASK_NOT_FOUND", false, false, "Task not found"},
    {429, R"({"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Rate limit exceeded"}})",
     ErrorKind::busy, "RATE_LIMIT_EXCEEDED", true, false, "Rate limit exceeded"},
    {502, R"({"error":{"code":"PROVIDER_ERROR","message":"Third-party service error"}})",
     ErrorKind::network, "PROVIDER_ERROR", true, true, "Third-party service error"},
    {500, R"({"error":{"code":"INTERNAL_ERROR","message":"Internal server error"}})",
     ErrorKind::network, "INTERNAL_ERROR", true, true, "Internal server error"},
    // Not in the document, but seen everywhere.
    {403, "", ErrorKind::not_authorized, "", false, false, "HTTP 403"},
    {405, "<html>", ErrorKind::rejected, "", false, false, "HTTP 405"},
    {408, "", ErrorKind::network, "", true, true, "HTTP 408"},
    {413, "", ErrorKind::rejected, "", false, false, "HTTP 413"},
    {421, "", ErrorKind::network, "", true, true, "HTTP 421"},
    {422, R"({"detail":"no such ratio"})", ErrorKind::rejected, "", false, false, "no such ratio"},
    {503, "Service Unavailable", ErrorKind::network, "", true, true, "Service Unavailable"},
    {504, "<html><h1>Gateway Time-out</h1></html>", ErrorKind::network, "", true, true, "HTTP 504"},
    {301, "", ErrorKind::rejected, "", false, false, "redirects"},
    {307, "", ErrorKind::rejected, "", false, false, "redirects"},
    {200, R"({"success":false,"error":{"code":"INVALID_PARAMETER","message":"bad ratio"}})",
     ErrorKind::rejected, "INVALID_PARAMETER", false, false, "bad ratio"},
    {200, R"({"success":false})", ErrorKind::rejected, "", false, false, "refused"},
    {200, "<html>Sign in</html>", ErrorKind::malformed, "", true, true, "cannot be read"},
    {200, R"({"success":true,"data":{"id")", ErrorKind::malformed, "", true, true,
     "cannot be read"},
    {200, "", ErrorKind::malformed, "", true, true, "cannot be read"},
    {200, R"({"success":"maybe","data":{"id":"a"}})", ErrorKind::malformed, "", true, true,
     "cannot be read"},
};

}  // namespace

GST_START_TEST(each_error_says_what_to_do) {
  const ErrorCase& expected = error_cases[__i__];
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const http::Reply reply = make_reply(expected.status, expected.body);
  const Error submit = bad(translator.read_submit(request, reply));
  fail_unless(submit.kind == expected.kind, "%s: %s", to_string(submit.kind),
              submit.message.c_str());
  assert_text(submit.code, expected.code);
  fail_unless(submit.http_status == expected.status);
  fail_unless(submit.maybe_billed == expected.maybe_billed);
  fail_unless(submit.retriable == (expected.kind == ErrorKind::busy));
  assert_contains(submit.message, {"VibeGen", expected.words});
  fail_unless(submit.message.back() == '.');
  const Error query = bad(translator.read_status(request, documented_task(), reply));
  fail_unless(query.kind == expected.kind);
  fail_unless(query.retriable == expected.retriable_query);
  fail_if(query.maybe_billed);
}
GST_END_TEST

GST_START_TEST(rate_limit_carries_the_wait) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  http::Reply reply =
      make_reply(429, R"({"error":{"code":"RATE_LIMIT_EXCEEDED","message":"slow"}})");
  reply.head.headers.push_back(http::Header{"Retry-After", "7"});
  const Error error = bad(translator.read_submit(request, reply));
  fail_unless(error.retry_after == std::chrono::seconds(7));
  assert_contains(error.message, {"wait 7 s"});
  reply.head.headers.back().value = "Wed, 21 Oct 2026 07:28:30 GMT";
  reply.head.headers.push_back(http::Header{"Date", "Wed, 21 Oct 2026 07:28:00 GMT"});
  fail_unless(bad(translator.read_submit(request, reply)).retry_after == std::chrono::seconds(30));
}
GST_END_TEST

GST_START_TEST(only_plain_ids_are_taken) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const auto submit = [&](const std::string& id) {
    return translator.read_submit(request,
                                  make_reply(201, R"({"success":true,"data":{"id":)" + id + "}}"));
  };
  assert_text(good(submit("12345")).task.id, "12345");
  assert_text(good(submit("\"A-z_0.9:x=+~\"")).task.id, "A-z_0.9:x=+~");
  assert_text(good(submit("\"" + std::string(512, 'a') + "\"")).task.id, std::string(512, 'a'));
  assert_text(good(submit("\"models/veo-3@1/operations/a.b\"")).task.id,
              "models/veo-3@1/operations/a.b");
  for (const std::string& id : {std::string("\"\""),
                                std::string("null"),
                                std::string("1.5"),
                                std::string("true"),
                                std::string("[\"a\"]"),
                                std::string("{}"),
                                std::string("\"a//b\""),
                                std::string("\"..\""),
                                std::string("\"/a\""),
                                std::string("\"a/\""),
                                std::string("\"a/../b\""),
                                std::string("\"a/./b\""),
                                std::string("\"a/b?c\""),
                                std::string("\"a\\\\b\""),
                                std::string("\"a?b\""),
                                std::string("\"a\\r\\nb\""),
                                std::string("\"a b\""),
                                std::string("\"\u00e4\""),
                                "\"" + std::string(513, 'a') + "\"",
                                "\"" + std::string(10240, 'a') + "\""}) {
    const Error error = bad(submit(id));
    fail_unless(error.kind == ErrorKind::malformed, "%s", id.substr(0, 20).c_str());
    fail_unless(error.maybe_billed && !error.retriable);
  }
  fail_unless(bad(translator.read_submit(request, make_reply(201, "{}"))).maybe_billed);
}
GST_END_TEST

GST_START_TEST(echoed_key_is_hidden) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  http::Reply reply = make_reply(
      401,
      R"({"error":{"code":"INVALID_API_KEY","message":"Incorrect key sk-video-canary1 given"}})");
  reply.head.headers.push_back(http::Header{"Content-Type", "text/sk-video-canary1"});
  reply.secrets.emplace_back("sk-video-canary1");
  const Error error = bad(translator.read_submit(request, reply));
  assert_contains(error.message, {"Incorrect key ", " given"});
  fail_unless(error.message.find("canary") == std::string::npos);
  reply.body = "{";
  reply.head.status = 200;
  const Error unread = bad(translator.read_submit(request, reply));
  fail_unless(unread.message.find("canary") == std::string::npos);
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("errors");
  TCase* const chain = tcase_create("errors");
  suite_add_tcase(suite, chain);
  tcase_add_loop_test(chain, each_error_says_what_to_do, 0, G_N_ELEMENTS(error_cases));
  tcase_add_test(chain, rate_limit_carries_the_wait);
  tcase_add_test(chain, only_plain_ids_are_taken);
  tcase_add_test(chain, echoed_key_is_hidden);
  return gst_check_run_suite(suite, "errors", __FILE__);
}
