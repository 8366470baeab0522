// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The translator's read side: replies to facts.
#include <glib.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "provider/judge.h"
#include "provider/read.h"
#include "provider/translator.h"

namespace prompt::provider {
namespace {

// What a submit's answer leaves open: a task may have been made although we cannot read of it.
Error after_submit(Error error) {
  const int status = error.http_status;
  error.maybe_billed = error.kind == ErrorKind::malformed || status >= 500 || status == 408 ||
                       status == 421 || status < 200;
  if (error.maybe_billed) error.retriable = false;
  return error;
}

// What a listed task calls its model, in the request's words where it is the same: the name and the
// version may stand apart.
std::string listed_model(const json::Value& item, const json::Paths& paths,
                         const std::string& asked) {
  std::string joined;
  for (const json::Path& path : paths) {
    const std::string part = read_string(item, {path}).value_or(std::string());
    if (part == asked) return part;
    if (!part.empty()) joined += (joined.empty() ? "" : ":") + part;
    if (joined == asked) return joined;
  }
  return read_string(item, paths).value_or(std::string());
}

// Some say it of a task that has failed, too: it is about the exchange.
bool is_no_reason(std::string_view text) {
  for (const std::string_view word : {"ok", "success", "succeeded", "none", "null", "no error"})
    if (text.size() == word.size() &&
        g_ascii_strncasecmp(text.data(), word.data(), word.size()) == 0)
      return true;
  return false;
}

std::string read_reason(const json::Value& body, const json::Paths& paths,
                        std::span<const Secret> secrets) {
  for (const json::Path& path : paths) {
    std::string text = read_shown(body, {path}, secrets, 400);
    if (!text.empty() && !is_no_reason(text)) return text;
  }
  return {};
}

// What a reply has, for a person who looks for what it has not.
std::string names_of(const json::Value& body, std::span<const Secret> secrets) {
  constexpr std::size_t most = 8;
  const json::Object* const object = body.as_object();
  if (object == nullptr) return std::string("its reply is of type ") + body.type_name();
  std::vector<std::string> names;
  for (const json::Member& member : *object) {
    if (names.size() == most) break;
    std::string name = show_safely(member.name, secrets, 40);
    const json::Array* const list = member.value.as_array();
    const json::Object* const inner = member.value.as_object();
    const std::string* const text = member.value.as_string();
    const bool is_empty = (list != nullptr && list->empty()) ||
                          (inner != nullptr && inner->empty()) ||
                          (text != nullptr && text->empty());
    names.push_back(is_empty ? name + " (empty)" : std::move(name));
  }
  return names.empty() ? "its reply is empty" : "its reply has " + join(names);
}

bool has_ended_badly(TaskState state) {
  return state == TaskState::failed || state == TaskState::cancelled;
}

}  // namespace

Result<SubmitFacts> Translator::read_submit(const Request& request,
                                            const http::Reply& reply) const {
  const Operation* const operation = description_->operations.find(OperationKind::submit, request);
  if (operation == nullptr)
    return fail(ErrorKind::settings, description_->name + " has no submit request for this.");
  const Result<json::Value> body = judge_reply(*description_, *operation, reply);
  if (!body) return fail(after_submit(body.error()));
  const Reading& reading = operation->reply;
  std::optional<std::string> id = read_id(*body, reading.id, reply.secrets);
  if (!id) return fail(after_submit(unreadable(*description_, reply, "names no usable task id")));
  SubmitFacts out;
  out.task.id = std::move(*id);
  out.task.captured = read_captured(*body, reading.capture, reply.secrets);
  const std::optional<StateFound> state =
      read_state(*body, reading.state, operation->rules.states, reply.head.status, reply.secrets);
  if (state && state->is_known) out.state = state->state;
  out.credits = read_credits(*body, reading.credits);
  out.provider_request_id = read_shown(*body, reading.request_id, reply.secrets, 128);
  return out;
}

std::vector<MediaResult> Translator::read_addresses(const Operation& operation,
                                                    const Request& request, const json::Value& body,
                                                    std::span<const Secret> secrets,
                                                    bool fallback) const {
  std::vector<MediaResult> out =
      read_results(body, operation.reply.results, request.media, base_url_, secrets, fallback);
  for (MediaResult& result : out)
    result.needs_credential = result.needs_credential && may_send_credential_to(result.url);
  return out;
}

Result<StatusFacts> Translator::read_ending(const Operation& operation, const Request& request,
                                            const Task& task, const json::Value& body,
                                            std::span<const Secret> secrets,
                                            StatusFacts facts) const {
  const Reading& reading = operation.reply;
  if (facts.state == TaskState::ready) {
    facts.results = read_addresses(operation, request, body, secrets, false);
    facts.fallback_results = read_addresses(operation, request, body, secrets, true);
    if (facts.results.empty()) facts.results = content(request, task);
    if (facts.results.empty()) facts.results = std::exchange(facts.fallback_results, {});
    if (facts.results.empty()) {
      Request other = request;
      other.media = Media::automatic;
      facts.other_results = read_addresses(operation, other, body, secrets, false);
      facts.came = names_of(body, secrets);
    }
  } else if (has_ended_badly(facts.state)) {
    facts.refunded = description_->failed_tasks_are_free;
    facts.failure = task_failure(*description_, facts.state == TaskState::cancelled,
                                 read_reason(body, reading.failure_message, secrets),
                                 read_shown(body, reading.failure_code, secrets, 64));
  }
  return facts;
}

Result<StatusFacts> Translator::read_status(const Request& request, const Task& task,
                                            const http::Reply& reply) const {
  const Operation* const operation = description_->operations.find(OperationKind::status, request);
  if (operation == nullptr)
    return fail(ErrorKind::settings, description_->name + " has no status request for this.");
  StatusFacts out;
  const Result<json::Value> body = judge_reply(*description_, *operation, reply);
  if (!body) {
    if (body.error().kind != ErrorKind::failed) return fail(body.error());
    // The rules say that this is not a failed exchange but the end of the task.
    out.state = TaskState::failed;
    out.refunded = description_->failed_tasks_are_free;
    out.failure = body.error();
    return out;
  }
  const Reading& reading = operation->reply;
  if (const std::optional<std::string> id = json::find_text(*body, reading.id)) {
    // The address that was asked says which task it is: some write the id anew in each reply.
    if (*id != task.id) out.other_id = show_safely(*id, reply.secrets);
  }
  std::optional<StateFound> state =
      read_state(*body, reading.state, operation->rules.states, reply.head.status, reply.secrets);
  // Nothing is said of the state, but there is what was waited for.
  if (!state || state->is_by_http_status)
    for (const bool fallback : {false, true})
      if (!read_addresses(*operation, request, *body, reply.secrets, fallback).empty())
        state = StateFound{TaskState::ready, "a result", true};
  if (!state) return fail(unreadable(*description_, reply, "names no state of the task"));
  out.state = state->is_known ? state->state : TaskState::running;
  out.provider_word = state->word;
  out.known_word = state->is_known;
  if (reading.progress) out.progress = read_progress(*body, *reading.progress);
  out.credits = read_credits(*body, reading.credits);
  out.captured = read_captured(*body, reading.capture, reply.secrets);
  Task known = task;
  for (const json::Member& member : out.captured) known.captured.set(member.name, member.value);
  return read_ending(*operation, request, known, *body, reply.secrets, std::move(out));
}

Result<StatusFacts> Translator::read_result(const Request& request, const Task& task,
                                            const http::Reply& reply) const {
  const Operation* const operation = description_->operations.find(OperationKind::result, request);
  if (operation == nullptr)
    return fail(ErrorKind::settings, description_->name + " has no result request for this.");
  StatusFacts out;
  const Result<json::Value> body = judge_reply(*description_, *operation, reply);
  if (!body) {
    if (body.error().kind != ErrorKind::failed) return fail(body.error());
    out.state = TaskState::failed;
    out.refunded = description_->failed_tasks_are_free;
    out.failure = body.error();
    return out;
  }
  out.state = TaskState::ready;
  out.credits = read_credits(*body, operation->reply.credits);
  return read_ending(*operation, request, task, *body, reply.secrets, std::move(out));
}

Result<ListPage> Translator::read_list(const Request& request, unsigned page,
                                       const http::Reply& reply) const {
  const Operation* const operation = description_->operations.find(OperationKind::list, request);
  if (operation == nullptr)
    return fail(ErrorKind::settings, description_->name + " has no list request.");
  const Result<json::Value> body = judge_reply(*description_, *operation, reply);
  if (!body) return fail(body.error());
  const Reading& reading = operation->reply;
  const json::Value* const found = reading.items ? reading.items->first(*body) : nullptr;
  const json::Array* const items = found != nullptr ? found->as_array() : nullptr;
  if (items == nullptr) return fail(unreadable(*description_, reply, "holds no list of tasks"));
  ListPage out;
  for (const json::Value& item : *items) {
    ListedTask task;
    std::optional<std::string> id = read_id(item, reading.id, reply.secrets);
    if (!id) continue;
    task.id = std::move(*id);
    task.model = listed_model(item, reading.model, request.model);
    task.prompt = read_string(item, reading.prompt).value_or(std::string());
    task.task_type = read_string(item, reading.task_type).value_or(std::string());
    if (reading.created_at) task.created_at = read_time(item, *reading.created_at);
    const std::optional<StateFound> state =
        read_state(item, reading.state, operation->rules.states, reply.head.status, reply.secrets);
    if (state && state->is_known) task.state = state->state;
    out.tasks.push_back(std::move(task));
  }
  const double seen = (static_cast<double>(page) + 1) * operation->page_size;
  const json::Value* const more = json::find_value(*body, reading.has_more);
  const std::optional<double> total = json::find_number(*body, reading.total);
  if (more != nullptr && more->as_bool() != nullptr)
    out.has_more = *more->as_bool();
  else if (total)
    out.has_more = seen < *total;
  else
    out.has_more = items->size() >= operation->page_size;
  // Whatever it says, nothing follows an empty page.
  out.has_more = out.has_more && !items->empty();
  return out;
}

Result<bool> Translator::read_cancel(const Request& request, const http::Reply& reply) const {
  const Operation* const operation = description_->operations.find(OperationKind::cancel, request);
  if (operation == nullptr)
    return fail(ErrorKind::settings, description_->name + " has no cancel request.");
  const Result<json::Value> body = judge_reply(*description_, *operation, reply);
  if (!body) {
    const ErrorKind kind = body.error().kind;
    // Too late, or gone already: nothing was cancelled, and nothing is wrong.
    if (kind == ErrorKind::not_found || kind == ErrorKind::rejected) return false;
    return fail(body.error());
  }
  const std::optional<StateFound> state = read_state(
      *body, operation->reply.state, operation->rules.states, reply.head.status, reply.secrets);
  return !state || !state->is_known || state->state != TaskState::ready;
}

}  // namespace prompt::provider
