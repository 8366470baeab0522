// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Going on with jobs that exist, by their rows. None of this can pay: whoever opens a job here
// brings a permission that is that of cache=only (resolve_row()), so a job that would have to
// submit ends instead.
#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "engine/inside/engine_state.h"
#include "engine/inside/stored_jobs.h"

namespace prompt::engine {
namespace {

using ledger::JobRow;

std::string never_sent(const JobRow& row) {
  return format("The job %s was never sent, and is not sent now: ask for the same again.",
                row.id.c_str());
}

// Which of the ways to a job leads to this one: the newest of its request is found by that, and
// shared with whoever asks for the same; any other by its task.
Result<void> find_way(job::Spec& spec, ledger::Ledger& ledger, const JobRow& row) {
  // The stand-in keeps nothing of what it did not answer, and is free to be asked anew.
  if (!was_sent(row) || (spec.is_stood_in_for && row.task_id.empty()))
    return fail(ErrorKind::settings, never_sent(row));
  const bool has_ended = row.state == JobState::failed || row.state == JobState::cancelled;
  if (has_ended && row.task_id.empty()) {
    if (row.error) return fail(*row.error);
    return fail(ErrorKind::failed, format("The job %s has ended without a task.", row.id.c_str()));
  }
  const Result<std::optional<JobRow>> newest = ledger.peek_newest(row.request_hash);
  if (!newest) return fail(newest.error());
  if (!has_ended && *newest && (*newest)->row == row.row) return {};
  if (row.task_id.empty())
    return fail(ErrorKind::settings,
                format("The job %s has no task, and a later job of the same request, %s, has taken "
                       "its place.",
                       row.id.c_str(), *newest ? (*newest)->id.c_str() : "which is gone"));
  spec.task_id = row.task_id;
  return {};
}

}  // namespace

Result<std::shared_ptr<JobHandle>> Engine::State::take_up(ledger::Ledger& ledger,
                                                          const JobRow& row) {
  Result<Resolved> resolved = resolve_row(row, ledger.folder(), catalogue, rehearsal);
  if (!resolved) return fail(std::move(resolved.error()));
  if (const Result<void> found = find_way(resolved->spec, ledger, row); !found)
    return fail(found.error());
  return open(std::move(*resolved), OnStop::keep);
}

Result<std::shared_ptr<JobHandle>> Engine::open_job(const std::string& id,
                                                    const std::string& library) {
  if (const Result<void> fine = state_->check_operator(); !fine) return fail(fine.error());
  const Result<std::shared_ptr<ledger::Ledger>> ledger = open_stored(library);
  if (!ledger) return fail(ledger.error());
  const Result<JobRow> row = find_stored_job(**ledger, id);
  if (!row) return fail(row.error());
  if (!was_sent(*row)) return fail(ErrorKind::settings, never_sent(*row));
  return state_->take_up(**ledger, *row);
}

Result<Collected> Engine::collect(const std::string& library) {
  if (const Result<void> fine = state_->check_operator(); !fine) return fail(fine.error());
  const Result<std::shared_ptr<ledger::Ledger>> ledger = open_stored(library);
  if (!ledger) return fail(ledger.error());
  if ((*ledger)->read_only()) return fail(*(*ledger)->read_only());
  const Result<std::vector<JobRow>> rows = (*ledger)->open_jobs();
  if (!rows) return fail(rows.error());
  Collected collected;
  for (const JobRow& row : *rows) {
    const auto leave = [&](const std::string& reason) {
      collected.left.push_back(LeftAlone{row.id, shown_state(row.state), reason});
    };
    if (!was_sent(row)) {
      leave(never_sent(row));
      continue;
    }
    const int owner = (*ledger)->owner_pid(row.row);
    if (owner != 0 && owner != ::getpid()) {
      leave(format("The job %s is left to its owner: %s.", row.id.c_str(),
                   owner_text(owner).c_str()));
      continue;
    }
    Result<std::shared_ptr<JobHandle>> job = state_->take_up(**ledger, row);
    if (job)
      collected.jobs.push_back(std::move(*job));
    else
      leave(job.error().message);
  }
  return collected;
}

}  // namespace prompt::engine
