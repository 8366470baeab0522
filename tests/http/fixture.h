// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the tests of exchanges share: the hostile server, a loop, a client, and quick deadlines.
#pragma once

#include "../support/check.h"

#include <memory>
#include <string>

#include "http/client.h"
#include "server_process.h"

namespace prompt::http::test {

inline std::unique_ptr<prompt::test::HostileServer> server;

inline void start_server() { server = std::make_unique<prompt::test::HostileServer>(); }
inline void stop_server() { server.reset(); }
inline prompt::test::ServerProcess& process() { return server->process(); }

/// A client with its loop, and the log forgotten.
struct Rig {
  explicit Rig(const std::string& ca_file = {}) : client(loop, "gst-prompt-test/1", ca_file) {
    process().clear_log();
  }
  Loop loop;
  Client client;
};

/// Deadlines that a busy machine meets, for exchanges that should not need them.
inline ExchangeOptions calm() {
  ExchangeOptions options;
  options.connect_deadline = std::chrono::seconds(20);
  options.head_deadline = std::chrono::seconds(20);
  options.total_deadline = std::chrono::seconds(20);
  return options;
}

/// What hangs, hangs for 30 s: what ends before this was ended by us.
constexpr gint64 promptly_us = 10 * G_USEC_PER_SEC;

inline Request get(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

inline Request post(const std::string& url, const std::string& body = "{}") {
  Request request;
  request.method = "POST";
  request.url = url;
  request.content_type = "application/json";
  request.body = body;
  request.credential = Credential{"Authorization", "Bearer ", Secret("sk-canary-0123456789")};
  return request;
}

inline void assert_status(const ExchangeResult& result, int status) {
  fail_unless(result.has_value(), "an error instead of %d: %s", status,
              result ? "" : result.error().error.message.c_str());
  fail_unless(result->head.status == status, "status %d instead of %d", result->head.status,
              status);
}

/// The exchange failed in this way. The message ends as a sentence does, and shows no path, query
/// or key (the tests' URLs all have "hidden" in their queries where they have one).
inline const ExchangeError& assert_failed(const ExchangeResult& result, ErrorKind kind,
                                          bool request_left) {
  fail_unless(!result.has_value(), "a reply with status %d instead of the error %s",
              result ? result->head.status : 0, to_string(kind));
  const ExchangeError& failure = result.error();
  const std::string& message = failure.error.message;
  fail_unless(failure.error.kind == kind, "%s instead of %s: %s", to_string(failure.error.kind),
              to_string(kind), message.c_str());
  fail_unless(failure.request_left == request_left, "request_left is %d: %s",
              static_cast<int>(failure.request_left), message.c_str());
  fail_unless(!message.empty() && message.back() == '.', "no sentence: %s", message.c_str());
  fail_unless(
      message.find("hidden") == std::string::npos && message.find("canary") == std::string::npos,
      "a secret in: %s", message.c_str());
  return failure;
}

inline void assert_message(const ExchangeError& failure, const char* part) {
  fail_unless(failure.error.message.find(part) != std::string::npos, "'%s' is not in: %s", part,
              failure.error.message.c_str());
}

/// The server saw the path so many times, and no more since.
inline void assert_count(const std::string& path, int wanted) {
  const int seen = process().wait_for_count(path, wanted);
  fail_unless(seen == wanted, "%s was asked for %d times instead of %d", path.c_str(), seen,
              wanted);
}

/// Each suite starts the server once, before its first test.
inline TCase* server_case(Suite* suite) {
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_unchecked_fixture(tests, start_server, stop_server);
  return tests;
}

}  // namespace prompt::http::test
