// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/runner.h"

#include <glib-unix.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <utility>

#include "base/text.h"
#include "tool/show.h"

namespace prompt::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds redraw_interval{250};
constexpr seconds plain_interval{30};
// After the first Ctrl-C: so long a second one can cancel, and so long an answer is waited for, as
// whoever hangs up on a submit does not know what it costs.
constexpr seconds cancel_window{3};
constexpr seconds longest_answer{10};
constexpr seconds longest_cancel{20};

bool has_ended(const Snapshot& job) {
  return job.error.has_value() || job.state == JobState::ready;
}

bool is_under_way(const Snapshot& job) { return !has_ended(job) && !job.job_id.empty(); }

int percent(const Snapshot& job) {
  return static_cast<int>(std::lround(job.progress.value_or(0) * 100));
}

// What whoever started us has ignored, as nohup does, stays so.
bool is_ignored(int number) {
  struct sigaction now {};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

guint listen_to(int number, GSourceFunc act, gpointer runner) {
  return is_ignored(number) ? 0 : g_unix_signal_add(number, act, runner);
}

gboolean on_tick(gpointer) { return G_SOURCE_CONTINUE; }

}  // namespace

struct Runner::News {
  GMainContext* context = g_main_context_default();
  std::atomic<bool> is_some = true;  // any thread
};

Runner::Runner(std::vector<Order> orders, RunOptions options, OnReady on_ready)
    : options_(options), on_ready_(std::move(on_ready)), news_(std::make_shared<News>()) {
  for (Order& order : orders) items_.push_back(Item{items_.size(), std::move(order)});
}

Runner::~Runner() = default;

ExitCode Runner::run() {
  const guint sources[] = {
      listen_to(SIGINT, on_interrupt, this), listen_to(SIGTERM, on_end_signal, this),
      listen_to(SIGHUP, on_end_signal, this),
      g_timeout_add(static_cast<guint>(redraw_interval.count()), on_tick, nullptr)};
  begin_what_may();
  while (!is_over()) {
    g_main_context_iteration(news_->context, TRUE);
    look();
    begin_what_may();
    draw();
  }
  display_.clear();
  for (const guint source : sources)
    if (source != 0) g_source_remove(source);
  if (stopping_ != Stopping::no) say_what_goes_on();
  return was_interrupted_ ? ExitCode::interrupted : verdict_.code();
}

std::size_t Runner::count(Phase phase) const {
  return static_cast<std::size_t>(std::count_if(
      items_.begin(), items_.end(), [phase](const Item& item) { return item.phase == phase; }));
}

bool Runner::is_over() const {
  if (stopping_ == Stopping::no && options_.stops_at_failure && has_failed_)
    return count(Phase::running) == 0;
  if (stopping_ == Stopping::no) return count(Phase::ended) == items_.size();
  const Clock::time_point now = Clock::now();
  if (count(Phase::running) == 0 || now >= stop_at_) return true;
  if (stopping_ == Stopping::cancelling || now < window_) return false;
  return std::none_of(items_.begin(), items_.end(), [](const Item& item) {
    return item.phase == Phase::running && item.last.state == JobState::submitting;
  });
}

void Runner::begin_what_may() {
  if (stopping_ != Stopping::no || (options_.stops_at_failure && has_failed_)) return;
  for (Item& item : items_) {
    if (item.phase != Phase::waiting) continue;
    if (count(Phase::running) >= options_.parallel) return;
    const Item* const before = item.order.after ? &items_[*item.order.after] : nullptr;
    if (before != nullptr && before->phase != Phase::ended) continue;
    if (before == nullptr || before->code == ExitCode::ok) {
      begin(item);
      continue;
    }
    note(item.order.label + ": not begun, as " + before->order.label + " is not there.");
    end(item, ExitCode::failed);
  }
}

void Runner::begin(Item& item) {
  item.phase = Phase::running;
  if (const Result<void> opened = open(item); !opened) return end_with(item, opened.error());
  item.subscription = item.order.job->listen([news = news_] {
    if (!news->is_some.exchange(true)) g_main_context_wakeup(news->context);
  });
  look_at(item);
}

Result<void> Runner::open(Item& item) {
  if (item.order.job != nullptr) return {};
  if (item.order.prepare)
    if (Result<void> prepared = item.order.prepare(item.order.settings); !prepared) return prepared;
  if (!item.order.instead_of.empty()) {
    engine::Settings as_found = item.order.settings;
    as_found.cache = engine::CachePolicy::use;
    const Result<engine::Quote> now = engine::Engine::instance().quote(as_found);
    if (!now) return fail(now.error());
    if (now->job_id != item.order.instead_of) item.order.settings.cache = as_found.cache;
  }
  Result<std::shared_ptr<engine::JobHandle>> opened =
      engine::Engine::instance().open(item.order.settings);
  if (!opened) return fail(opened.error());
  item.order.job = std::move(*opened);
  return {};
}

void Runner::look() {
  news_->is_some = false;
  // All of them: expected progress moves although nothing is heard.
  for (Item& item : items_)
    if (item.phase == Phase::running) look_at(item);
}

void Runner::look_at(Item& item) {
  item.last = item.order.job->snapshot();
  const Snapshot& job = item.last;
  if (job.error) return end_with(item, *job.error);
  if (job.state == JobState::ready) {
    tell(item);
    return end(item, on_ready_(item.number, job, display_));
  }
  const bool is_left = options_.is_detached && !job.task_id.empty();
  tell(item);
  if (!is_left) return;
  note(item.order.label + ": accepted as task " + job.task_id + ", job " + short_id(job.job_id));
  end(item, ExitCode::ok);
}

void Runner::end(Item& item, ExitCode code) {
  item.phase = Phase::ended;
  item.code = code;
  item.subscription.reset();
  // With on-stop=keep the job goes on without us.
  item.order.job.reset();
  verdict_.add(code);
  has_failed_ = has_failed_ || code != ExitCode::ok;
  if (on_end) on_end(item.number, code);
}

void Runner::end_with(Item& item, const Error& error) {
  const Snapshot& job = item.last;
  if (options_.is_json) {
    Snapshot last = job;
    last.error = error;
    json::Object event = job_event(last, item.order.label);
    print_json(std::move(event));
  }
  std::string text = item.order.label;
  if (!job.job_id.empty()) text += " (job " + short_id(job.job_id) + ")";
  display_.settle(2, text + ": " + error.message);
  const ExitCode code = exit_code_of(error, !job.task_id.empty() || error.maybe_billed);
  // The line was right, or there would be no job: it is a cap, or what the machine has no room for.
  end(item, code == ExitCode::usage && !job.job_id.empty() ? ExitCode::refused : code);
}

void Runner::tell(Item& item) {
  const Snapshot& job = item.last;
  const bool is_first = !item.was_told;
  const bool is_state = is_first || job.state != item.told.state ||
                        job.task_id != item.told.task_id || job.job_id != item.told.job_id;
  const auto now = Clock::now();
  if (job.state == JobState::idle && !job.from_library) return;
  if (options_.is_json) {
    const bool is_credits = job.credits.value_or(-1) < item.told.credits.value_or(-1) ||
                            job.credits.value_or(-1) > item.told.credits.value_or(-1);
    if (!is_state && !is_credits && percent(job) == percent(item.told)) return;
    print_json(job_event(job, item.order.label));
  } else {
    // What is ready is said by whoever puts it to its place; a live line says the rest.
    if (display_.is_live() || job.state == JobState::ready) return;
    const bool is_new_state = is_first || job.state != item.told.state;
    if (!is_new_state && now - item.told_at < plain_interval) return;
    display_.settle(
        2, item.order.label + " (job " + short_id(job.job_id) + "): " + progress_text(job));
  }
  item.was_told = true;
  item.told = job;
  item.told_at = now;
}

void Runner::draw() {
  if (!display_.is_live() || options_.is_json) return;
  std::vector<LiveLine> lines;
  for (const Item& item : items_)
    if (item.phase == Phase::running) lines.push_back({item.order.label, item.last});
  std::string rest;
  if (items_.size() > lines.size())
    rest = format("%zu of %zu done", count(Phase::ended), items_.size());
  if (lines.empty()) rest.clear();
  display_.draw(lines, rest);
}

gboolean Runner::on_interrupt(gpointer self) {
  auto& runner = *static_cast<Runner*>(self);
  if (runner.stopping_ == Stopping::leaving)
    runner.cancel();
  else if (runner.stopping_ == Stopping::no)
    runner.stop(true);
  return G_SOURCE_CONTINUE;
}

gboolean Runner::on_end_signal(gpointer self) {
  auto& runner = *static_cast<Runner*>(self);
  if (runner.stopping_ == Stopping::no) runner.stop(false);
  return G_SOURCE_CONTINUE;
}

void Runner::stop(bool may_cancel) {
  stopping_ = Stopping::leaving;
  was_interrupted_ = true;
  const Clock::time_point now = Clock::now();
  window_ = may_cancel ? now + cancel_window : now;
  stop_at_ = now + longest_answer;
  const std::size_t waiting = count(Phase::waiting);
  std::string text = "Stopping: nothing new is asked for";
  if (waiting > 0) text += format(" (%zu not begun)", waiting);
  if (may_cancel && count(Phase::running) > 0)
    text += format("; Ctrl-C again within %d s cancels what is under way",
                   static_cast<int>(cancel_window.count()));
  note(text + ".");
}

void Runner::cancel() {
  stopping_ = Stopping::cancelling;
  stop_at_ = Clock::now() + longest_cancel;
  note("Cancelling, where the provider can.");
  for (Item& item : items_)
    if (item.phase == Phase::running && item.order.job != nullptr) item.order.job->cancel();
}

void Runner::say_what_goes_on() {
  std::size_t left = 0;
  std::string ids;
  for (const Item& item : items_) {
    if (item.phase != Phase::running || !is_under_way(item.last)) continue;
    ++left;
    ids += (ids.empty() ? "" : ", ") + short_id(item.last.job_id);
  }
  if (left == 0) return;
  note(
      format("%zu %s on at the provider%s (%s): the same line again, or 'gst-prompt collect', "
             "fetches %s without paying anew.",
             left, left == 1 ? "job goes" : "jobs go",
             stopping_ == Stopping::cancelling ? ", and nobody confirmed a cancel" : "",
             ids.c_str(), left == 1 ? "it" : "them"));
}

void Runner::note(const std::string& text) {
  if (!options_.is_json) display_.settle(2, text);
}

}  // namespace prompt::tool
