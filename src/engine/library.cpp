// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/library.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "engine/inside/library_state.h"
#include "engine/inside/stored_jobs.h"
#include "json/parse.h"
#include "provider/request.h"

namespace prompt::engine {
namespace {

constexpr unsigned longest_page = 1000;
constexpr std::size_t longest_name = 200;

std::string day_text(ledger::UnixMs day) {
  const Ref<GDateTime> date = Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(day / 1000));
  if (!date) return {};
  const OwnedString text(g_date_time_format(date.get(), "%Y-%m-%d"));
  return text.get();
}

// An image's address may be signed.
json::Object shown_request(const std::string& stored) {
  Result<json::Value> request = json::parse(stored, provider::stored_request_limits);
  if (!request || request->as_object() == nullptr) return {};
  json::Value* const images = request->as_object()->find("images");
  if (images != nullptr && images->as_array() != nullptr)
    for (json::Value& image : *images->as_array())
      if (json::Object* const members = image.as_object(); members != nullptr)
        if (const json::Value* const url = members->find("url"); url != nullptr && url->as_string())
          members->set("url", json::Value(url_without_query(*url->as_string())));
  return std::move(*request->as_object());
}

// Why a job cannot be called so; nullptr: it can.
const char* fault_of_name(std::string_view name) {
  if (name.size() > longest_name) return "is longer than 200 bytes";
  if (!is_valid_utf8(name)) return "is not UTF-8";
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (std::any_of(name.begin(), name.end(), is_control)) return "has a control character in it";
  if (!name.empty() && (name.front() == ' ' || name.back() == ' '))
    return "begins or ends with a space";
  return nullptr;
}

Result<LibraryJob> shown_job(ledger::Ledger& ledger, ledger::JobRow row) {
  const Result<std::vector<ledger::ResultRow>> results = ledger.results(row.row);
  if (!results) return fail(results.error());
  LibraryJob job;
  job.id = std::move(row.id);
  job.name = std::move(row.name);
  job.provider = std::move(row.provider);
  job.model = std::move(row.model);
  job.media = media_from_string(row.media).value_or(Media::automatic);
  job.prompt = std::move(row.prompt);
  job.resolution = std::move(row.resolution);
  job.duration_s = static_cast<unsigned>(std::max(row.duration_s, 0));
  job.state = shown_state(row.state);
  job.was_sent = was_sent(row);
  job.is_rehearsed = row.base_url == "rehearsal:";
  job.created_at_ms = row.created_at;
  job.sent_at_ms = row.armed_at;
  job.finished_at_ms = row.finished_at;
  job.task_id = std::move(row.task_id);
  job.credits = row.credits_charged ? row.credits_charged : row.credits_expected;
  job.credits_are_charged = row.credits_charged.has_value();
  job.is_refunded = row.refunded;
  job.unit = std::move(row.unit);
  job.error = std::move(row.error);
  for (const ledger::ResultRow& result : *results)
    if (result.complete)
      job.files.push_back({static_cast<unsigned>(result.position),
                           ledger.clips_folder() + "/" + result.file,
                           static_cast<std::uint64_t>(result.size.value_or(0)), result.sha256});
  job.request = shown_request(row.request_json);
  return job;
}

}  // namespace

Library::Library(std::unique_ptr<State> state) : state_(std::move(state)) {}
Library::~Library() = default;
Library::Library(Library&& other) noexcept = default;
Library& Library::operator=(Library&& other) noexcept = default;

Result<Library> Library::open(const std::string& folder) {
  Result<std::shared_ptr<ledger::Ledger>> ledger = open_stored(folder);
  if (!ledger) return fail(std::move(ledger.error()));
  return Library(std::make_unique<State>(State{std::move(*ledger)}));
}

const std::string& Library::folder() const { return state_->ledger->folder(); }

Result<LibraryJobs> Library::jobs(const LibraryFilter& filter, const LibraryPage& page) const {
  ledger::JobFilter wanted;
  wanted.text = filter.text;
  wanted.name = filter.name;
  wanted.provider = filter.provider;
  if (filter.media != Media::automatic) wanted.media = to_string(filter.media);
  if (filter.state) {
    wanted.states = ledger_states(*filter.state);
    if (wanted.states.empty()) return LibraryJobs{};
  }
  wanted.since = filter.since_ms;
  const unsigned limit = std::clamp(page.limit, 1U, longest_page);
  ledger::Ledger& ledger = *state_->ledger;
  Result<std::vector<ledger::JobRow>> rows =
      ledger.list(wanted, ledger::Order::newest_first, page.after, static_cast<int>(limit));
  if (!rows) return fail(std::move(rows.error()));
  LibraryJobs found;
  if (rows->size() == limit) found.next = rows->back().row;
  for (ledger::JobRow& row : *rows) {
    Result<LibraryJob> job = shown_job(ledger, std::move(row));
    if (!job) return fail(std::move(job.error()));
    found.jobs.push_back(std::move(*job));
  }
  return found;
}

Result<LibraryJob> Library::job(const std::string& id) const {
  Result<ledger::JobRow> row = find_stored_job(*state_->ledger, id);
  if (!row) return fail(std::move(row.error()));
  return shown_job(*state_->ledger, std::move(*row));
}

Result<void> Library::rename(const std::string& id, const std::string& name) {
  if (const char* const fault = fault_of_name(name))
    return fail(ErrorKind::settings, format("A job cannot be called '%s': the name %s.",
                                            show_safely(name, {}, 60).c_str(), fault));
  const Result<ledger::JobRow> row = find_stored_job(*state_->ledger, id);
  if (!row) return fail(row.error());
  return state_->ledger->set_name(row->row, name);
}

Result<std::vector<LibrarySpend>> Library::spend(std::int64_t since_ms) const {
  Result<std::vector<ledger::Spent>> days = state_->ledger->spent_since(since_ms);
  if (!days) return fail(std::move(days.error()));
  std::vector<LibrarySpend> spent;
  for (ledger::Spent& day : *days)
    spent.push_back(LibrarySpend{day_text(day.day), std::move(day.provider), std::move(day.unit),
                                 day.credits, static_cast<unsigned>(day.jobs)});
  return spent;
}

}  // namespace prompt::engine
