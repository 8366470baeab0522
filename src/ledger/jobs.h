// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The ledger: every job ever decided on, durable before anything leaves. One SQLite file and one
// connection per library folder and process, behind a mutex. Calls may wait for the disk and, at
// most a second, for another process: never call them on an application's thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "ledger/job_row.h"
#include "ledger/listing.h"

namespace prompt::ledger {

class Ledger {
 public:
  /// What becomes of a folder without a ledger.
  enum class Missing { is_made, is_error };

  /// Opens (or makes) `folder`/ledger.db and `folder`/clips. The same object for the same folder as
  /// long as somebody holds it. If it cannot be written, it is opened for reading. Errors: storage
  /// if it cannot be read either, and for a file that is no ledger, damaged or from a newer version
  /// (it is never overwritten); not_found as `missing` says.
  [[nodiscard]] static Result<std::shared_ptr<Ledger>> open(const std::string& folder,
                                                            Missing missing = Missing::is_made);
  ~Ledger();

  [[nodiscard]] const std::string& folder() const;
  [[nodiscard]] std::string clips_folder() const;

  /// Why it can only be read; all that writes, and try_own(), fails with this.
  [[nodiscard]] const std::optional<Error>& read_only() const;

  // ---- The look at the whole file (whole_check.h) ----

  /// Whether it was done since the computer started, and no damaged page was met since. Before a
  /// job is paid for it should be; nothing else waits for it. A ledger that was found damaged
  /// refuses (storage) to insert(), to begin_submit() and to arm().
  [[nodiscard]] bool is_checked();
  /// Does it, if need be. Takes as long as reading the file; worker threads only.
  void check();
  /// True once, for whoever sees to it that check() is called.
  [[nodiscard]] bool claim_check();

  // ---- Ownership: who works on a job ----

  /// Takes the job; false if somebody has it, in this process or in another. The kernel gives it
  /// back when the process dies.
  [[nodiscard]] Result<bool> try_own(std::int64_t row);
  void disown(std::int64_t row);
  /// The process id that owns the job, 0 if none does, -1 if it is of another container.
  [[nodiscard]] int owner_pid(std::int64_t row);

  // ---- Reading ----

  [[nodiscard]] Result<std::optional<JobRow>> find(const std::string& id);
  /// The newest job of this request: the one that counts.
  [[nodiscard]] Result<std::optional<JobRow>> newest_for_request(const std::string& request_hash);
  /// The newest job of this request before `row` that brought a clip: what is played where the one
  /// that counts has none.
  [[nodiscard]] Result<std::optional<JobRow>> finished_before(const std::string& request_hash,
                                                              std::int64_t row);
  /// The newest job that was asked for, or found, by a request in these words
  /// (provider::asked_json()).
  [[nodiscard]] Result<std::optional<JobRow>> newest_as_asked(const std::string& asked_hash);
  [[nodiscard]] Result<std::optional<JobRow>> find_by_task(const std::string& provider,
                                                           const std::string& base_url,
                                                           const std::string& task_id);
  [[nodiscard]] Result<std::vector<ResultRow>> results(std::int64_t row);
  /// Other jobs of this provider, base URL, model and prompt that were armed, have no task and are
  /// submitting or uncertain: a listed task could be theirs. Those that were armed a day or more
  /// before `job` are left out: no task that was created since then is theirs.
  [[nodiscard]] Result<std::vector<JobRow>> unresolved_like(const JobRow& job);
  /// Seconds from acceptance to completion of the newest jobs (at most 64) of this provider, model,
  /// resolution and duration.
  [[nodiscard]] Result<std::vector<double>> duration_history(const JobRow& like);
  /// Bytes of the largest of the newest finished jobs (at most 16) of this provider, model, medium,
  /// resolution and duration, all results of each together; nothing if there is none.
  [[nodiscard]] Result<std::optional<std::int64_t>> size_history(const JobRow& like);
  /// Results (at most 64) that unfinished jobs of the last seven days, newest first, are waiting
  /// for; without those of `row` and of jobs whose file is known to be no good.
  [[nodiscard]] Result<std::vector<Awaited>> awaited(std::int64_t row);

  // ---- Looking through it ----

  /// Jobs of this filter, at most `limit`, behind the row `after` in this order (0: from its
  /// beginning).
  [[nodiscard]] Result<std::vector<JobRow>> list(const JobFilter& filter, Order order,
                                                 std::int64_t after, int limit);
  /// Jobs whose ids begin so, two at most.
  [[nodiscard]] Result<std::vector<JobRow>> find_like(const std::string& beginning);
  [[nodiscard]] Result<std::optional<JobRow>> find_row(std::int64_t row);
  /// As newest_for_request(), for whoever will not pay: insert() does not take it for a look.
  [[nodiscard]] Result<std::optional<JobRow>> peek_newest(const std::string& request_hash);
  /// All of which a clip may still come (is_open()), oldest first.
  [[nodiscard]] Result<std::vector<JobRow>> open_jobs();
  /// Newest day first; without what was refunded and what was rehearsed.
  [[nodiscard]] Result<std::vector<Spent>> spent_since(UnixMs since);
  /// Of all jobs that have finished files, oldest first. Goes through all results.
  [[nodiscard]] Result<std::vector<StoredSize>> stored_sizes();

  // ---- Writing; durable when it returns ----

  /// Takes the job and its results out of the ledger. Fails (storage) if this process does not own
  /// it, which it goes on doing. Its number never comes back.
  [[nodiscard]] Result<void> erase(std::int64_t row);

  /// Writes `job` as `intended` and gives it its row number, owned by this process. With a daily
  /// cap, in one transaction: refuses (settings) if what all processes armed or intend in the last
  /// 24 hours plus this job's expected credits would be above it, or if the price is not known.
  /// Refuses (busy, retriable) if the newest job of this request is unfinished, or was inserted by
  /// somebody since this process looked with newest_for_request(). On refusal `job` keeps row 0.
  [[nodiscard]] Result<void> insert(JobRow& job, const std::optional<DailyCap>& daily_cap);
  /// intended -> submitting (a row that is submitting and not armed stays so). The request is about
  /// to be handed to the network. Fails (storage) if the row is armed, has a task, is in another
  /// state or is not owned by this process. The daily cap is looked at again, as in insert(): the
  /// row may be of another day.
  [[nodiscard]] Result<void> begin_submit(std::int64_t row,
                                          const std::optional<DailyCap>& daily_cap = std::nullopt);
  /// The promise of paying once: called between TLS and the first byte. Sets armed_at; fails unless
  /// the row is submitting, not armed, without a task and owned by this process. Worker thread.
  [[nodiscard]] Result<void> arm(std::int64_t row, UnixMs now);
  /// The provider definitely refused what was armed and nothing exists: back to intended.
  [[nodiscard]] Result<void> disarm(std::int64_t row);
  /// The task is known: state queued, task id, charges, captured URLs. Fails (storage) if another
  /// job has claimed this task: a task belongs to one job.
  [[nodiscard]] Result<void> accept(const JobRow& job);
  /// Writes state, times, task facts, credits and error of the row. The transition itself is the
  /// caller's responsibility; armed_at and request are never changed by it, and a task id is never
  /// removed.
  [[nodiscard]] Result<void> update(const JobRow& job);
  [[nodiscard]] Result<void> put_result(std::int64_t row, const ResultRow& result);
  /// Writes, unless it is known, that this job is what a request with this hash found.
  [[nodiscard]] Result<void> note_asked(std::int64_t row, const std::string& asked_hash);
  /// Calls the job so, whoever owns it; empty: takes its name away. Nothing but filters reads it.
  [[nodiscard]] Result<void> set_name(std::int64_t row, const std::string& name);
  /// Writes the validators and the size of a result that still arrives, and nothing once it was
  /// proved whole: news of a download may come late.
  [[nodiscard]] Result<void> note_arrival(std::int64_t row, const ResultRow& result);
  /// Writes a result that is complete. With the last one, a job that is `fetching` becomes `ready`
  /// in the same transaction. Any thread.
  [[nodiscard]] Result<void> complete_result(std::int64_t row, const ResultRow& result);
  /// Replaces the job's results and enters its state in one transaction.
  [[nodiscard]] Result<void> update_with_results(const JobRow& job,
                                                 const std::vector<ResultRow>& results);

 private:
  struct State;
  Ledger();
  std::unique_ptr<State> state_;  // constant; its content is guarded inside
};

}  // namespace prompt::ledger
