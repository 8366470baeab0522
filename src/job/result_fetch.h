// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One result of a task on its way into the library: attempts, pauses between them, the window at
// the end. It knows nothing of states; the job that owns it hears of its events. Loop thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "clip/clip_file.h"
#include "clip/downloader.h"
#include "job/context.h"
#include "ledger/job_row.h"

namespace prompt::job {

class ResultFetch {
 public:
  /// What the job is told; called on the loop thread.
  struct Events {
    /// It learned validators or a size, which the row should keep, or is complete, which the ledger
    /// knows then.
    std::function<void()> on_progress;
    /// Its kind is known.
    std::function<void()> on_kind;
    /// The URL is not valid any more, or fails so often that a fresh one is worth asking for.
    std::function<void(Error)> on_url_wanted;
    /// It will not succeed now.
    std::function<void(Error)> on_failed;
  };

  /// `job`: the id that the log shows. `keeper` is told of the finished file, on a worker or on the
  /// loop thread.
  ResultFetch(Context& context, std::shared_ptr<Endpoint> endpoint, std::string job,
              ledger::ResultRow row, clip::Keeper keeper, Events events);
  /// Cancels what is running.
  ~ResultFetch();
  ResultFetch(const ResultFetch&) = delete;
  ResultFetch& operator=(const ResultFetch&) = delete;

  /// Opens `folder/name.part` and begins. `wake` hears of the clip's changes. Errors: storage,
  /// no_space.
  [[nodiscard]] Result<void> start(const std::string& folder, const std::string& name, Media medium,
                                   const std::shared_ptr<Wake>& wake);
  /// It is here already, whole: there is nothing to start.
  void use(std::shared_ptr<clip::ClipFile> clip);
  /// Nothing more is tried; its readers get the error.
  void give_up(const Error& error);
  /// Cancels what is running; nobody is told of anything any more. May be called from inside a
  /// call of its Events.
  void stop();
  /// Goes on with a fresh URL.
  void set_url(const std::string& url, bool needs_credential);

  [[nodiscard]] const ledger::ResultRow& row() const { return row_; }
  [[nodiscard]] const std::shared_ptr<clip::ClipFile>& clip() const { return clip_; }
  [[nodiscard]] bool is_complete() const { return row_.complete; }
  /// Why it was given up; nothing while it goes on.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  /// Downloads in a row that failed without progress, from 1.
  [[nodiscard]] int attempts() const { return std::max(attempts_without_progress_, 1); }
  /// It will not change any more.
  [[nodiscard]] bool is_settled() const { return row_.complete || failure_; }

 private:
  struct Running;

  /// Of a log line about this one.
  [[nodiscard]] LogLine at(LogLevel level, Place place = Place::here()) const;
  /// Looks whether the clip learned something that the row should keep.
  void check();
  void attempt();
  void attempt_tail(std::uint64_t begin);
  void on_attempt_done(Result<void> outcome);
  void count_attempt();
  /// The file is renamed; the row is complete as soon as the ledger knows that, which it is told
  /// for the so-many-th time.
  void on_complete(int tell);
  /// Runs `work` on a worker, then `done` on the loop thread, unless `running` was cancelled.
  void run(
      std::function<Result<void>(http::Client&, const clip::Source&, const http::Cancel&)> work,
      std::shared_ptr<Running> running, std::function<void(ResultFetch&, Result<void>)> done);
  [[nodiscard]] static Result<void> add_credential(Endpoint& endpoint, http::Request& request);

  Context& context_;
  std::shared_ptr<Endpoint> endpoint_;
  const std::string job_;
  ledger::ResultRow row_;
  const clip::Keeper keeper_;
  Events events_;
  std::shared_ptr<clip::ClipFile> clip_;
  std::shared_ptr<Wake> changes_;
  std::shared_ptr<Running> download_;
  std::shared_ptr<Running> tail_;
  http::Timer timer_;
  std::uint64_t received_at_attempt_ = 0;
  std::chrono::steady_clock::time_point began_;  // of the attempt
  int attempts_without_progress_ = 0;
  bool is_kind_told_ = false;
  std::optional<Error> failure_;
  /// Guards callbacks that other threads posted before this object was stopped.
  std::shared_ptr<ResultFetch*> self_;
};

}  // namespace prompt::job
