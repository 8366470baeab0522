// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The task exists; we look from time to time whether it is done. A job that waits for its next look
// holds no thread.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

/// "Done" without a result is looked at again for so long before it counts as the provider's fault.
constexpr std::chrono::seconds result_grace{15};
/// And what is there of another medium is taken for the whole of it.
constexpr std::chrono::seconds other_medium_grace{5};
/// The last look before a deadline comes this much earlier.
constexpr std::chrono::milliseconds deadline_margin{100};
/// Who is called when something happens looks so much more rarely by itself.
constexpr int looks_saved_by_callbacks = 6;
/// Looks at a task that is done and has no result, at least.
constexpr int least_looks_for_result = 3;

}  // namespace

void Job::enter_waiting() {
  expect_callback();
  const auto& polling = doing_.emplace<Polling>(make_schedule());
  const Milliseconds age(std::max<ledger::UnixMs>(
      0, ledger::now_unix_ms() - row_.accepted_at.value_or(ledger::now_unix_ms())));
  view_->set_accepted(Clock::now() - age, polling.schedule);
  const bool is_running = row_.state == JobState::running;
  publish(is_running ? JobState::running : JobState::queued, is_running ? "at work" : "accepted");
  arm_deadline();
  // What was taken up after a while may be long done.
  if (age > spec_.description->polling.average) return send_poll();
  plan_poll();
}

PollSchedule Job::make_schedule() {
  provider::Polling polling = spec_.description->polling;
  if (called_back_.is_expected && context_.callbacks.are_reliable(endpoint()->identity()))
    polling.average *= looks_saved_by_callbacks;
  const provider::TypicalTime typical = spec_.description->typical_time(spec_.request);
  const Result<std::vector<double>> known = ledger_->duration_history(row_);
  const std::vector<double> history = known.value_or(std::vector<double>());
  if (spec_.poll_interval.count() > 0)
    return PollSchedule(polling, spec_.poll_interval, typical, history);
  return PollSchedule(polling, typical, history);
}

void Job::arm_deadline() {
  const Milliseconds timeout = spec_.generation_timeout.count() > 0
                                   ? Milliseconds(spec_.generation_timeout)
                                   : Milliseconds(spec_.description->polling.timeout);
  polling_of(doing_)->deadline =
      context_.loop.after(timeout + deadline_margin, [this] { on_deadline(); });
}

void Job::on_deadline() {
  const Polling& polling = *polling_of(doing_);
  std::string message =
      format("%s has not finished task %s in time; asking for the same again goes on with it.",
             provider_name().c_str(), row_.task_id.c_str());
  if (!polling.unknown_word.empty())
    message += format(
        " It says that the task is \"%s\", which its description (\"states\") does not know.",
        polling.unknown_word.c_str());
  if (polling.last_error) message += " The last look failed: " + polling.last_error->message;
  Error error{ErrorKind::deadline, std::move(message)};
  error.retriable = true;
  end_resumable(std::move(error));
}

Job::Milliseconds Job::plan_poll() {
  Polling& polling = *polling_of(doing_);
  Milliseconds wait = polling.schedule.next(view_->since_accepted());
  if (called_back_.is_look_due) wait = std::min(wait, until_hinted_look());
  polling.is_idle = true;
  plan(wait, [this] {
    polling_of(doing_)->is_idle = false;
    if (std::exchange(called_back_.is_look_due, false)) called_back_.last_look = Clock::now();
    with_rate_limit(false, [this] { send_poll(); });
  });
  return wait;
}

void Job::send_poll() {
  polling_of(doing_)->exchange = JobExchange::start(
      context_, http::Lane::queries, endpoint(),
      [request = spec_.request, task = task()](const provider::Translator& translator) {
        return translator.status(request, task);
      },
      exchange_options(), [this](Sent sent) { on_poll_answer(std::move(sent)); });
}

void Job::on_poll_answer(Sent sent) {
  if (!sent.result) return on_poll_failure(sent.result.error().error);
  hide_token(*sent.result);
  Polling& polling = *polling_of(doing_);
  Result<provider::StatusFacts> facts =
      polling.asked_for_result ? sent.translator->read_result(spec_.request, task(), *sent.result)
                               : sent.translator->read_status(spec_.request, task(), *sent.result);
  if (!facts) return on_poll_failure(facts.error());
  if (!facts->other_id.empty() && is_of_another_job(facts->other_id))
    return on_poll_failure(answer_of_another(*facts));
  polling.attempt = 0;
  context_.retries.note_good_look();
  const bool is_result_answer = std::exchange(polling.asked_for_result, false);
  polling.may_ask_for_result =
      !is_result_answer && sent.translator->result(spec_.request, task()).has_value();
  if (facts->state == provider::TaskState::ready && facts->results.empty() &&
      !polling.may_ask_for_result)
    facts->results = sent.translator->content(spec_.request, task());
  // In turns: what is behind the key may not be there, or not yet.
  const auto* const fetching = std::get_if<Fetching>(&doing_);
  if (fetching != nullptr && fetching->refreshes % 2 == 1 && !facts->fallback_results.empty())
    facts->results = std::move(facts->fallback_results);
  on_facts(std::move(*facts));
}

void Job::on_poll_failure(const Error& error) {
  hold_key(error);
  Polling& polling = *polling_of(doing_);
  const bool is_fetching = std::holds_alternative<Fetching>(doing_);
  polling.asked_for_result = false;
  const int attempt = polling.attempt + 1;
  if (try_other_key(error)) {
    log_retry("status", attempt, {Retry::Verdict::other_key}, error);
    return with_rate_limit(false, [this] { send_poll(); });
  }
  if (error.kind == ErrorKind::not_found) {
    // A task that was just made may not be known everywhere yet.
    const bool is_too_early =
        row_.armed_at && view_->since_accepted() < spec_.description->polling.not_found_grace;
    if (!key_refusal_ && is_too_early && !is_fetching)
      return log_retry("status", attempt, {Retry::Verdict::again, plan_poll()}, error);
    log_retry("status", attempt, {}, error);
    // Another account knows nothing of the task.
    return key_refusal_ ? end_resumable(*key_refusal_) : end_lost(error);
  }
  polling.attempt = attempt;
  const Retry retry =
      context_.retries.after_look(error, attempt, {spec_.description->polling.floor, is_fetching});
  log_retry("status", attempt, retry, error);
  if (retry.verdict == Retry::Verdict::give_up) return end_resumable(error);
  polling.last_error = error;
  plan(retry.delay, [this] { with_rate_limit(false, [this] { send_poll(); }); });
}

void Job::end_lost(Error error) {
  if (row_.armed_at) error.message += " cache=refresh pays for a new one.";
  end_failed(JobState::failed, std::move(error));
}

void Job::on_facts(provider::StatusFacts facts) {
  Polling& polling = *polling_of(doing_);
  polling.last_error.reset();
  record_.note_progress(facts, task());
  note_oddities(facts, polling);
  switch (facts.state) {
    case provider::TaskState::ready:
      return on_task_ready(std::move(facts));
    case provider::TaskState::failed:
    case provider::TaskState::cancelled:
      return on_task_ended(std::move(facts));
    case provider::TaskState::queued:
    case provider::TaskState::running:
      break;
  }
  const bool is_running = facts.state == provider::TaskState::running;
  if (is_running && row_.state == JobState::queued) {
    enter(JobState::running, "at work");
    record_.note_running();
    // Time in the queue does not use up the time that the work itself may take.
    arm_deadline();
  } else {
    record_.write_unsaved();
  }
  view_->change([&](Snapshot& now) {
    now.progress = facts.progress;
    now.unknown_word = polling.unknown_word;
  });
  publish(is_running ? JobState::running : JobState::queued,
          polling.unknown_word.empty()
              ? facts.provider_word
              : format("waiting on, as \"%s\" is no known state", polling.unknown_word.c_str()));
  plan_poll();
}

// A reply that calls the task otherwise is believed, unless it is known whose that is.
bool Job::is_of_another_job(const std::string& task_id) {
  const Result<std::optional<ledger::JobRow>> owner =
      ledger_->find_by_task(spec_.provider, spec_.request.base_url, task_id);
  return owner && owner->has_value() && (*owner)->row != row_.row;
}

Error Job::answer_of_another(const provider::StatusFacts& facts) const {
  Error error{ErrorKind::malformed,
              format("%s answered about task %s, which is another job's, instead of %s.",
                     provider_name().c_str(), facts.other_id.c_str(), row_.task_id.c_str())};
  error.retriable = true;
  return error;
}

void Job::note_oddities(const provider::StatusFacts& facts, Polling& polling) {
  if (!facts.other_id.empty() && !std::exchange(other_id_logged_, true))
    log(at(LogLevel::warning), "asked for task %s, %s calls it %s; taken as the same",
        row_.task_id.c_str(), provider_name().c_str(), facts.other_id.c_str());
  const std::string word = facts.known_word ? std::string() : facts.provider_word;
  if (!word.empty() && word != polling.unknown_word)
    log(at(LogLevel::warning), "%s says '%s', which its description does not know; waiting on",
        provider_name().c_str(), word.c_str());
  polling.unknown_word = word;
}

void Job::on_task_ready(provider::StatusFacts facts) {
  Polling& polling = *polling_of(doing_);
  if (facts.results.empty() && polling.may_ask_for_result) return ask_for_result();
  if (facts.results.empty()) {
    const Clock::time_point now = Clock::now();
    if (!polling.ready_without_result_since) polling.ready_without_result_since = now;
    const auto since = now - *polling.ready_without_result_since;
    const int attempt = ++polling.looks_without_result;
    const auto grace = facts.other_results.empty() ? result_grace : other_medium_grace;
    if (attempt < least_looks_for_result || since < grace)
      return log_retry("result", attempt, {Retry::Verdict::again, plan_poll()},
                       Error{ErrorKind::malformed, "The task is done and names no result yet."});
    if (facts.other_results.empty()) {
      Error error{ErrorKind::malformed,
                  format("%s says that task %s is done but names no result%s%s: asking for the "
                         "same again looks once more; cache=refresh pays for a new one.",
                         provider_name().c_str(), row_.task_id.c_str(),
                         facts.came.empty() ? "" : ", ", facts.came.c_str())};
      log_retry("result", attempt, {}, error);
      record_.note_error(error);
      return end_resumable(std::move(error));
    }
    // Whoever fetches it says what it is.
    facts.results = std::move(facts.other_results);
  }
  if (called_back_.is_expected && !called_back_.has_come)
    context_.callbacks.note(endpoint()->identity(), false);
  record_.note_done();
  enter_fetching(facts.results);
}

void Job::ask_for_result() {
  Polling& polling = *polling_of(doing_);
  polling.asked_for_result = true;
  polling.exchange = JobExchange::start(
      context_, http::Lane::queries, endpoint(),
      [request = spec_.request,
       task = task()](const provider::Translator& translator) -> Result<http::Request> {
        if (auto result = translator.result(request, task)) return std::move(*result);
        return translator.status(request, task);
      },
      exchange_options(), [this](Sent sent) { on_poll_answer(std::move(sent)); });
}

void Job::on_task_ended(provider::StatusFacts facts) {
  Error error = facts.failure.value_or(
      Error{ErrorKind::failed, format("%s reports that task %s failed and gives no reason.",
                                      provider_name().c_str(), row_.task_id.c_str())});
  record_.note_refund(facts.refunded);
  const bool is_in_credits = spec_.description->unit == provider::common_unit;
  if (facts.refunded)
    error.message += " " + provider_name() +
                     (is_in_credits ? " gives the credits back." : " gives back what it took.");
  const bool is_cancelled = facts.state == provider::TaskState::cancelled;
  if (is_cancelled) error.kind = ErrorKind::cancelled;
  end_failed(is_cancelled ? JobState::cancelled : JobState::failed, std::move(error));
}

}  // namespace prompt::job
