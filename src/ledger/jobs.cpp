// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Opening and reading.
#include "ledger/jobs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <mutex>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "ledger/ledger_file.h"
#include "ledger/ledger_state.h"
#include "ledger/read_only.h"
#include "ledger/rows.h"

namespace prompt::ledger {
namespace {

/// How many requests the process remembers looking at; what counts is the time between looking and
/// inserting, which is short.
constexpr std::size_t max_seen = 4096;

using FolderId = std::pair<dev_t, ino_t>;

/// The ledgers of this process, so that there is one connection per library.
struct OpenLedgers {
  ForkSafeMutex mutex;
  std::map<FolderId, std::weak_ptr<Ledger>> ledgers;  // guarded by mutex
};

OpenLedgers& open_ledgers() {
  static auto* const all = new OpenLedgers;  // never destroyed: threads may outlive main()
  return *all;
}

// For writing if that can be, else for reading what is there.
Result<OpenedFile> open_somehow(const std::string& folder, Ledger::Missing missing) {
  const std::string path = folder + "/ledger.db";
  const auto is_there = [](const std::string& name) {
    return ::access(name.c_str(), F_OK) == 0 || errno != ENOENT;
  };
  if (missing == Ledger::Missing::is_error && !is_there(path) && !is_there(path + "-wal"))
    return fail(ErrorKind::not_found, format("There is no library in '%s'.", folder.c_str()));
  const Result<void> prepared = prepare_folders(folder);
  if (!prepared) {
    if (!is_there(path)) return fail(prepared.error());
    return open_for_reading(folder, prepared.error());
  }
  Result<OpenedFile> file = open_ledger_file(folder);
  if (!file && is_there(path) && ::access(path.c_str(), W_OK) != 0)
    return open_for_reading(folder, file.error());
  return file;
}

Result<std::optional<JobRow>> first_job(Statement& statement) {
  const Result<bool> found = statement.step();
  if (!found) return fail(found.error());
  if (!*found) return std::nullopt;
  Result<JobRow> job = read_job(statement);
  if (!job) return fail(job.error());
  return std::optional(std::move(*job));
}

}  // namespace

void Ledger::State::remember(const std::string& request_hash, std::int64_t newest_row) {
  if (seen.size() >= max_seen) seen.clear();
  seen[request_hash] = newest_row;
}

Result<void> Ledger::State::refuse_writing() const {
  if (read_only) return fail(*read_only);
  return {};
}

Result<void> Ledger::State::refuse_paying() const {
  if (read_only) return fail(*read_only);
  if (std::optional<Error> damage = check->damage()) return fail(std::move(*damage));
  return {};
}

// Closing the parent's connection takes nothing from the parent: SQLite's locks are the process's,
// and no log is taken over or away.
bool Ledger::State::renew() {
  database.keep_log_on_close(true);
  Result<Database> none = Database::open_empty();
  if (!none) return false;
  database = std::move(*none);
  seen.clear();
  is_check_planned = false;
  check.emplace(folder, check->is_done());
  if (read_only) {
    Result<OpenedFile> file = open_for_reading(folder, *read_only);
    if (file) database = std::move(file->database);
    return file.has_value();
  }
  Result<Database> opened = Database::open(folder + "/ledger.db");
  if (!opened) return false;
  database = std::move(*opened);
  database.keep_log_on_close(!check->is_done());
  return true;
}

void Ledger::State::renew_all() {
  OpenLedgers& all = open_ledgers();
  const std::lock_guard lock(all.mutex);
  for (auto entry = all.ledgers.begin(); entry != all.ledgers.end();) {
    const std::shared_ptr<Ledger> ledger = entry->second.lock();
    const bool is_kept = ledger != nullptr && ledger->state_->renew();
    entry = is_kept ? std::next(entry) : all.ledgers.erase(entry);
  }
}

Ledger::Ledger() = default;

Ledger::~Ledger() {
  const ForkPass pass;
  state_.reset();
}

Result<std::shared_ptr<Ledger>> Ledger::open(const std::string& folder, Missing missing) {
  const OwnedString absolute(g_canonicalize_filename(folder.c_str(), nullptr));
  const std::string path = absolute.get();
  if (Result<void> fine = refuse_broken_child(); !fine) return fail(std::move(fine.error()));
  OpenLedgers& all = open_ledgers();
  static std::once_flag once;
  std::call_once(once, [] { in_children(State::renew_all); });
  const std::lock_guard lock(all.mutex);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    const auto known = all.ledgers.find({facts.st_dev, facts.st_ino});
    if (known != all.ledgers.end()) {
      std::shared_ptr<Ledger> ledger = known->second.lock();
      // What could not be written then, perhaps can be now.
      if (ledger && (!ledger->read_only() || ledger->state_->is_without_locks)) return ledger;
    }
  }
  Result<OpenedFile> file = open_somehow(path, missing);
  if (!file) return fail(file.error());
  std::shared_ptr<Ownership> ownership;
  if (!file->read_only) {
    Result<std::shared_ptr<Ownership>> opened = Ownership::open(path);
    if (!opened) return fail(opened.error());
    ownership = std::move(*opened);
  }
  if (::stat(path.c_str(), &facts) != 0) return fail(storage_error(path, "look at", errno));
  const std::shared_ptr<Ledger> ledger(new Ledger);
  ledger->state_ = std::make_unique<State>(path, std::move(*file), std::move(ownership));
  std::erase_if(all.ledgers, [](const auto& entry) { return entry.second.expired(); });
  all.ledgers[{facts.st_dev, facts.st_ino}] = ledger;
  return ledger;
}

const std::string& Ledger::folder() const { return state_->folder; }

std::string Ledger::clips_folder() const { return state_->folder + "/clips"; }

bool Ledger::is_checked() {
  const std::lock_guard lock(state_->mutex);
  if (state_->database.take_damage_met()) state_->check->forget();
  return state_->check->is_done();
}

void Ledger::check() {
  state_->check->run();
  if (!state_->check->is_done() || state_->check->damage()) return;
  const std::lock_guard lock(state_->mutex);
  state_->database.keep_log_on_close(false);
}

bool Ledger::claim_check() { return !is_checked() && !state_->is_check_planned.exchange(true); }

const std::optional<Error>& Ledger::read_only() const { return state_->read_only; }

Result<bool> Ledger::try_own(std::int64_t row) {
  if (Result<void> fine = state_->refuse_writing(); !fine) return fail(fine.error());
  return state_->ownership->try_own(row);
}

void Ledger::disown(std::int64_t row) {
  if (state_->ownership) state_->ownership->disown(row);
}

int Ledger::owner_pid(std::int64_t row) {
  return state_->ownership ? state_->ownership->owner_pid(row) : 0;
}

Result<std::optional<JobRow>> Ledger::find(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(select_jobs() + "WHERE id = ?");
  if (!statement) return fail(statement.error());
  statement->bind(id);
  return first_job(*statement);
}

Result<std::optional<JobRow>> Ledger::newest_for_request(const std::string& request_hash) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement =
      state_->database.prepare(select_jobs() + "WHERE request_hash = ? ORDER BY row DESC LIMIT 1");
  if (!statement) return fail(statement.error());
  statement->bind(request_hash);
  Result<std::optional<JobRow>> job = first_job(*statement);
  if (job) state_->remember(request_hash, job->has_value() ? (*job)->row : 0);
  return job;
}

Result<std::optional<JobRow>> Ledger::newest_as_asked(const std::string& asked_hash) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      select_jobs() +
      "WHERE row = (SELECT job FROM asked WHERE hash = ? ORDER BY job DESC LIMIT 1)");
  if (!statement) return fail(statement.error());
  statement->bind(asked_hash);
  return first_job(*statement);
}

Result<std::optional<JobRow>> Ledger::finished_before(const std::string& request_hash,
                                                      std::int64_t row) {
  const std::lock_guard lock(state_->mutex);
  // By the request's index: there are more jobs that are ready than of one request.
  Result<Statement> statement = state_->database.prepare(
      select_jobs() +
      "WHERE request_hash = ? AND row < ? AND (+state = 'ready' OR EXISTS (SELECT 1 FROM results "
      "WHERE results.job = jobs.row AND complete = 1)) ORDER BY row DESC LIMIT 1");
  if (!statement) return fail(statement.error());
  statement->bind(request_hash).bind(row);
  return first_job(*statement);
}

Result<std::optional<JobRow>> Ledger::find_by_task(const std::string& provider,
                                                   const std::string& base_url,
                                                   const std::string& task_id) {
  if (task_id.empty()) return std::nullopt;
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      select_jobs() + "WHERE provider = ? AND base_url = ? AND task_id = ? AND task_id <> ''");
  if (!statement) return fail(statement.error());
  statement->bind(provider).bind(base_url).bind(task_id);
  return first_job(*statement);
}

Result<std::vector<ResultRow>> Ledger::results(std::int64_t row) {
  const std::lock_guard lock(state_->mutex);
  return read_results(state_->database, row);
}

Result<std::vector<JobRow>> Ledger::unresolved_like(const JobRow& job) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      select_jobs() +
      "WHERE state IN ('submitting', 'uncertain') AND armed_at > ? AND task_id = '' "
      "AND provider = ? AND base_url = ? AND (model = ? OR model = '' OR ? = '') AND prompt = ? "
      "AND row <> ? ORDER BY row");
  if (!statement) return fail(statement.error());
  statement->bind(job.armed_at.value_or(job.created_at) - day_ms)
      .bind(job.provider)
      .bind(job.base_url)
      .bind(job.model)
      .bind(job.model)
      .bind(job.prompt)
      .bind(job.row);
  return read_jobs(*statement);
}

Result<std::vector<double>> Ledger::duration_history(const JobRow& like) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "SELECT (completed_at - accepted_at) / 1000.0 FROM jobs WHERE provider = ? AND model = ? "
      "AND resolution = ? AND duration_s = ? AND completed_at IS NOT NULL "
      "AND accepted_at < completed_at AND state IN ('fetching', 'ready') "
      "ORDER BY completed_at DESC LIMIT 64");
  if (!statement) return fail(statement.error());
  statement->bind(like.provider).bind(like.model).bind(like.resolution).bind(like.duration_s);
  std::vector<double> seconds;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return seconds;
    seconds.push_back(statement->next_double());
  }
}

Result<std::optional<std::int64_t>> Ledger::size_history(const JobRow& like) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "SELECT COALESCE((SELECT SUM(size) FROM results WHERE job = jobs.row AND complete = 1), -1) "
      "FROM jobs WHERE provider = ? AND model = ? AND resolution = ? AND duration_s = ? "
      "AND completed_at IS NOT NULL AND state = 'ready' AND media = ? "
      "ORDER BY completed_at DESC LIMIT 16");
  if (!statement) return fail(statement.error());
  statement->bind(like.provider)
      .bind(like.model)
      .bind(like.resolution)
      .bind(like.duration_s)
      .bind(like.media);
  std::int64_t most = -1;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) break;
    most = std::max(most, statement->next_int());
  }
  return most >= 0 ? std::optional(most) : std::nullopt;
}

Result<std::vector<Awaited>> Ledger::awaited(std::int64_t row) {
  const std::lock_guard lock(state_->mutex);
  Result<Statement> statement = state_->database.prepare(
      "SELECT id, COALESCE(position, 0), COALESCE(size, -1) FROM jobs "
      "LEFT JOIN results ON results.job = jobs.row "
      "WHERE state IN ('intended', 'submitting', 'queued', 'running', 'fetching') "
      "AND NOT (state = 'fetching' AND error_kind <> '') AND +jobs.row <> ? "
      "AND +created_at > ? AND COALESCE(complete, 0) = 0 ORDER BY +jobs.row DESC LIMIT 64");
  if (!statement) return fail(statement.error());
  statement->bind(row).bind(now_unix_ms() - 7 * day_ms);
  std::vector<Awaited> results;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return results;
    Awaited one;
    one.job = statement->next_text();
    one.position = static_cast<int>(statement->next_int());
    if (const std::int64_t size = statement->next_int(); size >= 0) one.size = size;
    results.push_back(std::move(one));
  }
}

}  // namespace prompt::ledger
