// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/rows.h"

#include <algorithm>

#include "base/text.h"
#include "ledger/ownership.h"

namespace prompt::ledger {
namespace {

Error storage_row_error(const std::string& what) {
  return Error{ErrorKind::storage,
               format("The ledger holds a job that this program cannot read (%s); use the newer "
                      "program, or set another library.",
                      show_safely(what, {}, 100).c_str())};
}

std::optional<Error> read_error(Statement& statement) {
  const std::string kind = statement.next_text();
  Error error{};
  error.message = statement.next_text();
  error.code = statement.next_text();
  error.http_status = static_cast<int>(statement.next_int());
  error.retriable = statement.next_bool();
  error.maybe_billed = statement.next_bool();
  if (kind.empty()) return std::nullopt;
  error.kind = error_kind_from_string(kind).value_or(ErrorKind::failed);
  return error;
}

void bind_error(Statement& statement, const std::optional<Error>& error) {
  const Error none{ErrorKind::failed, {}};
  const Error& shown = error ? *error : none;
  statement.bind(error ? to_string(error->kind) : "")
      .bind(shown.message)
      .bind(shown.code)
      .bind(shown.http_status)
      .bind(shown.retriable)
      .bind(shown.maybe_billed);
}

}  // namespace

const std::string& select_jobs() {
  // Never destroyed: threads may outlive main().
  static const std::string& sql = *new std::string(
      "SELECT row, id, request_hash, request_json, provider, base_url, model, media, prompt, "
      "resolution, duration_s, state, created_at, armed_at, accepted_at, running_at, completed_at, "
      "finished_at, task_id, captured_json, provider_request_id, credits_expected, "
      "credits_charged, "
      "refunded, key_fingerprint, callback_token, error_kind, error_message, error_code, "
      "error_http_status, error_retriable, error_maybe_billed, unit, "
      "(SELECT name FROM names WHERE names.job = jobs.row) FROM jobs ");
  return sql;
}

Result<JobRow> read_job(Statement& statement) {
  JobRow job;
  job.row = statement.next_int();
  job.id = statement.next_text();
  job.request_hash = statement.next_text();
  job.request_json = statement.next_text();
  job.provider = statement.next_text();
  job.base_url = statement.next_text();
  job.model = statement.next_text();
  job.media = statement.next_text();
  job.prompt = statement.next_text();
  job.resolution = statement.next_text();
  job.duration_s = static_cast<int>(statement.next_int());
  const std::string state = statement.next_text();
  const std::optional<JobState> known = stored_state_from_string(state);
  if (!known) return fail(storage_row_error("state " + state));
  job.state = *known;
  job.created_at = statement.next_int();
  job.armed_at = statement.next_optional_int();
  job.accepted_at = statement.next_optional_int();
  job.running_at = statement.next_optional_int();
  job.completed_at = statement.next_optional_int();
  job.finished_at = statement.next_optional_int();
  job.task_id = statement.next_text();
  job.captured_json = statement.next_text();
  job.provider_request_id = statement.next_text();
  job.credits_expected = statement.next_optional_double();
  job.credits_charged = statement.next_optional_double();
  job.refunded = statement.next_bool();
  job.key_fingerprint = statement.next_text();
  job.callback_token = statement.next_text();
  job.error = read_error(statement);
  job.unit = statement.next_text();
  job.name = statement.next_text();
  return job;
}

Result<std::vector<JobRow>> read_jobs(Statement& statement) {
  std::vector<JobRow> jobs;
  for (;;) {
    const Result<bool> more = statement.step();
    if (!more) return fail(more.error());
    if (!*more) return jobs;
    Result<JobRow> job = read_job(statement);
    if (!job) return fail(job.error());
    jobs.push_back(std::move(*job));
  }
}

Result<std::optional<JobRow>> find_job(Database& database, std::int64_t row) {
  Result<Statement> statement = database.prepare(select_jobs() + "WHERE row = ?");
  if (!statement) return fail(statement.error());
  statement->bind(row);
  const Result<std::vector<JobRow>> found = read_jobs(*statement);
  if (!found) return fail(found.error());
  return found->empty() ? std::nullopt : std::optional(found->front());
}

Result<void> insert_job(Database& database, JobRow& job) {
  Result<Statement> statement = database.prepare(
      "INSERT INTO jobs (id, request_hash, request_json, provider, base_url, model, media, prompt, "
      "resolution, duration_s, state, state_since, created_at, armed_at, accepted_at, running_at, "
      "completed_at, finished_at, task_id, captured_json, provider_request_id, credits_expected, "
      "credits_charged, refunded, key_fingerprint, callback_token, error_kind, error_message, "
      "error_code, error_http_status, error_retriable, error_maybe_billed, owner, unit) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!statement) return fail(statement.error());
  statement->bind(job.id)
      .bind(job.request_hash)
      .bind(job.request_json)
      .bind(job.provider)
      .bind(job.base_url)
      .bind(job.model)
      .bind(job.media)
      .bind(job.prompt)
      .bind(job.resolution)
      .bind(job.duration_s)
      .bind(to_string(job.state))
      .bind(now_unix_ms())
      .bind(job.created_at)
      .bind(job.armed_at)
      .bind(job.accepted_at)
      .bind(job.running_at)
      .bind(job.completed_at)
      .bind(job.finished_at)
      .bind(job.task_id)
      .bind(job.captured_json)
      .bind(job.provider_request_id)
      .bind(job.credits_expected)
      .bind(job.credits_charged)
      .bind(job.refunded)
      .bind(job.key_fingerprint)
      .bind(job.callback_token);
  bind_error(*statement, job.error);
  statement->bind(this_process()).bind(job.unit);
  if (const Result<void> done = statement->run(); !done) return done;
  job.row = database.last_insert_row();
  if (job.asked_hash.empty()) return {};
  return put_asked(database, job.row, job.asked_hash);
}

Result<void> put_asked(Database& database, std::int64_t row, const std::string& asked_hash) {
  Result<Statement> statement =
      database.prepare("INSERT OR IGNORE INTO asked (hash, job) VALUES (?, ?)");
  if (!statement) return fail(statement.error());
  return statement->bind(asked_hash).bind(row).run();
}

Result<void> update_job(Database& database, const JobRow& job) {
  Result<Statement> statement = database.prepare(
      "UPDATE jobs SET state_since = CASE WHEN state = ?1 THEN state_since ELSE ?2 END, state = "
      "?1, "
      "accepted_at = ?3, running_at = ?4, completed_at = ?5, finished_at = ?6, "
      "task_id = CASE WHEN ?7 = '' THEN task_id ELSE ?7 END, "
      "captured_json = ?8, provider_request_id = ?9, credits_expected = ?10, credits_charged = "
      "?11, "
      "refunded = ?12, key_fingerprint = ?13, callback_token = ?14, error_kind = ?15, "
      "error_message = ?16, error_code = ?17, error_http_status = ?18, error_retriable = ?19, "
      "error_maybe_billed = ?20 WHERE row = ?21");
  if (!statement) return fail(statement.error());
  statement->bind(to_string(job.state))
      .bind(now_unix_ms())
      .bind(job.accepted_at)
      .bind(job.running_at)
      .bind(job.completed_at)
      .bind(job.finished_at)
      .bind(job.task_id)
      .bind(job.captured_json)
      .bind(job.provider_request_id)
      .bind(job.credits_expected)
      .bind(job.credits_charged)
      .bind(job.refunded)
      .bind(job.key_fingerprint)
      .bind(job.callback_token);
  bind_error(*statement, job.error);
  statement->bind(job.row);
  if (const Result<void> done = statement->run(); !done) return done;
  if (database.changes() != 1)
    return fail(ErrorKind::storage, format("The job %s is not in the ledger any more.",
                                           show_safely(job.id, {}, 60).c_str()));
  return {};
}

Result<std::vector<ResultRow>> read_results(Database& database, std::int64_t row) {
  Result<Statement> statement = database.prepare(
      "SELECT position, media_url, needs_credential, content_type, title, file, etag, "
      "last_modified, size, complete, sha256, file_inode, file_mtime_ns FROM results WHERE job = ? "
      "ORDER BY position");
  if (!statement) return fail(statement.error());
  statement->bind(row);
  std::vector<ResultRow> results;
  for (;;) {
    const Result<bool> more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return results;
    ResultRow& result = results.emplace_back();
    result.position = static_cast<int>(statement->next_int());
    result.media_url = statement->next_text();
    result.needs_credential = statement->next_bool();
    result.content_type = statement->next_text();
    result.title = statement->next_text();
    result.file = statement->next_text();
    result.etag = statement->next_text();
    result.last_modified = statement->next_text();
    result.size = statement->next_optional_int();
    result.complete = statement->next_bool();
    result.sha256 = statement->next_text();
    result.file_inode = static_cast<std::uint64_t>(statement->next_int());
    result.file_mtime_ns = statement->next_int();
  }
}

namespace {

// What is longer than an address may be is a result that came within a reply (data:...,BYTES). Once
// it stands in the library, its kind is enough.
std::string_view address_to_keep(const ResultRow& result) {
  constexpr std::size_t longest_address = 8 * 1024;
  const std::string_view url = result.media_url;
  if (!result.complete || url.size() <= longest_address) return url;
  return url.substr(0, std::min<std::size_t>(url.find_first_of(";,"), 80));
}

}  // namespace

Result<void> put_result(Database& database, std::int64_t row, const ResultRow& result) {
  Result<Statement> statement = database.prepare(
      "INSERT OR REPLACE INTO results (job, position, media_url, needs_credential, content_type, "
      "title, file, etag, last_modified, size, complete, sha256, file_inode, "
      "file_mtime_ns) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!statement) return fail(statement.error());
  return statement->bind(row)
      .bind(result.position)
      .bind(address_to_keep(result))
      .bind(result.needs_credential)
      .bind(result.content_type)
      .bind(result.title)
      .bind(result.file)
      .bind(result.etag)
      .bind(result.last_modified)
      .bind(result.size)
      .bind(result.complete)
      .bind(result.sha256)
      .bind(static_cast<std::int64_t>(result.file_inode))
      .bind(result.file_mtime_ns)
      .run();
}

}  // namespace prompt::ledger
