// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/job.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "job/rehearsed_error.h"

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

bool is_active(ViewState state) {
  return state == ViewState::queued || state == ViewState::running;
}

}  // namespace

Job::Job(Context& context, Spec spec)
    : context_(context), spec_(std::move(spec)), opened_at_(Clock::now()) {
  view_.provider = spec_.provider;
  view_.provider_name = spec_.description->name;
  view_.is_stood_in_for = spec_.is_stood_in_for;
  view_.model = spec_.request.model;
  view_.prompt = spec_.request.prompt;
  view_.media = spec_.request.media;
  view_.duration_s = expected_duration_s(spec_);
  view_.credits = spec_.expected_credits;
  view_.task_id = spec_.task_id;
}

Job::~Job() = default;

Snapshot Job::snapshot(const Openers::Opener& opener) const {
  std::optional<Error> refusal = openers_.refusal(opener);
  const std::lock_guard lock(view_mutex_);
  Snapshot copy = view_;
  copy.results = results_.count();
  if (refusal) {
    copy.state = ViewState::failed;
    copy.status_text = to_string(copy.state);
    copy.error = std::move(refusal);
    ++copy.version;  // a change, although for this opener alone
  }
  const Clock::time_point now = Clock::now();
  const Clock::time_point began = view_accepted_at_.value_or(opened_at_);
  copy.elapsed = final_elapsed_.value_or(std::chrono::duration_cast<Milliseconds>(now - began));
  if (view_schedule_ && view_accepted_at_ && is_active(copy.state)) {
    copy.eta = view_schedule_->expected_remaining(copy.elapsed);
    copy.is_late = view_schedule_->is_late(copy.elapsed);
    if (!copy.progress) copy.progress = view_schedule_->expected_progress(copy.elapsed);
  }
  return copy;
}

std::shared_ptr<clip::ClipFile> Job::clip(const Openers::Opener& opener, unsigned result) const {
  if (openers_.refusal(opener)) return nullptr;
  const std::lock_guard lock(view_mutex_);
  return results_.clip(result);
}

void Job::watch(const std::shared_ptr<Wake>& wake) { wakes_.add(wake); }

void Job::start() {
  context_.loop.post([self = shared_from_this()] {
    self->keep_alive_ = self;
    self->decide();
  });
}

void Job::cancel() {
  context_.loop.post([self = shared_from_this()] { self->do_cancel(); });
}

void Job::update_view(const std::function<void(Snapshot&)>& change) {
  {
    const std::lock_guard lock(view_mutex_);
    change(view_);
    ++view_.version;
  }
  notify();
}

void Job::notify() { wakes_.notify(); }

void Job::show_row(Snapshot& view) const {
  view.job_id = row_.id;
  view.task_id = row_.task_id.empty() ? spec_.task_id : row_.task_id;
  view.provider_request_id = row_.provider_request_id;
  // A job that ended before it was written down still knows what it would have cost.
  if (row_.id.empty()) return;
  view.credits_are_charged = row_.credits_charged.has_value();
  view.credits = row_.credits_charged ? row_.credits_charged : row_.credits_expected;
}

void Job::publish(ViewState state, std::string status_text) {
  log(LogLevel::info, "job %s: %s (%s)", row_.id.c_str(), to_string(state), status_text.c_str());
  update_view([&](Snapshot& view) {
    view.state = state;
    view.status_text = std::move(status_text);
    show_row(view);
  });
}

void Job::end(ViewState state, std::optional<Error> error, bool resumable) {
  if (ended_) return;
  ended_ = true;
  if (error && spec_.is_stood_in_for) error = as_of_rehearsal(*std::move(error), spec_.library);
  if (error)
    openers_.close();
  else
    openers_.end_with_clip();
  timer_.cancel();
  deadline_.cancel();
  exchange_.cancel();
  expect_no_callback();
  disown();
  // Whoever reads a clip that will not come any further is told why.
  if (error)
    for (const std::unique_ptr<ResultFetch>& fetch : fetches_) fetch->give_up(*error);
  if (error && error->http_status == 401 && !key_hint_.empty()) error->message += " " + key_hint_;
  if (error)
    log(LogLevel::info, "job %s: ended as %s: %s", row_.id.c_str(), to_string(state),
        error->message.c_str());
  {
    const std::lock_guard lock(view_mutex_);
    const Clock::time_point began = view_accepted_at_.value_or(opened_at_);
    final_elapsed_ = std::chrono::duration_cast<Milliseconds>(Clock::now() - began);
    // In one piece: whoever sees the end sees of which job.
    show_row(view_);
    view_.state = state;
    view_.error = std::move(error);
    view_.resumable = resumable;
    if (state == ViewState::ready) view_.progress = 1.0;
    ++view_.version;
  }
  publish(state, to_string(state));
  // They tell nothing to a job that may be gone when they are. Destroyed later, because the end may
  // have been called from inside one of them.
  for (const std::unique_ptr<ResultFetch>& fetch : fetches_) fetch->stop();
  context_.loop.post([fetches = std::make_shared<decltype(fetches_)>(std::move(fetches_))] {});
  fetches_.clear();
  // The last step: this may destroy the job.
  const std::shared_ptr<Job> last = std::exchange(keep_alive_, nullptr);
}

void Job::end_resumable(Error error) {
  if (ended_) return;
  if (accept_unsaved_) save();
  end(ViewState::failed, std::move(error), true);
}

void Job::end_failed(ledger::JobState state, Error error) {
  row_.state = state;
  row_.error = error;
  row_.finished_at = ledger::now_unix_ms();
  save();
  const ViewState view = state == ledger::JobState::uncertain   ? ViewState::uncertain
                         : state == ledger::JobState::cancelled ? ViewState::cancelled
                                                                : ViewState::failed;
  end(view, std::move(error), false);
}

void Job::save() {
  if (accept_unsaved_) {
    if (const Result<void> saved = ledger_->accept(row_); !saved) {
      log(LogLevel::warning, "job %s: %s", row_.id.c_str(), saved.error().message.c_str());
      return;
    }
    accept_unsaved_ = false;
  }
  // A write that fails is made up for by the next one: each writes the whole row. What may not be
  // lost (arming, the task id) does not go this way.
  if (const Result<void> saved = ledger_->update(row_); !saved)
    log(LogLevel::warning, "job %s: %s", row_.id.c_str(), saved.error().message.c_str());
}

Result<bool> Job::own() {
  if (owned_) return true;
  const Result<bool> mine = ledger_->try_own(row_.row);
  owned_ = mine && *mine;
  return mine;
}

void Job::disown() {
  if (std::exchange(owned_, false)) ledger_->disown(row_.row);
}

void Job::hide_token(http::Reply& reply) const {
  if (!row_.callback_token.empty()) reply.secrets.emplace_back(row_.callback_token);
}

void Job::plan(Milliseconds delay, std::function<void()> step) {
  timer_ = context_.loop.after(delay, std::move(step));
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

Job::Milliseconds Job::since_accepted() const {
  const std::lock_guard lock(view_mutex_);
  if (!view_accepted_at_) return Milliseconds(0);
  return std::chrono::duration_cast<Milliseconds>(Clock::now() - *view_accepted_at_);
}

Job::Milliseconds Job::backoff(int attempt) {
  return http::backoff_delay(attempt, context_.random());
}

}  // namespace prompt::job
