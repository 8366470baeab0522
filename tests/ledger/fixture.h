// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A library in a folder of its own, jobs to put into it, and other processes that use it too.
#pragma once

#include "../support/check.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/ref.h"
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

/// The helper program, running in another process on a library.
class Helper {
 public:
  explicit Helper(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv{g_getenv("LEDGER_HELPER")};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    process_ = prompt::Ref<GSubprocess>::adopt(
        g_subprocess_newv(argv.data(),
                          static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                                        G_SUBPROCESS_FLAGS_STDOUT_PIPE),
                          nullptr));
    fail_unless(process_.get() != nullptr, "LEDGER_HELPER does not run");
    output_ = prompt::Ref<GDataInputStream>::adopt(
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  }
  ~Helper() { kill(); }

  /// The next line it prints; "" at the end.
  std::string read_line() {
    const prompt::OwnedString line(
        g_data_input_stream_read_line(output_.get(), nullptr, nullptr, nullptr));
    return line ? line.get() : "";
  }
  /// Lets it go on.
  void go() {
    GOutputStream* const input = g_subprocess_get_stdin_pipe(process_.get());
    fail_unless(g_output_stream_write_all(input, "\n", 1, nullptr, nullptr, nullptr) != 0);
  }
  /// SIGKILL, and waits until it is gone.
  void kill() {
    g_subprocess_force_exit(process_.get());
    g_subprocess_wait(process_.get(), nullptr, nullptr);
  }
  [[nodiscard]] int pid() const { return std::atoi(g_subprocess_get_identifier(process_.get())); }

 private:
  prompt::Ref<GSubprocess> process_;
  prompt::Ref<GDataInputStream> output_;
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
