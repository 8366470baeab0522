// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/job.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "job/rehearsed_error.h"
#include "job/transitions.h"

namespace prompt::job {
namespace {

/// How long the clip will be, as far as the request and the provider's document say; 0: unknown.
unsigned expected_duration_s(const Spec& spec) {
  const provider::Model* model = spec.description->model_of(spec.request);
  if (model == nullptr) return spec.request.duration_s;
  const std::optional<json::Value> value =
      provider::effective_value(*model, spec.request, "duration");
  const std::optional<double> seconds = value ? value->as_number() : std::nullopt;
  return seconds && *seconds > 0 && *seconds < 3600 ? static_cast<unsigned>(*seconds) : 0;
}

}  // namespace

Job::Job(Context& context, Spec spec, std::shared_ptr<JobView> view)
    : context_(context), spec_(std::move(spec)), view_(std::move(view)) {}

Job::~Job() = default;

Snapshot Job::first_snapshot(const Spec& spec) {
  Snapshot first;
  first.provider = spec.provider;
  first.provider_name = spec.description->name;
  first.is_stood_in_for = spec.is_stood_in_for;
  first.model = spec.request.model;
  first.prompt = spec.request.prompt;
  first.media = spec.request.media;
  first.duration_s = expected_duration_s(spec);
  first.credits = spec.expected_credits;
  first.unit = spec.description->unit;
  first.task_id = spec.task_id;
  return first;
}

void Job::start(Context& context, Spec spec, std::shared_ptr<JobView> view) {
  // Moved all the way: a request holds its pictures.
  context.loop.post([&context, spec = std::move(spec), view = std::move(view)]() mutable {
    // Not in one piece with its control block, which weak pointers keep: who still uses a job that
    // is gone would go unnoticed by the tools that look for that.
    const std::shared_ptr<Job> job(new Job(context, std::move(spec), view));
    view->on_cancel([weak = std::weak_ptr<Job>(job)] {
      if (const std::shared_ptr<Job> self = weak.lock()) self->do_cancel();
    });
    job->keep_alive_ = job;
    job->decide();
  });
}

void Job::show_row(Snapshot& now) const {
  now.job_id = row_.id;
  now.task_id = row_.task_id.empty() ? spec_.task_id : row_.task_id;
  now.provider_request_id = row_.provider_request_id;
  // A job that ended before it was written down still knows what it would have cost.
  if (row_.id.empty()) return;
  now.credits_are_charged = row_.credits_charged.has_value();
  now.credits = row_.credits_charged ? row_.credits_charged : row_.credits_expected;
}

LogLine Job::at(LogLevel level, Place place) const {
  return {LogCategory::job, level, row_.id, place};
}

void Job::log_retry(const char* what, int attempt, const Retry& retry, const Error& reason,
                    Place place) const {
  job::log_retry(at(LogLevel::info, place), what, attempt, retry, reason);
}

http::ExchangeOptions Job::exchange_options() const {
  http::ExchangeOptions options;
  options.job = row_.id;
  return options;
}

void Job::enter(JobState next, const char* why, Place place) {
  check_transition(row_.id.c_str(), row_.state, next);
  record_.set_state(next);
  tell_state(shown_state(next), why, place);
}

void Job::tell_state(JobState state, const std::string& why, Place place) {
  if (std::exchange(told_.state, state) != state)
    log(at(LogLevel::info, place), "state %s (%s)", to_string(state), why.c_str());
  else if (told_.why != why)
    log(at(LogLevel::debug, place), "still %s (%s)", to_string(state), why.c_str());
  told_.why = why;
}

void Job::publish(JobState state, std::string status_text, Place place) {
  tell_state(state, status_text, place);
  view_->change([&](Snapshot& now) {
    now.state = state;
    now.status_text = std::move(status_text);
    show_row(now);
  });
}

void Job::end(JobState state, std::optional<Error> error, bool resumable) {
  if (is_ended()) return;
  if (error && spec_.is_stood_in_for) error = as_of_rehearsal(*std::move(error), spec_.library);
  if (error && error->http_status == 401 && !key_hint_.empty()) error->message += " " + key_hint_;
  if (error && use_older_instead(*error)) return;
  if (error)
    openers_.close();
  else
    openers_.end_with_clip();
  let_go(Ended{}, error);
  if (error)
    log(at(LogLevel::info), "ended as %s, found at %s:%d: %s: %s", to_string(state),
        error->place.short_file(), error->place.line, to_string(error->kind),
        error->message.c_str());
  view_->end([&](Snapshot& now) {
    // In one piece: whoever sees the end sees of which job.
    show_row(now);
    now.state = state;
    now.error = std::move(error);
    now.resumable = resumable;
    if (state == JobState::ready) now.progress = 1.0;
  });
  publish(state, to_string(state));
  view_->on_cancel(nullptr);
  // Destroyed later, because the end may have been called from inside of it.
  context_.loop.post([last = std::exchange(keep_alive_, nullptr)] {});
}

void Job::let_go(Doing next, const std::optional<Error>& error) {
  Doing left = std::exchange(doing_, std::move(next));
  std::visit([](Wait& wait) { wait = {}; }, left);
  expect_no_callback();
  record_.disown();
  auto* const fetching = std::get_if<Fetching>(&left);
  if (fetching == nullptr) return;
  // They tell nothing to a job that may be gone when they are. Destroyed later, because this may
  // have been called from inside one of them.
  for (const std::unique_ptr<ResultFetch>& fetch : fetching->fetches) {
    if (error) fetch->give_up(*error);
    fetch->stop();
  }
  using Fetches = std::vector<std::unique_ptr<ResultFetch>>;
  context_.loop.post([fetches = std::make_shared<Fetches>(std::move(fetching->fetches))] {});
}

void Job::end_resumable(Error error) {
  if (is_ended()) return;
  record_.write_unsaved();
  end(JobState::failed, std::move(error), true);
}

void Job::end_failed(JobState state, Error error) {
  enter(state, "ended");
  record_.note_ended(error);
  end(state, std::move(error), false);
}

void Job::hide_token(http::Reply& reply) const {
  if (!row_.callback_token.empty()) reply.secrets.emplace_back(row_.callback_token);
}

void Job::plan(Milliseconds delay, std::function<void()> step) {
  wait_of(doing_).timer = context_.loop.after(delay, std::move(step));
}

void Job::with_rate_limit(bool is_submit, std::function<void()> step) {
  const provider::Limits& limits = spec_.description->limits;
  const Milliseconds wait =
      is_submit
          ? context_.rate_limits.reserve_submit(endpoint()->identity(), limits.submits_per_minute)
          : context_.rate_limits.reserve_query(endpoint()->identity(), limits.queries_per_minute);
  if (wait.count() == 0) return step();
  plan(wait, [this, is_submit, step = std::move(step)]() mutable {
    // The provider may have asked for quiet since the place was taken.
    if (context_.rate_limits.held(endpoint()->identity()).count() > 0)
      return with_rate_limit(is_submit, std::move(step));
    step();
  });
}

void Job::hold_key(const Error& error) {
  if (error.kind == ErrorKind::busy && error.retry_after)
    context_.rate_limits.hold(endpoint()->identity(), http::clamp_retry_after(*error.retry_after));
}

provider::Task Job::task() const {
  provider::Task task{row_.task_id, {}};
  if (row_.captured_json.empty()) return task;
  if (const Result<json::Value> captured = json::parse(row_.captured_json);
      captured && captured->as_object() != nullptr)
    task.captured = *captured->as_object();
  return task;
}

}  // namespace prompt::job
