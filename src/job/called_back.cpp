// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The provider said that something has happened. Whoever said it, and whatever: the job looks, with
// its key, at most once a second.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "job/job.h"

namespace prompt::job {
namespace {

constexpr std::chrono::seconds between_hinted_looks{1};

}  // namespace

bool Job::wants_callback() const {
  return spec_.callback_url.empty() && context_.callbacks.can_be_reached_from(*endpoint_) &&
         spec_.description->takes_callback(spec_.request);
}

std::string Job::callback_url() const {
  if (!spec_.callback_url.empty()) return spec_.callback_url;
  return called_back_.is_expected ? context_.callbacks.url_for(row_.callback_token) : "";
}

void Job::expect_callback() {
  if (called_back_.is_expected || row_.callback_token.empty() || !wants_callback()) return;
  called_back_.is_expected = true;
  context_.callbacks.add(row_.callback_token, [weak = weak_from_this()](std::string_view body) {
    if (const std::shared_ptr<Job> self = weak.lock()) self->on_callback(body);
  });
}

void Job::expect_no_callback() {
  if (std::exchange(called_back_, CalledBack{}).is_expected)
    context_.callbacks.remove(row_.callback_token);
}

void Job::on_callback(std::string_view body) {
  if (is_ended() || !record_.is_owned()) return;
  log(at(LogLevel::debug), "the provider called");
  context_.callbacks.note(endpoint()->identity(), true);
  called_back_.has_come = true;
  called_back_.is_look_due = true;
  if (row_.task_id.empty()) {
    // The answer to the submit is still under way, or lost.
    if (std::optional<std::string> id = spec_.description->announced_task(spec_.request, body))
      called_back_.announced = std::move(*id);
    return look_at_announced();
  }
  if (const Polling* const polling = polling_of(doing_); polling != nullptr && polling->is_idle)
    plan_poll();
}

Job::Milliseconds Job::until_hinted_look() const {
  const Clock::time_point at = called_back_.last_look + between_hinted_looks;
  const auto left = std::chrono::ceil<Milliseconds>(at - Clock::now());
  return called_back_.last_look == Clock::time_point{} ? Milliseconds(0)
                                                       : std::max(left, Milliseconds(0));
}

void Job::look_at_announced() {
  auto* const reconciling = std::get_if<Reconciling>(&doing_);
  if (reconciling == nullptr || called_back_.announced.empty()) return;
  if (reconciling->announced_exchange.is_running() || reconciling->announced_timer.is_pending())
    return;
  // The list has a timer of its own.
  const Milliseconds wait =
      std::max(until_hinted_look(),
               context_.rate_limits.reserve_query(endpoint()->identity(),
                                                  spec_.description->limits.queries_per_minute));
  reconciling->announced_timer = context_.loop.after(wait, [this] { ask_for_announced(); });
}

void Job::ask_for_announced() {
  auto* const reconciling = std::get_if<Reconciling>(&doing_);
  if (reconciling == nullptr) return;
  reconciling->announced_timer = {};
  if (called_back_.announced.empty()) return;
  called_back_.last_look = Clock::now();
  const std::string id = std::exchange(called_back_.announced, {});
  const Result<std::optional<ledger::JobRow>> owner =
      ledger_->find_by_task(spec_.provider, spec_.request.base_url, id);
  if (!owner || owner->has_value()) {
    log(at(LogLevel::warning), "a callback named the task of another job");
    return;
  }
  reconciling->announced_exchange = JobExchange::start(
      context_, http::Lane::queries, endpoint(),
      [request = spec_.request, id](const provider::Translator& translator) {
        return translator.status(request, provider::Task{id, {}});
      },
      exchange_options(), [this, id](Sent sent) { on_announced_answer(id, std::move(sent)); });
}

void Job::on_announced_answer(const std::string& id, Sent sent) {
  auto* const reconciling = std::get_if<Reconciling>(&doing_);
  if (reconciling == nullptr) return;
  reconciling->announced_exchange = {};
  std::optional<Error> error;
  if (!sent.result) {
    error = sent.result.error().error;
  } else {
    hide_token(*sent.result);
    const Result<provider::StatusFacts> facts =
        sent.translator->read_status(spec_.request, provider::Task{id, {}}, *sent.result);
    if (!facts)
      error = facts.error();
    else if (!facts->other_id.empty())
      error = Error{ErrorKind::malformed, "The reply is about task " + facts->other_id + "."};
  }
  if (error) {
    log(at(LogLevel::info), "the task that a callback named was not confirmed: %s",
        error->message.c_str());
    // What the provider does not know is not ours; what could not be asked is asked again, unless
    // another one was announced meanwhile.
    const bool is_again = error->retriable && called_back_.announced.empty();
    if (is_again) called_back_.announced = id;
    const Retry retry = is_again ? Retry{Retry::Verdict::again, until_hinted_look()} : Retry{};
    log_retry("status", ++reconciling->announced_attempt, retry, *error);
    return look_at_announced();
  }
  reconciling->timer.cancel();
  reconciling->exchange.cancel();
  adopt(id);
  auto* const polling = std::get_if<Polling>(&doing_);
  if (polling == nullptr || row_.task_id != id) return;
  // It has just been looked at.
  polling->timer.cancel();
  polling->is_idle = false;
  called_back_.is_look_due = false;
  on_poll_answer(std::move(sent));
}

}  // namespace prompt::job
