// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A submit left and its answer was lost. Where the provider lists its tasks, the one that is ours
// is looked for and adopted; else, or if nothing tells them apart, a person has to decide.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

/// More unsettled submits in a row than any operator wants to pay for.
constexpr int max_resubmits = 3;

}  // namespace

void Job::enter_reconciling(Error cause, bool after_restart) {
  Milliseconds settling = context_.settings.settling.value_or(
      std::chrono::duration_cast<Milliseconds>(spec_.description->polling.settling));
  expect_callback();
  // Whoever takes the task calls when it has ended, and that takes as long as the work.
  Milliseconds until_callback = context_.settings.settling.value_or(
      std::chrono::duration_cast<Milliseconds>(spec_.description->polling.timeout));
  if (after_restart) {
    // Only what is left of it since arming; one look comes in any case.
    const Milliseconds age(ledger::now_unix_ms() - row_.armed_at.value_or(0));
    settling = std::clamp(settling - age, Milliseconds(0), settling);
    until_callback = std::clamp(until_callback - age, Milliseconds(0), until_callback);
  }
  auto& reconciling = doing_.emplace<Reconciling>();
  reconciling.until = Clock::now() + settling;
  reconciling.callback_until = Clock::now() + until_callback;
  reconciling.cause = std::move(cause);
  const auto armed_at =
      std::chrono::system_clock::time_point(Milliseconds(row_.armed_at.value_or(row_.created_at)));
  log(at(LogLevel::warning), "the answer to the submit was lost: %s",
      reconciling.cause.message.c_str());
  if (spec_.description->operations.find(provider::OperationKind::list, spec_.request) == nullptr)
    return wait_for_callback(provider_name() + " has no list of tasks to look it up in.");
  publish(JobState::submitting, "the answer was lost; looking for the task");
  reconciling.candidates = Candidates(spec_.request, armed_at);
  ask_for_list();
  look_at_announced();
}

void Job::ask_for_list() {
  auto& reconciling = std::get<Reconciling>(doing_);
  reconciling.exchange = JobExchange::start(
      context_, http::Lane::queries, endpoint(),
      [request = spec_.request, page = reconciling.page](const provider::Translator& translator) {
        return translator.list(request, page);
      },
      exchange_options(), [this](Sent sent) { on_list_answer(std::move(sent)); });
}

void Job::on_list_answer(Sent sent) {
  auto& reconciling = std::get<Reconciling>(doing_);
  if (!sent.result) return search_again("list", sent.result.error().error);
  hide_token(*sent.result);
  const Result<provider::ListPage> page =
      sent.translator->read_list(spec_.request, reconciling.page, *sent.result);
  if (!page) return search_again("list", page.error());
  if (reconciling.page == 0)
    reconciling.candidates.set_task_type(sent.translator->expected_task_type(spec_.request));
  const bool more = reconciling.candidates.add(*page);
  if (more && ++reconciling.page < max_list_pages)
    return with_rate_limit(false, [this] { ask_for_list(); });
  on_list_complete();
}

void Job::on_list_complete() {
  const auto& reconciling = std::get<Reconciling>(doing_);
  std::vector<std::string> free_ids;
  for (const std::string& id : reconciling.candidates.ids()) {
    const Result<std::optional<ledger::JobRow>> owner =
        ledger_->find_by_task(spec_.provider, spec_.request.base_url, id);
    if (!owner) return search_again("task", owner.error());
    if (!owner->has_value()) free_ids.push_back(id);
  }
  const Result<std::vector<ledger::JobRow>> rivals = ledger_->unresolved_like(row_);
  if (!rivals) return search_again("task", rivals.error());
  if (free_ids.size() == 1 && rivals->empty()) return adopt(free_ids.front());
  if (!free_ids.empty() && Clock::now() >= reconciling.until)
    return wait_for_callback("nothing tells apart the tasks that could be it (" + join(free_ids) +
                             ").");
  search_again("task", Error{ErrorKind::not_found,
                             free_ids.empty() ? "No task in the list fits yet."
                                              : "Nothing tells apart yet which task it is."});
}

void Job::search_again(const char* what, const Error& why) {
  auto& reconciling = std::get<Reconciling>(doing_);
  if (spec_.description->operations.find(provider::OperationKind::list, spec_.request) == nullptr)
    return wait_for_callback("the task that was named belongs to another job.");
  const int attempt = ++reconciling.attempt;
  const Retry retry = context_.retries.after_search(
      attempt, std::chrono::ceil<Milliseconds>(reconciling.until - Clock::now()));
  log_retry(what, attempt, retry, why);
  if (retry.verdict == Retry::Verdict::give_up)
    return become_uncertain("no task of this request appeared in " + provider_name() +
                            "'s list in time.");
  reconciling.page = 0;
  reconciling.candidates.clear();
  publish(JobState::submitting, format("not found yet; looking again in %.1f s",
                                       static_cast<double>(retry.delay.count()) / 1000.0));
  plan(retry.delay, [this] { with_rate_limit(false, [this] { ask_for_list(); }); });
}

// Nothing is left to look up; but the provider was given an address, and may call.
void Job::wait_for_callback(const std::string& why) {
  const auto& reconciling = std::get<Reconciling>(doing_);
  const Clock::time_point now = Clock::now();
  if (!called_back_.is_expected || now >= reconciling.callback_until) return become_uncertain(why);
  publish(JobState::submitting, "the answer was lost; waiting for the provider to call");
  const auto left = std::chrono::ceil<Milliseconds>(reconciling.callback_until - now);
  plan(left, [this, why] { become_uncertain(why); });
  look_at_announced();
}

void Job::become_uncertain(const std::string& why) {
  Error error = std::get<Reconciling>(doing_).cause;
  error.message = format(
      "Whether %s took the request is not known: %s To go on, set task-id to its task if you find "
      "it in your account, or pay again with cache=refresh. (What happened: %s)",
      provider_name().c_str(), why.c_str(), error.message.c_str());
  error.kind = ErrorKind::uncertain;
  error.maybe_billed = true;
  error.retriable = false;
  if (context_.settings.resubmit_when_ambiguous && resubmits_ < max_resubmits &&
      may_anybody_pay()) {
    ++resubmits_;
    enter(JobState::uncertain, "nobody knows");
    record_.note_ended(error);
    log(at(LogLevel::warning), "uncertain; submitting anew as the operator ordered");
    record_.disown();
    return begin_new();
  }
  end_failed(JobState::uncertain, std::move(error));
}

void Job::adopt(const std::string& task_id) {
  log(at(LogLevel::info), "found again as task %s", task_id.c_str());
  const JobState before = row_.state;
  enter(JobState::queued, "found again");
  test_point("before-adopted");
  if (const Result<void> accepted = record_.note_task(task_id); !accepted) {
    // Another job was quicker with it.
    enter(before, "the task is another job's");
    return search_again("task", accepted.error());
  }
  test_point("after-adopted");
  if (cancel_wanted_) return send_cancel();
  enter_waiting();
}

}  // namespace prompt::job
