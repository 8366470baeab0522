// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Looking through a library: what was asked for, what became of it and what it cost; and taking out
// what is not wanted any more. Asks no provider and needs no key. Every call reads the disk: not
// for an application's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/media.h"
#include "base/snapshot.h"
#include "json/value.h"

namespace prompt::engine {

/// A result of a job that is here whole.
struct LibraryFile {
  unsigned result = 0;  ///< Which of the task's results, from 0.
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< As it was downloaded, 64 hexadecimal digits.
};

/// A job as the library has it. Times are milliseconds since 1970-01-01 UTC.
struct LibraryJob {
  std::string id;
  std::string name;      ///< What a person calls it; empty: it has none.
  std::string provider;  ///< As it was asked for.
  std::string model;
  Media media = Media::automatic;
  std::string prompt;
  std::string resolution;   ///< Empty: the provider's default.
  unsigned duration_s = 0;  ///< 0: the provider's default.
  JobState state = JobState::idle;
  /// It may have reached the provider: only then can it have cost anything.
  bool was_sent = false;
  bool is_rehearsed = false;  ///< Nothing was paid.
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> sent_at_ms;
  std::optional<std::int64_t> finished_at_ms;
  std::string task_id;
  std::optional<double> credits;  ///< Charged where known, else expected.
  bool credits_are_charged = false;
  bool is_refunded = false;
  std::string unit;  ///< Of the credits; empty: not known, or rehearsed.
  std::optional<Error> error;
  std::vector<LibraryFile> files;  ///< The results that are complete, in their order.
  /// All that was asked for, by the properties' names, with the provider's documented defaults; the
  /// images without what stands behind a question mark in their addresses.
  json::Object request;
};

/// Which jobs are meant; what is not given is not asked.
struct LibraryFilter {
  std::string text;                      ///< Within the prompt; ASCII letters large or small.
  std::string name;                      ///< Called exactly so; several may be.
  std::string provider;                  ///< As it was asked for.
  std::optional<JobState> state;         ///< Never `idle`.
  Media media = Media::automatic;        ///< automatic: any.
  std::optional<std::int64_t> since_ms;  ///< Made then or later.
};

struct LibraryPage {
  std::int64_t after = 0;  ///< `next` of the page before; 0: the newest.
  unsigned limit = 50;     ///< 1000 at most.
};

struct LibraryJobs {
  std::vector<LibraryJob> jobs;  ///< Newest first.
  std::int64_t next = 0;         ///< For the page behind this one, which may be empty; 0: none.
};

/// What one provider was paid, or is expected to be, for the jobs that were sent on one day.
struct LibrarySpend {
  std::string day;  ///< "2026-12-01", in UTC.
  std::string provider;
  std::string unit;  ///< "credits", "USD", ...; empty: an earlier version did not write it down.
  double credits = 0;
  unsigned jobs = 0;
};

/// Whether what would be lost for good may go, too: jobs that are not finished or may be under way
/// at the provider, and clips that were paid for and never fetched.
enum class Told { once, twice };

/// What is taken out; at least one of them must be given. With several, a job goes where `state`
/// and `before_ms` fit both; `keep_bytes` is about those that fit.
struct PrunePolicy {
  std::optional<std::int64_t> before_ms;    ///< Jobs made earlier.
  std::optional<JobState> state;            ///< Jobs of this state.
  std::optional<std::uint64_t> keep_bytes;  ///< Clips, oldest first, until so much is left.
  bool is_dry_run = false;                  ///< Only says what would go.
};

/// A job that nothing was done with, and why, in one sentence.
struct LeftAlone {
  std::string job_id;
  JobState state = JobState::idle;
  std::string reason;
};

struct Pruned {
  std::vector<std::string> removed;  ///< Ids, oldest first.
  std::uint64_t bytes = 0;           ///< Of their finished files.
  std::vector<LeftAlone> left;
};

struct VerifiedFile {
  std::string path;
  bool is_intact = false;
  std::string fault;  ///< Empty if it is intact: "is missing", ...
};

class [[gnu::visibility("default")]] Library {
 public:
  /// The library in this folder (empty: as Settings::library). Never makes one: not_found where
  /// there is none. Error: storage, for one that is damaged or of a newer version.
  [[nodiscard]] static Result<Library> open(const std::string& folder = {});
  ~Library();
  Library(Library && other) noexcept;
  Library& operator=(Library&& other) noexcept;

  [[nodiscard]] const std::string& folder() const;

  /// A page of the jobs that fit. Goes through the ledger in its order and no further than needed;
  /// a page that is not full is the last one.
  [[nodiscard]] Result<LibraryJobs> jobs(const LibraryFilter& filter = {},
                                         const LibraryPage& page = {}) const;
  /// The job of this id, or the only one whose id begins so (four characters or more). Errors:
  /// not_found; settings if several begin so, or it is too short.
  [[nodiscard]] Result<LibraryJob> job(const std::string& id) const;
  /// Calls a job so, at most 200 bytes without control characters, for people and for the filter;
  /// an empty name takes it away. It is no part of the request: the job may be at work, and the
  /// same name may be another's, as of further takes. Errors: settings, for such a name; those of
  /// job(); storage.
  [[nodiscard]] Result<void> rename(const std::string& id, const std::string& name);
  /// What was spent since then (ms), newest day first; jobs of unknown price count as zero. Neither
  /// what was rehearsed nor what was given back is in it.
  [[nodiscard]] Result<std::vector<LibrarySpend>> spend(std::int64_t since_ms = 0) const;

  /// Takes a job and its files out. Asking for the same again pays again. Errors: busy, if somebody
  /// works on it, here or in another process; settings, if it has to be told twice; those of job();
  /// storage.
  [[nodiscard]] Result<void> remove(const std::string& id, Told told = Told::once);
  /// Takes out all that the policy means; what may not go is left, with its reason. Errors:
  /// settings, if the policy says nothing; storage (what went before that is gone).
  [[nodiscard]] Result<Pruned> prune(const PrunePolicy& policy, Told told = Told::once);
  /// Reads each file that is complete, and compares its size and SHA-256 with what was stored.
  [[nodiscard]] Result<std::vector<VerifiedFile>> verify(const std::string& id) const;

 private:
  struct [[gnu::visibility("hidden")]] State;
  explicit Library(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;  // constant but for moves; its content is thread-safe
};

}  // namespace prompt::engine
