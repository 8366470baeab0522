// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the tests of downloads share: a media server, a loop, a client, and clips in a folder.
#pragma once

#include "../support/check.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "clip/bytes.h"
#include "clip/downloader.h"
#include "made_files.h"
#include "server_process.h"

namespace prompt::clip::test {

using prompt::test::LoggedRequest;
using prompt::test::ServerProcess;
using prompt::test::TemporaryFolder;

/// tests/support/media_server.py over a folder of its own; its head says which options there are.
class MediaServer {
 public:
  MediaServer()
      : process_({PROMPT_TEST_PYTHON, PROMPT_TEST_SUPPORT "/media_server.py", "--folder",
                  folder_.path(), "--log", logs_.file("log")},
                 logs_.file("log"), {}, ServerProcess::Stop::by_closed_input) {}

  void put(const std::string& name, const std::string& content) {
    std::ofstream file(folder_.file(name), std::ios::binary);
    file << content;
  }
  [[nodiscard]] std::string origin(const std::string& host = "127.0.0.1") const {
    return format("http://%s:%d", host.c_str(), process_.port());
  }
  [[nodiscard]] ServerProcess& process() { return process_; }

 private:
  TemporaryFolder folder_;
  TemporaryFolder logs_;
  ServerProcess process_;
};

inline std::unique_ptr<MediaServer> server;

/// One clip that is downloaded, in a folder of its own, under a name of the server's own.
class Rig {
 public:
  explicit Rig(const std::string& content) {
    static int cases = 0;
    case_ = format("case%d", ++cases);
    server->put(case_ + ".mp4", content);
    server->process().clear_log();
    begin();
  }

  /// Takes the clip up as another process would, with what the ledger knows.
  void begin(const Validators& validators = {}, std::optional<std::uint64_t> size = {}) {
    clip.reset();
    auto begun = ClipFile::begin(library.path(), "job", validators, size);
    fail_unless(begun.has_value(), "%s", begun ? "" : begun.error().message.c_str());
    clip = *begun;
  }

  [[nodiscard]] Source source(const std::string& options = {}) const {
    Source source;
    source.request.url = server->origin() + path() + "?" + options;
    source.allow_private_addresses = true;
    return source;
  }
  [[nodiscard]] Result<void> download(const std::string& options = {}) {
    return clip::download(client, source(options), *clip, cancel);
  }
  /// Attempts until one succeeds, as a job would; how many there were.
  int download_all(const std::string& options, int most_attempts) {
    for (int attempt = 1; attempt <= most_attempts; ++attempt) {
      const Result<void> result = download(options);
      if (result) return attempt;
      fail_unless(result.error().retriable, "%s", result.error().message.c_str());
    }
    fail_unless(false, "not finished after %d attempts", most_attempts);
    return 0;
  }

  [[nodiscard]] std::string path() const { return "/" + case_ + "/" + case_ + ".mp4"; }
  [[nodiscard]] std::string name() const { return case_; }
  [[nodiscard]] std::string other_file(const std::string& content) const {
    server->put(case_ + "-other.mp4", content);
    return case_ + "-other.mp4";
  }
  /// What the server saw of this clip, in order.
  [[nodiscard]] std::vector<LoggedRequest> requests() const {
    std::vector<LoggedRequest> mine = server->process().requests();
    std::erase_if(mine, [this](const LoggedRequest& request) { return request.path != path(); });
    return mine;
  }
  [[nodiscard]] static std::string header(const LoggedRequest& request, const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
  }
  /// Bytes of bodies that the server wrote for this clip, when it has ended all replies.
  [[nodiscard]] std::uint64_t sent() {
    http::Request request;
    request.url = server->origin() + "/-/sent/" + case_;
    const http::ExchangeResult reply = client.exchange(request, {}, http::Cancel());
    fail_unless(reply.has_value());
    return std::stoull(reply->body);
  }
  [[nodiscard]] std::string stored() const {
    auto content = read_file(clip->facts().path, 100'000'000);
    fail_unless(content.has_value());
    return *content;
  }

  TemporaryFolder library;
  http::Loop loop;
  http::Client client{loop, "gst-prompt-test/1"};
  http::Cancel cancel;
  std::shared_ptr<ClipFile> clip;

 private:
  std::string case_;
};

inline void ok(const Result<void>& result) {
  fail_unless(result.has_value(), "%s", result ? "" : result.error().message.c_str());
}

/// The call failed in this way, in a sentence without a path or a query.
inline Error failed(const Result<void>& result, ErrorKind kind, bool retriable) {
  fail_unless(!result.has_value(), "no error");
  const Error& error = result.error();
  fail_unless(error.kind == kind && error.retriable == retriable, "%s: %s", to_string(error.kind),
              error.message.c_str());
  fail_unless(error.message.back() == '.' && error.message.find("case") == std::string::npos, "%s",
              error.message.c_str());
  return error;
}

/// The clip is finished and is what the server had.
inline void assert_stored(const Rig& rig, const std::string& content) {
  const ClipFacts facts = rig.clip->facts();
  fail_unless(facts.complete && !facts.error);
  fail_unless(rig.stored() == content, "the stored file differs");
  assert_text(rig.clip->sha256(), sha256_hex(content));
}

inline void start_server() { server = std::make_unique<MediaServer>(); }
inline void stop_server() { server.reset(); }

inline TCase* server_case(Suite* suite) {
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_unchecked_fixture(tests, start_server, stop_server);
  return tests;
}

}  // namespace prompt::clip::test
