// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What asking for something would cost and find.
#include <glib.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/inside/engine_state.h"
#include "engine/inside/stored_jobs.h"
#include "job/poll_schedule.h"

namespace prompt::engine {
namespace {

// Of ascending values, the smallest that this part of them is not above.
double quantile(const std::vector<double>& ascending, double part) {
  const double rank = std::ceil(part * static_cast<double>(ascending.size()));
  return ascending[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void add_times(Quote& quote, std::vector<double> history) {
  std::erase_if(history, [](double seconds) { return !(seconds > 0); });
  if (history.size() < job::PollSchedule::enough_history) return;
  std::sort(history.begin(), history.end());
  quote.typical_s = quantile(history, 0.5);
  quote.p90_s = quantile(history, 0.9);
  quote.is_measured = true;
}

bool has_file(const ledger::Ledger& ledger, const std::vector<ledger::ResultRow>& results) {
  return std::any_of(results.begin(), results.end(), [&](const ledger::ResultRow& result) {
    const std::string path = ledger.clips_folder() + "/" + result.file;
    return result.complete && g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR) != FALSE;
  });
}

// As the job itself would find it.
Result<std::optional<ledger::JobRow>> find_newest(ledger::Ledger& ledger, const job::Spec& spec,
                                                  bool is_refresh) {
  if (!spec.task_id.empty())
    return ledger.find_by_task(spec.provider, spec.request.base_url, spec.task_id);
  Result<std::optional<ledger::JobRow>> newest = ledger.peek_newest(spec.request_hash);
  if (!newest || *newest || is_refresh || spec.asked_hash.empty()) return newest;
  return ledger.newest_as_asked(spec.asked_hash);
}

Result<void> look_it_up(Quote& quote, ledger::Ledger& ledger, const job::Spec& spec,
                        bool is_refresh) {
  const bool by_task = !spec.task_id.empty();
  const Result<std::optional<ledger::JobRow>> newest = find_newest(ledger, spec, is_refresh);
  if (!newest) return fail(newest.error());
  if (*newest) {
    const ledger::JobRow& row = **newest;
    quote.job_id = row.id;
    quote.is_under_way =
        ledger::is_open(row.state) && (was_sent(row) || ledger.owner_pid(row.row) != 0);
  }
  const Result<std::optional<ledger::JobRow>> finished =
      by_task || !*newest ? newest : ledger.finished_before((*newest)->request_hash, INT64_MAX);
  if (!finished) return fail(finished.error());
  if (*finished) {
    const Result<std::vector<ledger::ResultRow>> results = ledger.results((*finished)->row);
    if (!results) return fail(results.error());
    // Whoever wants a new one pays for it, whatever is here.
    quote.is_ready = !is_refresh && has_file(ledger, *results);
  }
  ledger::JobRow like;
  like.provider = spec.provider;
  like.model = spec.request.model;
  like.resolution = spec.request.resolution;
  like.duration_s = static_cast<int>(spec.request.duration_s);
  Result<std::vector<double>> history = ledger.duration_history(like);
  if (!history) return fail(history.error());
  add_times(quote, std::move(*history));
  return {};
}

}  // namespace

Result<Quote> Engine::quote(const Settings& settings) {
  const Result<Resolved> resolved = resolve(settings, state_->catalogue, state_->rehearsal);
  if (!resolved) return fail(resolved.error());
  const job::Spec& spec = resolved->spec;
  Quote quote;
  quote.provider = spec.provider;
  quote.provider_name = spec.description->name;
  quote.model = spec.request.model;
  quote.price = spec.task_id.empty() ? spec.expected_credits : std::optional(0.0);
  quote.unit = spec.description->unit;
  quote.is_rehearsed = spec.is_stood_in_for;
  const provider::TypicalTime typical = spec.description->typical_time(spec.request);
  quote.typical_s = typical.p50_s;
  quote.p90_s = typical.p90_s;
  const Result<std::shared_ptr<ledger::Ledger>> ledger = open_stored(spec.library);
  if (!ledger && ledger.error().kind != ErrorKind::not_found) return fail(ledger.error());
  if (ledger) {
    if (const Result<void> done = look_it_up(quote, **ledger, spec, resolved->permission.refresh);
        !done)
      return fail(done.error());
  }
  // What cannot be sent has no price; what the library has of it plays.
  if (resolved->permission.refusal && !quote.is_ready) return fail(*resolved->permission.refusal);
  return quote;
}

}  // namespace prompt::engine
