// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The one request that costs money. It leaves after its row is armed, on a connection of its own,
// and is sent again only when it certainly did not arrive.
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {
namespace {

/// A provider may take its time to answer; nothing is gained by hanging up on it.
constexpr std::chrono::seconds reply_deadline{120};

}  // namespace

void Job::enter_submitting() {
  doing_.emplace<Submitting>();
  if (row_.callback_token.empty() && wants_callback()) {
    // Written down by another process, which had no listener.
    record_.note_callback_token(make_token());
  }
  expect_callback();
  publish(JobState::submitting, "sending the request");
  with_rate_limit(true, [this] { send_submit(); });
}

void Job::send_submit() {
  if (cancel_wanted_) return enter_cancelled(true);
  if (const Result<void> begun = record_.note_submitting(daily_cap()); !begun) {
    if (wait_for_ledger(begun.error(), [this] { send_submit(); })) return;
    return end(JobState::failed, begun.error(), true);
  }
  enter(JobState::submitting, "sending the request");
  http::ExchangeOptions options = exchange_options();
  options.new_connection = true;
  options.head_deadline = reply_deadline;
  options.total_deadline = reply_deadline + std::chrono::seconds(10);
  // What is looked for after a lost answer was made since then, and not since the loss.
  const auto armed_at = std::make_shared<std::optional<ledger::UnixMs>>();
  options.before_first_byte = [ledger = ledger_, row = row_.row, armed_at]() -> Result<void> {
    const ledger::UnixMs now = ledger::now_unix_ms();
    test_point("before-armed");
    Result<void> armed = ledger->arm(row, now);
    if (armed) *armed_at = now;
    test_point("after-armed");
    return armed;
  };
  wait_of(doing_).exchange = JobExchange::start(
      context_, http::Lane::submits, endpoint(),
      [request = spec_.request, callback = callback_url()](const provider::Translator& translator) {
        return translator.submit(request, callback);
      },
      std::move(options),
      [this, armed_at](Sent sent) {
        record_.note_armed(*armed_at);
        on_submit_answer(std::move(sent));
      });
}

void Job::on_submit_answer(Sent sent) {
  test_point("reply");
  const int attempt = ++std::get<Submitting>(doing_).attempt;
  http::FailedAttempt failed;
  failed.purpose = http::Purpose::submit;
  failed.number = attempt;
  if (!sent.result) {
    failed.error = &sent.result.error();
    return on_submit_failure(sent.result.error().error, context_.retries.after_submit(failed));
  }
  record_.note_key(sent.key_fingerprint);
  // Who refuses an address likes to repeat it.
  hide_token(*sent.result);
  const Result<provider::SubmitFacts> facts =
      sent.translator->read_submit(spec_.request, *sent.result);
  if (facts) return on_accepted(*facts);
  hold_key(facts.error());
  const http::ReplyHead& head = sent.result->head;
  failed.status = head.status;
  failed.retriable = facts.error().retriable;
  failed.is_refusal = !facts.error().maybe_billed;
  if (const std::string* after = head.find("Retry-After")) failed.retry_after = *after;
  if (const std::string* date = head.find("Date")) failed.date = *date;
  Retry retry = context_.retries.after_submit(failed);
  if (facts.error().maybe_billed) retry.verdict = Retry::Verdict::ambiguous;
  if (retry.verdict == Retry::Verdict::ambiguous) return on_submit_failure(facts.error(), retry);
  on_refused(facts.error(), retry);
}

// Nothing exists, so the row may be armed anew. Until that is written, whoever reads it has to take
// the answer for lost.
void Job::on_refused(const Error& error, const Retry& retry) {
  if (const Result<void> disarmed = record_.note_disarmed(); !disarmed) {
    if (wait_for_ledger(disarmed.error(), [this, error, retry] { on_refused(error, retry); }))
      return;
    return end(JobState::failed, disarmed.error(), true);
  }
  test_point("after-disarmed");
  on_submit_failure(error, retry);
}

void Job::on_submit_failure(const Error& error, const Retry& retry) {
  const int attempt = std::get<Submitting>(doing_).attempt;
  if (retry.verdict == Retry::Verdict::ambiguous) {
    if (spec_.is_stood_in_for) return repeat_rehearsed(error);
    log_retry("submit", attempt, retry, error);
    return enter_reconciling(error, false);
  }
  if (retry.verdict == Retry::Verdict::give_up && error.kind == ErrorKind::not_authorized &&
      !cancel_wanted_) {
    // Nothing exists: whoever has another key may try.
    note_refused_key(error);
    if (find_payer(false)) {
      log_retry("submit", attempt, {Retry::Verdict::other_key}, error);
      return enter_submitting();
    }
  }
  if (retry.verdict == Retry::Verdict::give_up) {
    log_retry("submit", attempt, retry, error);
    return end_failed(JobState::failed, error);
  }
  if (cancel_wanted_) return enter_cancelled(true);
  log_retry("submit", attempt, retry, error);
  publish(JobState::submitting,
          format("trying again in %.1f s: %s", static_cast<double>(retry.delay.count()) / 1000.0,
                 error.message.c_str()));
  plan(retry.delay, [this] { with_rate_limit(true, [this] { send_submit(); }); });
}

// Nothing is paid there and nobody has an account, so there is nothing to find out: it is free to
// be sent again.
void Job::repeat_rehearsed(const Error& cause) {
  const int attempt = std::get<Submitting>(doing_).attempt;
  if (const Result<void> disarmed = record_.note_disarmed(); !disarmed)
    return end(JobState::failed, disarmed.error(), true);
  enter(JobState::intended, "the rehearsal server lost it");
  if (cancel_wanted_) return enter_cancelled(true);
  const Retry retry = context_.retries.after_rehearsed_submit(attempt);
  log_retry("submit", attempt, retry, cause);
  if (retry.verdict == Retry::Verdict::give_up)
    return end_failed(
        JobState::failed,
        Error{ErrorKind::network,
              format("The rehearsal server lost each of %d submits, and nothing was paid: %s",
                     attempt, cause.message.c_str())});
  publish(JobState::submitting, "the rehearsal server lost it; sending it again");
  plan(retry.delay, [this] { with_rate_limit(true, [this] { send_submit(); }); });
}

void Job::on_accepted(const provider::SubmitFacts& facts) {
  enter(JobState::queued, "accepted");
  if (const Result<void> accepted = record_.note_submitted(facts); !accepted) {
    // It is paid: go on with the id in memory, and write it as soon as the ledger can take it.
    log(at(LogLevel::error), "the task id %s could not be written: %s", row_.task_id.c_str(),
        accepted.error().message.c_str());
  }
  test_point("after-accepted");
  if (cancel_wanted_) {
    view_->change([this](Snapshot& now) { now.task_id = row_.task_id; });
    return send_cancel();
  }
  enter_waiting();
}

}  // namespace prompt::job
