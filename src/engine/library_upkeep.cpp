// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Taking jobs out of a library, and looking whether its files are what they were.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "clip/kind.h"
#include "engine/inside/library_state.h"
#include "engine/inside/stored_jobs.h"
#include "job/stored_clips.h"

namespace prompt::engine {
namespace {

using ledger::JobRow;
using ledger::Ledger;
using ledger::ResultRow;

constexpr int rows_at_once = 200;

// Why it has to be told twice; nothing: it has not.
const char* what_is_lost(const JobRow& row, const std::vector<ResultRow>& results) {
  if (row.state == JobState::uncertain) return "whether the provider has it is not known";
  if (!ledger::is_final(row.state)) return "it is not finished";
  const bool is_whole =
      std::all_of(results.begin(), results.end(), [](const ResultRow& r) { return r.complete; });
  // Ended here, but its task may have gone on, or its clip may still be there.
  const bool may_be_there = row.state != JobState::ready && was_sent(row) && !row.refunded &&
                            row.error &&
                            (row.error->maybe_billed || row.error->kind == ErrorKind::not_found ||
                             row.error->kind == ErrorKind::expired);
  return !is_whole || may_be_there ? "it may have been paid for, and its clip was not fetched"
                                   : nullptr;
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(storage_error(path, "remove", errno));
}

// A file has one of a few names that its job and position give it: the folder, which may be large,
// is not searched.
Result<void> remove_files(const std::string& folder, const std::string& id,
                          const std::vector<ResultRow>& results) {
  for (const ResultRow& result : results) {
    const std::string name = folder + "/" + job::clip_name(id, result.position);
    std::vector<std::string> paths = {name + ".part"};
    for (const clip::KindFacts& kind : clip::all_kinds())
      paths.push_back(name + "." + kind.extension);
    const bool is_plain = !result.file.empty() && result.file.find('/') == std::string::npos;
    if (is_plain) paths.push_back(folder + "/" + result.file);
    for (const std::string& path : paths)
      if (Result<void> done = remove_file(path); !done) return done;
  }
  return {};
}

class Owned {
 public:
  Owned(Ledger& ledger, std::int64_t row) : ledger_(ledger), row_(row) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { ledger_.disown(row_); }

 private:
  Ledger& ledger_;
  std::int64_t row_;
};

// The files go first: a row without them says what is missing, files without a row nobody finds.
Result<void> remove_job(Ledger& ledger, std::int64_t number, Told told, bool is_dry_run = false) {
  const Result<bool> mine = ledger.try_own(number);
  if (!mine) return fail(mine.error());
  if (!*mine) {
    Error error{ErrorKind::busy, format("The job is not removed: %s.",
                                        owner_text(ledger.owner_pid(number)).c_str())};
    error.retriable = true;
    return fail(std::move(error));
  }
  const Owned owned(ledger, number);
  const Result<std::optional<JobRow>> row = ledger.find_row(number);
  if (!row) return fail(row.error());
  if (!row->has_value()) return {};  // somebody else was quicker
  const Result<std::vector<ResultRow>> results = ledger.results(number);
  if (!results) return fail(results.error());
  const char* const lost = what_is_lost(**row, *results);
  if (lost != nullptr && told == Told::once)
    return fail(ErrorKind::settings,
                format("The job %s is not removed (%s): say so twice.", (*row)->id.c_str(), lost));
  if (is_dry_run) return {};
  if (Result<void> done = remove_files(ledger.clips_folder(), (*row)->id, *results); !done)
    return done;
  return ledger.erase(number);
}

std::string read_fault(const std::string& path, const ResultRow& result) {
  Result<FileDescriptor> file = open_file(path, O_RDONLY);
  if (!file) return errno == ENOENT ? "is missing" : "cannot be read";
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) return "cannot be read";
  if (result.size && facts.st_size != *result.size)
    return format("has %lld bytes instead of %lld", static_cast<long long>(facts.st_size),
                  static_cast<long long>(*result.size));
  const Result<std::string> sum = sha256_of(*file, path);
  if (!sum) return "cannot be read";
  if (!result.sha256.empty() && result.sha256 != *sum) return "has other content than was stored";
  return {};
}

}  // namespace

Result<void> Library::remove(const std::string& id, Told told) {
  const Result<JobRow> row = find_stored_job(*state_->ledger, id);
  if (!row) return fail(row.error());
  return remove_job(*state_->ledger, row->row, told);
}

Result<Pruned> Library::prune(const PrunePolicy& policy, Told told) {
  Ledger& ledger = *state_->ledger;
  if (!policy.before_ms && !policy.state && !policy.keep_bytes)
    return fail(ErrorKind::settings,
                "What is to be removed is not said: give a time, a state or a size.");
  if (ledger.read_only()) return fail(*ledger.read_only());
  ledger::JobFilter filter;
  filter.before = policy.before_ms;
  if (policy.state) filter.states = ledger_states(*policy.state);
  if (policy.state && filter.states.empty()) return Pruned{};
  const Result<std::vector<ledger::StoredSize>> sizes = ledger.stored_sizes();
  if (!sizes) return fail(sizes.error());
  std::map<std::int64_t, std::uint64_t> bytes_of;
  std::uint64_t total = 0;
  for (const ledger::StoredSize& size : *sizes) {
    bytes_of[size.row] = size.bytes;
    total += size.bytes;
  }
  const auto is_enough = [&] {
    return policy.keep_bytes && total <= *policy.keep_bytes;
  };
  Pruned pruned;
  for (std::int64_t after = 0; !is_enough();) {
    const Result<std::vector<JobRow>> rows =
        ledger.list(filter, ledger::Order::oldest_first, after, rows_at_once);
    if (!rows) return fail(rows.error());
    for (const JobRow& row : *rows) {
      if (is_enough()) break;
      const auto size = bytes_of.find(row.row);
      const std::uint64_t bytes = size != bytes_of.end() ? size->second : 0;
      // What has no file makes no room.
      if (policy.keep_bytes && bytes == 0) continue;
      if (const Result<void> done = remove_job(ledger, row.row, told, policy.is_dry_run); !done) {
        pruned.left.push_back(LeftAlone{row.id, shown_state(row.state), done.error().message});
        continue;
      }
      pruned.removed.push_back(row.id);
      pruned.bytes += bytes;
      total -= bytes;
    }
    if (rows->size() < static_cast<std::size_t>(rows_at_once)) break;
    after = rows->back().row;
  }
  return pruned;
}

Result<std::vector<VerifiedFile>> Library::verify(const std::string& id) const {
  Ledger& ledger = *state_->ledger;
  const Result<JobRow> row = find_stored_job(ledger, id);
  if (!row) return fail(row.error());
  const Result<std::vector<ResultRow>> results = ledger.results(row->row);
  if (!results) return fail(results.error());
  std::vector<VerifiedFile> files;
  for (const ResultRow& result : *results) {
    if (!result.complete) continue;
    VerifiedFile& file = files.emplace_back();
    file.path = ledger.clips_folder() + "/" + result.file;
    file.fault = read_fault(file.path, result);
    file.is_intact = file.fault.empty();
  }
  return files;
}

}  // namespace prompt::engine
