// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Ending a job before its clip is here, when somebody asks for that (on-stop=cancel).
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/test_point.h"
#include "base/text.h"
#include "job/job.h"

namespace prompt::job {

void Job::do_cancel() {
  if (is_ended() || cancel_wanted_) return;
  cancel_wanted_ = true;
  // Followed: nothing of it is ours. Not decided yet: decide() has run, or there is nothing.
  if (!record_.is_owned()) return;
  // A submit in flight is finished first: whoever hangs up on it does not know what it will cost.
  if (wait_of(doing_).exchange.is_running() && row_.task_id.empty()) return;
  // Its answer was lost: the search goes on, and adopt() cancels what it finds.
  if (row_.task_id.empty() && row_.armed_at) return;
  if (row_.task_id.empty()) return enter_cancelled(true);
  // What is here is not given back; that it is complete is known in a moment.
  const auto is_complete = [](const std::unique_ptr<ResultFetch>& fetch) {
    return fetch->clip() != nullptr && fetch->clip()->facts().complete;
  };
  const auto* const fetching = std::get_if<Fetching>(&doing_);
  const bool is_here = fetching != nullptr && !fetching->fetches.empty() &&
                       std::all_of(fetching->fetches.begin(), fetching->fetches.end(), is_complete);
  if (is_here) return;
  if (row_.state == JobState::ready) return end(JobState::ready, std::nullopt, false);
  if (row_.state == JobState::fetching) return enter_cancelled(false);
  send_cancel();
}

void Job::send_cancel() {
  auto& cancelling = doing_.emplace<Cancelling>();
  if (spec_.description->operations.find(provider::OperationKind::cancel, spec_.request) == nullptr)
    return enter_cancelled(false);
  cancelling.exchange = JobExchange::start(
      context_, http::Lane::queries, endpoint(),
      [request = spec_.request, task = task()](const provider::Translator& translator) {
        return translator.cancel(request, task);
      },
      exchange_options(),
      [this](Sent sent) {
        if (sent.result) hide_token(*sent.result);
        const Result<bool> confirmed =
            sent.result ? sent.translator->read_cancel(spec_.request, *sent.result)
                        : fail(std::move(sent.result.error().error));
        if (!confirmed) log_retry("cancel", 1, RetryPolicy::after_cancel(), confirmed.error());
        enter_cancelled(confirmed && *confirmed);
      });
}

void Job::enter_cancelled(bool confirmed) {
  test_point("before-cancelled");
  Error error{ErrorKind::cancelled, "The job was cancelled before anything was asked for."};
  if (!row_.task_id.empty())
    error.message =
        confirmed
            ? format("Task %s was cancelled at %s.", row_.task_id.c_str(), provider_name().c_str())
            : format(
                  "%s was not able to confirm that task %s is cancelled: it may still finish and "
                  "be charged; asking for the same again takes it up.",
                  provider_name().c_str(), row_.task_id.c_str());
  error.maybe_billed = !row_.task_id.empty() && !confirmed;
  end_failed(JobState::cancelled, std::move(error));
}

}  // namespace prompt::job
