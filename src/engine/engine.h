// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The one engine of a process: it owns the loop thread, the HTTP workers and every job. Elements
// come and go; a job that was begun goes on. Process exit never waits for it: what is in flight
// stays in the ledger and is taken up at the next start.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/job_handle.h"
#include "engine/library.h"
#include "engine/settings.h"

namespace prompt::engine {

/// What asking for something would mean.
struct Quote {
  std::string provider;       ///< As it will be asked for: in small letters, the default filled in.
  std::string provider_name;  ///< For people: "VibeGen".
  std::string model;          ///< The default filled in.
  std::optional<double> price;  ///< Nothing: not known. Of a task that exists: 0.
  std::string unit;             ///< Of the price: "credits", "USD", ...
  bool is_rehearsed = false;    ///< The price is the provider's, and nothing is paid.
  /// The library has the clip: it plays without paying. Never with CachePolicy::refresh.
  bool is_ready = false;
  /// It was asked for already, and is awaited or looked for: asking again joins that and pays
  /// nothing.
  bool is_under_way = false;
  std::string job_id;    ///< Of the newest job of this request; empty: there is none.
  double typical_s = 0;  ///< Seconds until half of such tasks are done, and nine of ten:
  double p90_s = 0;
  bool is_measured = false;  ///< by this library's own jobs, else by the provider's description.
};

struct ModelFacts {
  std::string id;  ///< As the provider spells it; "*": any other name.
  Media media = Media::video;
  bool is_default = false;  ///< Of its medium.
};

/// A provider that can be asked for.
struct ProviderFacts {
  std::string id;
  std::string name;  ///< For people: "VibeGen".
  std::string unit;  ///< What its prices count.
  std::vector<ModelFacts> models;
  bool needs_key = true;
  bool has_key = false;                    ///< One was found, wherever it lies.
  std::vector<std::string> key_variables;  ///< Where one is looked for, among others.
  std::string file;                        ///< The user's own description; empty: shipped.
  /// Why it cannot be asked: its file is wrong, or its key cannot be used (not: there is none).
  std::optional<Error> error;
};

/// What became of collecting.
struct Collected {
  std::vector<std::shared_ptr<JobHandle>> jobs;  ///< Taken up, oldest first.
  std::vector<LeftAlone> left;
};

class [[gnu::visibility("default")]] Engine {
 public:
  /// The process's engine, made at the first call (also anew in a forked child). Any thread.
  [[nodiscard]] static Engine& instance();

  /// Checks the settings and joins or begins the job of this request. May read small files (key,
  /// local images), so not for an application's thread; never waits for the network, a job or the
  /// ledger. Errors: settings, not_authorized (no key); everything later comes by the snapshot.
  [[nodiscard]] Result<std::shared_ptr<JobHandle>> open(const Settings& settings);

  /// What open() would cost and find. Begins and sends nothing, writes no job, makes no library and
  /// needs no key. Reads the ledger and small files: not for an application's thread. Errors: those
  /// of the settings; storage.
  [[nodiscard]] Result<Quote> quote(const Settings& settings);

  /// Goes on with the job of this id (or the only one whose id begins so, four characters or more)
  /// in this library (empty: as Settings::library). Can pay for nothing: a job that was never sent
  /// is refused (settings), one that failed without a task gives its error. The key is looked up
  /// for the job's provider, and goes only where that provider's requests go now: a job of another
  /// address is refused (settings). Reads the ledger: not for an application's thread. Errors also:
  /// not_found (no library, no such job), storage.
  [[nodiscard]] Result<std::shared_ptr<JobHandle>> open_job(const std::string& id,
                                                            const std::string& library = {});

  /// Goes on with every job of this library that was sent and has not its clip: under way, or not
  /// known to have arrived. Submits nothing. What was never sent, what another process is at work
  /// on, and what open_job() refuses is left, with the reason. A key that is missing is told by the
  /// job's snapshot, since files that are here need none. As open_job() otherwise.
  [[nodiscard]] Result<Collected> collect(const std::string& library = {});

  /// The ids of all providers that can be asked for now, "rehearsal" among them, sorted.
  [[nodiscard]] static std::vector<std::string> provider_ids();
  /// What is known of them, but for rehearsal; the user's own files that are wrong, too. Reads
  /// small files; asks nobody.
  [[nodiscard]] static std::vector<ProviderFacts> providers();

  /// For tests: threads that the engine has now, the loop included.
  [[nodiscard]] int thread_count() const;

 private:
  Engine();
  ~Engine() = delete;
  struct [[gnu::visibility("hidden")]] State;
  std::unique_ptr<State> state_;  // constant after construction
};

}  // namespace prompt::engine
