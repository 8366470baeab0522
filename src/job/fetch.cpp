// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The task is done: its results come into the library, each as a file of its own.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "clip/refused_kind.h"
#include "job/job.h"

namespace prompt::job {
namespace {

/// Where the provider does not say how long it keeps results.
constexpr std::chrono::hours usual_retention{24};

/// A task may be called done before its file can be had, where that has no address of its own.
constexpr ledger::UnixMs content_grace_ms = 10 * 60 * 1000;
/// The file itself is no good, and another attempt is not likely to change that.
bool is_the_files_fault(ErrorKind kind) {
  return kind == ErrorKind::wrong_media || kind == ErrorKind::malformed ||
         kind == ErrorKind::rejected || kind == ErrorKind::not_authorized ||
         kind == ErrorKind::expired;
}

/// What a fresh address would not change.
bool is_ours(ErrorKind kind) {
  return kind == ErrorKind::storage || kind == ErrorKind::no_space || kind == ErrorKind::too_large;
}

}  // namespace

void Job::enter_fetching(const std::vector<provider::MediaResult>& results) {
  if (auto* const open = std::get_if<Fetching>(&doing_)) {
    // The clips are open and may be playing: they go on with the fresh addresses.
    open->refresh.reset();
    open->are_urls_fresh = true;
    open->is_content_awaited = results.front().is_content;
    for (std::size_t i = 0; i < open->fetches.size() && i < results.size(); ++i)
      if (!open->fetches[i]->is_settled())
        open->fetches[i]->set_url(results[i].url, results[i].needs_credential);
    return;
  }
  const std::size_t known = found_ ? found_->rows.size() : 0;
  std::vector<ledger::ResultRow> rows;
  for (std::size_t i = 0; i < std::max(results.size(), known); ++i) {
    ledger::ResultRow row;
    // What is here stays. Validators of what is in the .part file stay valid with another URL of
    // the same result.
    if (i < known) row = found_->rows[i];
    row.position = static_cast<int>(i);
    if (i < results.size()) {
      row.media_url = results[i].url;
      row.needs_credential = results[i].needs_credential;
      row.content_type = results[i].content_type;
      row.title = results[i].title;
    }
    if (!row.complete) {
      row.file.clear();
      row.sha256.clear();
    }
    rows.push_back(std::move(row));
  }
  enter(JobState::fetching, "the task is done");
  test_point("before-url-known");
  if (const Result<void> saved = record_.note_results(rows); !saved)
    log(at(LogLevel::warning), "%s", saved.error().message.c_str());
  test_point("after-url-known");
  auto& fetching = doing_.emplace<Fetching>();
  fetching.are_urls_fresh = true;
  fetching.is_content_awaited = results.front().is_content;
  for (ledger::ResultRow& row : rows) fetching.fetches.push_back(make_fetch(std::move(row)));
  start_fetches();
}

std::unique_ptr<ResultFetch> Job::make_fetch(ledger::ResultRow row) {
  const auto position = static_cast<std::size_t>(row.position);
  clip::Keeper keeper = make_keeper(ledger_, row_.row, row);
  return std::make_unique<ResultFetch>(
      context_, endpoint(), row_.id, std::move(row), std::move(keeper),
      ResultFetch::Events{[this, position] { on_fetch_event(position); }, [this] { settle(); },
                          [this, position](const Error& error) { refresh_urls(position, error); },
                          [this, position](const Error& error) {
                            on_fetch_failed(position, error);
                          }});
}

bool Job::may_content_come(const Fetching& fetching) const {
  return fetching.is_content_awaited && row_.completed_at &&
         ledger::now_unix_ms() - *row_.completed_at < content_grace_ms;
}

void Job::on_fetch_failed(std::size_t position, const Error& error) {
  const auto& fetching = std::get<Fetching>(doing_);
  const bool is_ready = row_.state == JobState::ready;
  // What says in JSON that it is no clip yet.
  if (!is_ready && error.code == clip::json_instead_of_media && may_content_come(fetching))
    return refresh_urls(position, error);
  // What an earlier process was told may not be true any more, or may never have been.
  if (!is_ready && !fetching.are_urls_fresh && !is_ours(error.kind))
    return refresh_urls(position, error);
  log(at(LogLevel::info), "result %zu will not come: %s", position, error.message.c_str());
  log_retry("download", fetching.fetches[position]->attempts(), {}, error);
  fetching.fetches[position]->give_up(with_way_back(error));
  if (error.kind == ErrorKind::wrong_media) view_->set_no_clip(position);
  settle();
}

void Job::end_fetching(Error error) {
  // Remembered, so that an order to pay for another one need not wait for this one for ever.
  if (is_the_files_fault(error.kind)) {
    error.message +=
        " Asking for the same again tries once more; cache=refresh pays for a new one.";
    record_.note_error(error);
  }
  end_resumable(std::move(error));
}

void Job::start_fetches() {
  const auto& fetches = std::get<Fetching>(doing_).fetches;
  const auto wake = std::make_shared<Wake>([weak = std::weak_ptr<JobView>(view_)] {
    if (const std::shared_ptr<JobView> view = weak.lock()) view->notify();
  });
  // Of several, some may be of another medium, which is no fault.
  const Media medium = fetches.size() == 1 ? spec_.request.media : Media::automatic;
  ResultList list(spec_.request.media);
  std::optional<Error> failure;
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    ResultFetch& fetch = *fetches[i];
    if (fetch.is_complete()) {
      fetch.use(found_->clips[i]);
    } else if (const Result<void> begun = fetch.start(
                   ledger_->clips_folder(), clip_name(row_.id, fetch.row().position), medium, wake);
               !begun && !failure) {
      failure = begun.error();
    }
    list.add(fetch.row(), fetch.clip());
  }
  view_->set_results(std::move(list), wake, [](Snapshot&) {});
  // A disk that takes no file takes none of the others either.
  if (failure) return end_resumable(with_way_back(std::move(*failure)));
  publish(JobState::fetching, "fetching the clip");
  settle();
}

void Job::refresh_urls(std::size_t position, const Error& why) {
  auto* const fetching = std::get_if<Fetching>(&doing_);
  if (fetching == nullptr) return;
  // It is asked for already.
  if (fetching->refresh)
    return log_retry("download", fetching->fetches[position]->attempts(),
                     {Retry::Verdict::fresh_address}, why);
  if (row_.state == JobState::ready)
    return on_fetch_failed(position,
                           Error{ErrorKind::expired, "Its address is not valid any more."});
  const Milliseconds age(ledger::now_unix_ms() - row_.accepted_at.value_or(row_.created_at));
  const bool is_too_old = age > spec_.description->retention.value_or(usual_retention);
  const int attempt = ++fetching->refreshes;
  const Retry retry =
      context_.retries.after_address(attempt, is_too_old, may_content_come(*fetching));
  log_retry("download", std::max(attempt, fetching->fetches[position]->attempts()), retry, why);
  if (retry.verdict == Retry::Verdict::give_up) {
    Error error{ErrorKind::expired,
                format("%s gives no address from which the result of task %s can be fetched.",
                       provider_name().c_str(), row_.task_id.c_str())};
    const auto& fetches = fetching->fetches;
    const bool is_only_one = std::none_of(
        fetches.begin(), fetches.end(), [&](const std::unique_ptr<ResultFetch>& fetch) {
          return fetch != fetches[position] && (fetch->is_complete() || !fetch->is_settled());
        });
    if (is_too_old && is_only_one) return end_lost(std::move(error));
    // The others have addresses of their own.
    fetches[position]->give_up(error);
    return settle();
  }
  fetching->refresh.emplace(make_schedule());
  arm_deadline();
  plan(retry.delay, [this] { with_rate_limit(false, [this] { send_poll(); }); });
}

void Job::on_fetch_event(std::size_t position) {
  auto* const fetching = std::get_if<Fetching>(&doing_);
  if (fetching == nullptr) return;
  const ledger::ResultRow& result = fetching->fetches[position]->row();
  // The ledger was told of a complete one by whoever completed it.
  if (!result.complete) {
    if (const Result<void> saved = ledger_->note_arrival(row_.row, result); !saved)
      log(at(LogLevel::warning), "%s", saved.error().message.c_str());
  } else {
    test_point("after-result");
  }
  fetching->refreshes = 0;
  settle();
}

void Job::settle() {
  const auto* const fetching = std::get_if<Fetching>(&doing_);
  if (fetching == nullptr) return;
  const auto& fetches = fetching->fetches;
  const ResultFetch* failed = nullptr;      // of those that count
  const ResultFetch* not_wanted = nullptr;  // and of the others
  bool is_any_complete = false;
  bool is_all_known = true;
  bool is_all_settled = true;
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    const ResultFetch& fetch = *fetches[i];
    const ResultList::Belongs belongs = view_->belongs(i);
    is_all_settled = is_all_settled && fetch.is_settled();
    is_all_known = is_all_known && (fetch.failure() || fetch.clip()->facts().kind);
    if (belongs == ResultList::Belongs::no) {
      if (not_wanted == nullptr || (!not_wanted->failure() && fetch.failure())) not_wanted = &fetch;
      continue;
    }
    // One that has failed is told when nothing else can come.
    if (!fetch.is_settled()) return view_->notify();
    if (fetch.is_complete()) is_any_complete = true;
    if (fetch.failure() && failed == nullptr) failed = &fetch;
  }
  if (failed != nullptr) return end_fetching(*failed->failure());
  if (is_any_complete) return become_ready(is_all_settled);
  if (not_wanted == nullptr || !is_all_known) return view_->notify();
  if (not_wanted->failure()) return end_fetching(*not_wanted->failure());
  end_fetching(
      Error{ErrorKind::wrong_media,
            format("None of the %zu results of task %s is %s: the first is %s.", fetches.size(),
                   row_.task_id.c_str(), clip::name_of_medium(spec_.request.media),
                   clip::facts_of(*not_wanted->clip()->facts().kind).name)});
}

void Job::become_ready(bool is_all) {
  const auto& fetching = std::get<Fetching>(doing_);
  if (row_.state != JobState::ready) {
    record_.write_unsaved();
    enter(JobState::ready, "the clip is here");
    test_point("before-ready");
    std::vector<ledger::ResultRow> untold;
    for (const std::unique_ptr<ResultFetch>& fetch : fetching.fetches)
      if (fetch->is_complete() && !fetch->clip()->facts().kept) untold.push_back(fetch->row());
    record_.note_ready(untold);
    test_point("after-ready");
  }
  // An address that is being asked for is wanted by what does not count only.
  if (is_all || fetching.refresh) return end(JobState::ready, std::nullopt, false);
  // What came beside the clip is kept, too, if the process lives that long.
  publish(JobState::ready, to_string(JobState::ready));
}

}  // namespace prompt::job
