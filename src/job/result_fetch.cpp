// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/result_fetch.h"

#include <glib/gstdio.h>

#include <atomic>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "job/stored_clips.h"

namespace prompt::job {

/// A piece of work on a worker; replaced or dropped, its end is of no interest any more.
struct ResultFetch::Running {
  http::Cancel cancel;
};

ResultFetch::ResultFetch(Context& context, std::shared_ptr<Endpoint> endpoint, std::string job,
                         ledger::ResultRow row, clip::Keeper keeper, Events events)
    : context_(context),
      endpoint_(std::move(endpoint)),
      job_(std::move(job)),
      row_(std::move(row)),
      keeper_(std::move(keeper)),
      events_(std::move(events)),
      self_(std::make_shared<ResultFetch*>(this)) {}

ResultFetch::~ResultFetch() { stop(); }

LogLine ResultFetch::at(LogLevel level, Place place) const {
  return {LogCategory::job, level, job_, place};
}

void ResultFetch::stop() {
  *self_ = nullptr;
  timer_.cancel();
  if (clip_ != nullptr) clip_->on_tail_wanted(nullptr);
  if (download_ != nullptr) download_->cancel.cancel();
  if (tail_ != nullptr) tail_->cancel.cancel();
}

void ResultFetch::use(std::shared_ptr<clip::ClipFile> clip) {
  clip_ = std::move(clip);
  row_.complete = true;
}

void ResultFetch::give_up(const Error& error) {
  if (is_settled()) return;
  stop();
  failure_ = error;
  if (clip_ != nullptr) clip_->fail(error);
}

Result<void> ResultFetch::start(const std::string& folder, const std::string& name, Media medium,
                                const std::shared_ptr<Wake>& wake) {
  Result<std::shared_ptr<clip::ClipFile>> begun = clip::ClipFile::begin(
      folder, name, clip::Validators{row_.etag, row_.last_modified},
      row_.size ? std::optional(static_cast<std::uint64_t>(*row_.size)) : std::nullopt);
  if (!begun) return fail(std::move(begun.error()));
  clip_ = std::move(*begun);
  clip_->expect(medium);
  clip_->limit_size(context_.settings.max_clip_bytes);
  clip_->watch(wake);

  // What other threads tell goes to the loop thread, and only while this object lives.
  http::Loop& loop = context_.loop;
  const auto on_loop = [&loop, self = self_](std::function<void(ResultFetch&)> call) {
    loop.post([self, call = std::move(call)] {
      if (*self != nullptr) call(**self);
    });
  };
  const auto is_posted = std::make_shared<std::atomic<bool>>(false);
  changes_ = std::make_shared<Wake>([on_loop, is_posted] {
    if (is_posted->exchange(true)) return;
    on_loop([is_posted](ResultFetch& fetch) {
      is_posted->store(false);
      fetch.check();
    });
  });
  clip_->watch(changes_);
  clip_->on_tail_wanted([on_loop](std::uint64_t begin) {
    on_loop([begin](ResultFetch& fetch) { fetch.attempt_tail(begin); });
  });
  attempt();
  return {};
}

void ResultFetch::set_url(const std::string& url, bool needs_credential) {
  row_.media_url = url;
  row_.needs_credential = needs_credential;
  timer_.cancel();
  if (download_ == nullptr && clip_ != nullptr) attempt();
}

void ResultFetch::check() {
  if (is_settled()) return;
  const std::shared_ptr<ResultFetch*> self = self_;  // a call may stop this
  const clip::ClipFacts facts = clip_->facts();
  const std::optional<std::int64_t> size =
      facts.size ? std::optional(static_cast<std::int64_t>(*facts.size)) : row_.size;
  const bool is_kind_news = facts.kind && !std::exchange(is_kind_told_, true);
  const bool is_news = facts.validators.etag != row_.etag ||
                       facts.validators.last_modified != row_.last_modified || size != row_.size;
  row_.etag = facts.validators.etag;
  row_.last_modified = facts.validators.last_modified;
  row_.size = size;
  if (is_kind_news) events_.on_kind();
  if (is_news && *self != nullptr && !row_.complete) events_.on_progress();
}

void ResultFetch::run(
    std::function<Result<void>(http::Client&, const clip::Source&, const http::Cancel&)> work,
    std::shared_ptr<Running> running, std::function<void(ResultFetch&, Result<void>)> done) {
  http::Loop& loop = context_.loop;
  clip::Source source;
  source.job = job_;
  source.request.url = row_.media_url;
  source.allow_private_addresses = endpoint_->allows_private_addresses();
  source.allow_http = endpoint_->allows_plain_http();
  source.max_bytes = context_.settings.max_clip_bytes;
  context_.workers.run(
      http::Lane::downloads,
      [&loop, self = self_, endpoint = endpoint_, clip = clip_, work = std::move(work),
       done = std::move(done), running = std::move(running), source = std::move(source),
       needs_credential = row_.needs_credential](http::Client& client) mutable {
        Result<void> outcome;
        if (needs_credential) outcome = add_credential(*endpoint, source.request);
        if (outcome) outcome = work(client, source, running->cancel);
        if (running->cancel.is_cancelled()) return;
        loop.post([self, done, outcome] {
          if (*self != nullptr) done(**self, outcome);
        });
        test_point("after-attempt");
      });
}

Result<void> ResultFetch::add_credential(Endpoint& endpoint, http::Request& request) {
  const Result<std::shared_ptr<const provider::Translator>> translator = endpoint.translator();
  if (!translator) return fail(translator.error());
  const Result<Secret> key = endpoint.key();
  if (!key) return fail(key.error());
  if (key->empty()) return {};
  const Result<bool> added = (*translator)->authorize(request, *key);
  if (!added) return fail(added.error());
  return {};
}

void ResultFetch::attempt() {
  clip_->begin_attempt();
  received_at_attempt_ = clip_->facts().received;
  began_ = std::chrono::steady_clock::now();
  download_ = std::make_shared<Running>();
  run(
      [clip = clip_, keeper = keeper_](http::Client& client, const clip::Source& source,
                                       const http::Cancel& cancel) {
        return clip::download(client, source, *clip, cancel, keeper);
      },
      download_,
      [](ResultFetch& fetch, Result<void> outcome) {
        fetch.download_.reset();
        fetch.on_attempt_done(std::move(outcome));
      });
}

void ResultFetch::attempt_tail(std::uint64_t begin) {
  if (tail_ != nullptr || row_.complete) return;
  tail_ = std::make_shared<Running>();
  run(
      [clip = clip_, begin](http::Client& client, const clip::Source& source,
                            const http::Cancel& cancel) {
        return clip::download_tail(client, source, *clip, begin, cancel);
      },
      tail_,
      [](ResultFetch& fetch, const Result<void>& outcome) {
        fetch.tail_.reset();
        if (!outcome)
          log(fetch.at(LogLevel::info), "the end of the clip could not be fetched ahead: %s",
              outcome.error().message.c_str());
      });
}

void ResultFetch::on_attempt_done(Result<void> outcome) {
  if (outcome) return on_complete(1);
  const Error& error = outcome.error();
  log(at(LogLevel::info), "no download (found at %s:%d): %s: %s", error.place.short_file(),
      error.place.line, to_string(error.kind), error.message.c_str());
  if (error.retriable && error.kind != ErrorKind::expired) count_attempt();
  const Retry retry = context_.retries.after_download(error, attempts_without_progress_);
  if (retry.verdict == Retry::Verdict::fresh_address) return events_.on_url_wanted(error);
  if (retry.verdict == Retry::Verdict::give_up) return events_.on_failed(error);
  log_retry(at(LogLevel::info), "download", attempts(), retry, error);
  timer_ = context_.loop.after(retry.delay, [this] { attempt(); });
}

// A line that is ended for its slowness brings a few bytes each time, and would for ever.
void ResultFetch::count_attempt() {
  const clip::Source limits;
  const bool took_long = std::chrono::steady_clock::now() - began_ >= limits.stall_window;
  const std::uint64_t least = took_long ? limits.stall_bytes : 1;
  if (clip_->facts().received >= received_at_attempt_ + least)
    attempts_without_progress_ = 0;
  else
    ++attempts_without_progress_;
}

void ResultFetch::on_complete(int tell) {
  const clip::Finished finished = *clip_->finished();
  if (!clip_->facts().kept) {
    if (const Result<void> told = keeper_.on_renamed(finished); told) {
      clip_->set_kept();
    } else {
      const Retry retry = RetryPolicy::after_keeping(tell);
      log_retry(at(LogLevel::info), "write", tell, retry, told.error());
      if (retry.verdict == Retry::Verdict::again) {
        timer_ = context_.loop.after(retry.delay, [this, tell] { on_complete(tell + 1); });
        return;
      }
    }
  }
  describe(finished, row_);
  events_.on_progress();
}

}  // namespace prompt::job
