// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A job: the durable state machine from a request to a clip. Its state is a row of the ledger, and
// entering a state after a restart is the same function as entering it in the normal course. All of
// it runs on the loop thread; other threads have its JobView. What may follow what is in
// transitions.h, what it waits for in waits.h, who changes the row in job_record.h. The files:
// job.cpp (what all states share), start.cpp (which state to enter), adopt.cpp, checked_ledger.cpp,
// permission.cpp (whose money), room.cpp, submit.cpp, reconcile.cpp, poll.cpp, fetch.cpp,
// follow.cpp, cancel.cpp, called_back.cpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "job/context.h"
#include "job/job_exchange.h"
#include "job/job_record.h"
#include "job/job_view.h"
#include "job/openers.h"
#include "job/poll_schedule.h"
#include "job/stored_clips.h"
#include "job/waits.h"
#include "json/parse.h"
#include "ledger/jobs.h"

namespace prompt::job {

class Job : public std::enable_shared_from_this<Job> {
 public:
  /// What is known of such a job before it has begun.
  [[nodiscard]] static Snapshot first_snapshot(const Spec& spec);
  /// Begins one that shows itself there and ends by itself. Any thread; somebody has opened it.
  static void start(Context& context, Spec spec, std::shared_ptr<JobView> view);

  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

 private:
  Job(Context& context, Spec spec, std::shared_ptr<JobView> view);

  using Milliseconds = std::chrono::milliseconds;

  // start.cpp: which state to enter, from the ledger.
  void decide();
  /// What was paid for in the same words when the description said something else. This job is of
  /// that request then.
  [[nodiscard]] Result<std::optional<ledger::JobRow>> find_as_asked();
  void attach_to_task(std::optional<ledger::JobRow> newest);
  void take_up(ledger::JobRow row);
  /// Of a job in a library that can only be read.
  [[nodiscard]] Error unfinished_error() const;
  /// Takes row_, as it is now. False: another one has it, or it has gone on, and so has this job.
  [[nodiscard]] bool own_unchanged();
  [[nodiscard]] bool may_set_aside(const ledger::JobRow& row) const;
  void set_aside_and_begin_new();
  void resume();
  void begin_new();
  /// The payer has been found.
  void pay_for_new();
  void insert_new();
  /// An order for a new clip is carried out if whoever gave it may pay. False: nobody (any more)
  /// wants one.
  [[nodiscard]] bool follow_order();
  void decide_again();
  /// True if `step` comes later, because another process held the ledger for too long.
  [[nodiscard]] bool wait_for_ledger(const Error& error, std::function<void()> step);
  [[nodiscard]] ledger::JobRow make_row() const;
  /// Ends with an error if this process cannot ask anybody; nothing was written or begun.
  [[nodiscard]] bool ends_for_want_of_http();
  [[nodiscard]] bool is_remembered_verdict(const ledger::JobRow& row) const;

  // adopt.cpp: what lies in the library already is not asked for again.
  void look_for_files(ledger::JobRow row, std::vector<ledger::ResultRow> rows);
  void look_at_files(std::vector<ledger::ResultRow> rows, Adopt adopt,
                     void (Job::*then)(Stored stored));
  void on_found(Stored stored);
  void use_finished(ledger::JobRow row);
  /// Plays what an earlier job of this request brought, because `newest` brings nothing, or not
  /// now. False: there is none, it was tried before, or a new one is wanted.
  [[nodiscard]] bool use_older(const ledger::JobRow& newest);
  /// The same where this job would end with an error: for those who have no part in it.
  [[nodiscard]] bool use_older_instead(const Error& error);
  /// An earlier job that brought a clip, unless one was tried before.
  [[nodiscard]] std::optional<ledger::JobRow> find_older(const ledger::JobRow& newest);
  [[nodiscard]] bool play_older(const ledger::JobRow& newest, ledger::JobRow older);
  void on_opened(Stored stored);
  void use_damaged(const std::string& path);
  void show(const Stored& stored);
  void forget_found();
  /// Some of the results that count are here.
  [[nodiscard]] bool has_found_some() const;

  // checked_ledger.cpp: nothing is paid for on the word of a ledger that is damaged.
  void plan_ledger_check();
  void with_checked_ledger(std::function<void()> step);

  // permission.cpp: whose money, and whose key.
  [[nodiscard]] std::optional<Error> reason_not_to_pay(const Permission& permission) const;
  /// Whether somebody's money may be spent; its key counts from now on. If not, all who were asked
  /// are refused, and end_refused() ends the job if nobody else is left.
  [[nodiscard]] bool find_payer(bool for_refresh);
  void end_refused(bool resumable);
  /// What may be spent in a day where this request goes; nothing: no limit.
  [[nodiscard]] std::optional<ledger::DailyCap> daily_cap() const;
  /// There is no library, and nobody who came so far may have one made.
  void refuse_unwilling(Error no_library);
  [[nodiscard]] bool may_anybody_pay() const;
  /// Where the next exchange goes, with the key of someone who has one.
  [[nodiscard]] const std::shared_ptr<Endpoint>& endpoint();
  void use_key_of(const Openers::Opener& opener);
  [[nodiscard]] bool has_key();
  /// Whether the key that was refused is replaced by another opener's.
  [[nodiscard]] bool try_other_key(const Error& error);
  void note_refused_key(const Error& error);

  // room.cpp: what is paid for must have a place.
  /// Why nothing may be asked for: the disk would not take it. Asks the file system.
  [[nodiscard]] std::optional<Error> reason_of_no_room();
  /// Ends with that, if there is one; nothing was sent.
  [[nodiscard]] bool ends_for_want_of_room(bool resumable);
  /// The disk is full: says what becomes of the clip. Other errors stay as they are.
  [[nodiscard]] Error with_way_back(Error error) const;

  // submit.cpp
  void enter_submitting();
  void send_submit();
  void on_submit_answer(Sent sent);
  void on_refused(const Error& error, const Retry& retry);
  void on_submit_failure(const Error& error, const Retry& retry);
  void on_accepted(const provider::SubmitFacts& facts);
  void repeat_rehearsed(const Error& cause);

  // reconcile.cpp: the answer to a submit was lost.
  void enter_reconciling(Error cause, bool after_restart);
  void ask_for_list();
  void on_list_answer(Sent sent);
  void on_list_complete();
  void search_again(const char* what, const Error& why);
  void wait_for_callback(const std::string& why);
  void become_uncertain(const std::string& why);
  void adopt(const std::string& task_id);

  // poll.cpp: queued and running.
  void enter_waiting();
  [[nodiscard]] PollSchedule make_schedule();
  /// After this time.
  Milliseconds plan_poll();
  void send_poll();
  void on_poll_answer(Sent sent);
  void on_poll_failure(const Error& error);
  /// The provider has the task or its result no more. It was paid for, so only an order pays anew.
  void end_lost(Error error);
  void on_facts(provider::StatusFacts facts);
  void on_task_ready(provider::StatusFacts facts);
  void on_task_ended(provider::StatusFacts facts);
  void ask_for_result();
  void arm_deadline();
  void on_deadline();
  [[nodiscard]] bool is_of_another_job(const std::string& task_id);
  [[nodiscard]] Error answer_of_another(const provider::StatusFacts& facts) const;
  void note_oddities(const provider::StatusFacts& facts, Polling& polling);

  // called_back.cpp: the provider says that something has happened.
  [[nodiscard]] bool wants_callback() const;
  /// Of the submit; empty: none. A secret.
  [[nodiscard]] std::string callback_url() const;
  void expect_callback();
  void expect_no_callback();
  void on_callback(std::string_view body);
  [[nodiscard]] Milliseconds until_hinted_look() const;
  void look_at_announced();
  void ask_for_announced();
  void on_announced_answer(const std::string& id, Sent sent);

  // fetch.cpp: the result's URL is known.
  void enter_fetching(const std::vector<provider::MediaResult>& results);
  [[nodiscard]] std::unique_ptr<ResultFetch> make_fetch(ledger::ResultRow row);
  void start_fetches();
  void on_fetch_failed(std::size_t position, const Error& error);
  void end_fetching(Error error);
  void refresh_urls(std::size_t position, const Error& why);
  [[nodiscard]] bool may_content_come(const Fetching& fetching) const;
  void on_fetch_event(std::size_t position);
  /// Whether the job is ready, or all that could make it so has failed.
  void settle();
  void become_ready(bool is_all);

  // follow.cpp: another process does the work.
  void follow();
  void look_at_other();
  void follow_to_the_end();

  // cancel.cpp
  void do_cancel();
  void send_cancel();
  void enter_cancelled(bool confirmed);

  // job.cpp
  /// Of a log line about this job.
  [[nodiscard]] LogLine at(LogLevel level, Place place = Place::here()) const;
  /// The line of a decision about what failed (retry_policy.h).
  void log_retry(const char* what, int attempt, const Retry& retry, const Error& reason,
                 Place place = Place::here()) const;
  /// Of an exchange for this job.
  [[nodiscard]] http::ExchangeOptions exchange_options() const;
  /// The one way in which the row's state changes; the caller writes the row. The log is told of
  /// each state that is entered, and of those that transitions.h does not know.
  void enter(JobState next, const char* why, Place place = Place::here());
  void tell_state(JobState state, const std::string& why, Place place);
  /// Shows the state: that of the row, as users see it, or how this process's part in it ended.
  void publish(JobState state, std::string status_text, Place place = Place::here());
  /// What the row says of the job.
  void show_row(Snapshot& now) const;
  /// This process's part ends; the row says what a later open finds.
  void end(JobState state, std::optional<Error> error, bool resumable);
  /// Nothing goes on any more of what is under way; who reads a clip is told why.
  void let_go(Doing next, const std::optional<Error>& error);
  /// Writes the row in a final state with the error, then ends.
  void end_failed(JobState state, Error error);
  /// Ends this process's part; the row stays as it is, and a later open goes on with it.
  void end_resumable(Error error);
  /// No text of a reply shows the token of our callback address.
  void hide_token(http::Reply& reply) const;
  /// Runs `step` after `delay`, instead of whatever was planned.
  void plan(Milliseconds delay, std::function<void()> step);
  /// Waits for the rate limit, then runs `step`.
  void with_rate_limit(bool is_submit, std::function<void()> step);
  /// After a 429 that says for how long: no job of this key asks before that.
  void hold_key(const Error& error);
  [[nodiscard]] bool is_ended() const { return std::holds_alternative<Ended>(doing_); }
  [[nodiscard]] const std::string& provider_name() const { return spec_.description->name; }
  [[nodiscard]] provider::Task task() const;

  Context& context_;
  /// What a request is known by.
  struct Identity {
    provider::Request request;
    std::string json;
    std::string hash;
  };
  void become(Identity identity);

  Spec spec_;                                 // constant, but for the request's identity
  std::optional<Identity> described_as_now_;  // while this job is of a request of before
  const std::shared_ptr<JobView> view_;
  Openers& openers_ = view_->openers();
  std::shared_ptr<Job> keep_alive_;  // until it has ended
  std::shared_ptr<ledger::Ledger> ledger_;
  JobRecord record_;  // who changes the row
  const ledger::JobRow& row_ = record_.row();
  Openers::OpenerPtr payer_;
  std::shared_ptr<Endpoint> endpoint_;  // of the last who was chosen; set by decide()
  std::string key_hint_;
  bool has_key_ = false;
  std::vector<std::string> refused_keys_;  // by their endpoints' identities
  std::optional<Error> key_refusal_;       // of the last of them
  int ledger_waits_ = 0;
  struct Told {
    JobState state = JobState::idle;
    std::string why;
  } told_;  // what the log was told last
  bool cancel_wanted_ = false;
  bool waited_for_check_ = false;  // of the ledger
  bool has_joined_ = false;        // another process's job of the same request
  Doing doing_;
  int resubmits_ = 0;
  bool other_id_logged_ = false;
  struct CalledBack {
    bool is_expected = false;     // the token is known to the listener
    bool has_come = false;        // at least once
    bool is_look_due = false;     // since the last look
    Clock::time_point last_look;  // that a callback caused
    std::string announced;        // the task that a callback named, while we know of none
  } called_back_;

  std::optional<Stored> found_;           // what lies in the library, once it was looked for
  std::optional<ledger::JobRow> newest_;  // while an older one is looked at
  bool has_tried_older_ = false;
};

}  // namespace prompt::job
