// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A library in a folder of its own, jobs to put into it, and other processes that use it too.
#pragma once

#include "../support/check.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "ledger/database.h"
#include "ledger/jobs.h"

/// A new folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    char* const made = g_dir_make_tmp("gst-prompt-ledger-XXXXXX", nullptr);
    fail_unless(made != nullptr);
    path_ = made;
    g_free(made);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { remove_tree(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Where the tests put the library.
  [[nodiscard]] std::string library() const { return path_ + "/library"; }
  [[nodiscard]] std::string ledger() const { return library() + "/ledger.db"; }

 private:
  static void remove_tree(const std::string& path) {
    if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR) != 0 &&
        g_file_test(path.c_str(), G_FILE_TEST_IS_SYMLINK) == 0) {
      g_chmod(path.c_str(), 0700);
      GDir* const folder = g_dir_open(path.c_str(), 0, nullptr);
      while (const char* const name = folder != nullptr ? g_dir_read_name(folder) : nullptr)
        remove_tree(path + "/" + name);
      if (folder != nullptr) g_dir_close(folder);
    }
    (void)std::remove(path.c_str());
  }
  std::string path_;
};

/// The helper program, running in another process on a library. Plain pipes: GSubprocess has a
/// thread in GLib that ThreadSanitizer cannot see into.
class Helper {
 public:
  explicit Helper(const std::vector<std::string>& arguments) {
    int in[2];
    int out[2];
    fail_unless(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> texts{g_getenv("LEDGER_HELPER")};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    fail_unless(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) == 0,
                "LEDGER_HELPER does not run");
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = fdopen(out[0], "r");
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  ~Helper() {
    kill();
    close(input_);
    (void)std::fclose(output_);
  }

  /// The next line it prints; "" at the end.
  std::string read_line() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
      line.push_back(static_cast<char>(c));
    return line;
  }
  /// Lets it go on.
  void go() { fail_unless(::write(input_, "\n", 1) == 1); }
  /// SIGKILL, and waits until it is gone.
  void kill() {
    if (is_gone_) return;
    ::kill(pid_, SIGKILL);
    fail_unless(waitpid(pid_, nullptr, 0) == pid_);
    is_gone_ = true;
  }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  bool is_gone_ = false;
  int input_ = -1;
  std::FILE* output_ = nullptr;
};

/// Fails the test with the error's message.
template <typename T>
T expect(prompt::Result<T> result) {
  fail_unless(result.has_value(), "%s", result ? "" : result.error().message.c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::shared_ptr<prompt::ledger::Ledger> open_library(const TemporaryFolder& folder) {
  return expect(prompt::ledger::Ledger::open(folder.library()));
}

inline prompt::ledger::JobRow make_job(const std::string& request_hash) {
  prompt::ledger::JobRow job;
  job.id = prompt::make_uuid();
  job.request_hash = request_hash;
  job.request_json = R"({"prompt":"a fox"})";
  job.provider = "vibegen";
  job.base_url = "https://api.example";
  job.model = "seedance";
  job.media = "video";
  job.prompt = "a fox";
  job.resolution = "720p";
  job.duration_s = 5;
  job.created_at = prompt::ledger::now_unix_ms();
  job.credits_expected = 10;
  return job;
}

/// Inserts a job and takes it up to being armed.
inline prompt::ledger::JobRow armed_job(prompt::ledger::Ledger& ledger, const std::string& hash,
                                        prompt::ledger::UnixMs at) {
  prompt::ledger::JobRow job = make_job(hash);
  expect(ledger.insert(job, std::nullopt));
  expect(ledger.begin_submit(job.row));
  expect(ledger.arm(job.row, at));
  return *expect(ledger.find(job.id));
}
