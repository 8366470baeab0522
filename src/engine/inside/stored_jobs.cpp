// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/stored_jobs.h"

#include <unistd.h>

#include "base/text.h"
#include "engine/inside/environment.h"

namespace prompt::engine {
namespace {

constexpr std::size_t shortest_id = 4;

}  // namespace

Result<std::shared_ptr<ledger::Ledger>> open_stored(const std::string& library) {
  return ledger::Ledger::open(library_folder(library), ledger::Ledger::Missing::is_error);
}

Result<ledger::JobRow> find_stored_job(ledger::Ledger& ledger, const std::string& id) {
  const std::string shown = show_safely(id, {}, 60);
  if (id.size() < shortest_id)
    return fail(
        ErrorKind::settings,
        format("The job id '%s' is too short: give four characters or more of it.", shown.c_str()));
  Result<std::vector<ledger::JobRow>> found = ledger.find_like(id);
  if (!found) return fail(std::move(found.error()));
  if (found->empty())
    return fail(ErrorKind::not_found, format("The library '%s' has no job '%s'.",
                                             ledger.folder().c_str(), shown.c_str()));
  if (found->size() > 1 && found->front().id != id)
    return fail(
        ErrorKind::settings,
        format("Several jobs of the library have ids that begin with '%s': give more of it.",
               shown.c_str()));
  return std::move(found->front());
}

std::vector<JobState> ledger_states(JobState state) {
  std::vector<JobState> states;
  for (const JobStateName& one : job_states)
    if (one.is_stored && one.shown == state) states.push_back(one.state);
  return states;
}

bool was_sent(const ledger::JobRow& row) { return row.armed_at || !row.task_id.empty(); }

std::string owner_text(int pid) {
  if (pid == ::getpid()) return "this process is at work on it";
  return pid > 0 ? format("process %d is at work on it", pid) : "another process is at work on it";
}

}  // namespace prompt::engine
