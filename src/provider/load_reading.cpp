// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a description says about replies: where things are, and what unsuccessful ones mean.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "provider/loader_parts.h"

namespace prompt::provider {
namespace {

// {"at": paths, "is": values}; `is` may be missing where a reader allows it.
struct AtIs {
  json::Paths at;
  std::vector<json::Value> is;
};

AtIs load_at_is(Problems& problems, const Node& node, bool needs_is) {
  ObjectReader reader(problems, node);
  AtIs out;
  out.at = reader.required_paths("at");
  if (needs_is && !reader.has("is")) reader.report("is", "a value or a list of values", "nothing");
  out.is = reader.scalars("is");
  reader.finish();
  return out;
}

// {"path": value or values, ...}
std::vector<ReplyWhere> load_reply_where(ObjectReader& reader) {
  std::vector<ReplyWhere> out;
  for (const auto& [name, node] : reader.members("where")) {
    const json::Value path(name);
    ReplyWhere where;
    where.at = read_paths(reader.problems(), Node{&path, node.pointer});
    where.values = read_scalars(reader.problems(), node);
    out.push_back(std::move(where));
  }
  if (reader.has("where") && out.empty())
    reader.report("where", "at least one path and its value", "none");
  return out;
}

std::vector<StateWord> load_states(ObjectReader& reader) {
  constexpr std::array states = {TaskState::queued, TaskState::running, TaskState::ready,
                                 TaskState::failed, TaskState::cancelled};
  std::vector<StateWord> out;
  const Node node = reader.member("states");
  if (!node) return out;
  ObjectReader table(reader.problems(), node);
  for (const TaskState state : states) {
    for (const Node& item : table.items(to_string(state))) {
      StateWord word;
      word.state = state;
      if (item.value->as_object() != nullptr) {
        ObjectReader inner(reader.problems(), item);
        if (!inner.has("http-status"))
          inner.report("http-status", "an HTTP status from 200 to 299", "nothing");
        word.http_status = static_cast<int>(inner.integer("http-status", 200, 299).value_or(200));
        inner.finish();
      } else {
        const std::vector<json::Value> values = read_scalars(reader.problems(), item);
        if (!values.empty()) word.word = values.front();
      }
      const bool is_taken = std::any_of(out.begin(), out.end(), [&](const StateWord& other) {
        return other.http_status == word.http_status && other.word == word.word;
      });
      if (is_taken)
        reader.problems().report(item.pointer, "each word once", describe(*item.value) + " again");
      out.push_back(std::move(word));
    }
  }
  table.finish();
  return out;
}

std::optional<std::pair<int, int>> read_http_status(const json::Value& value) {
  if (const std::int64_t* const status = value.as_int()) {
    if (*status >= 100 && *status <= 599)
      return std::pair<int, int>(static_cast<int>(*status), static_cast<int>(*status));
  } else if (const std::string* const text = value.as_string()) {
    if (text->size() == 3 && text->substr(1) == "xx" && (*text)[0] >= '2' && (*text)[0] <= '5') {
      const int hundreds = ((*text)[0] - '0') * 100;
      return std::pair<int, int>(hundreds, hundreds + 99);
    }
  }
  return std::nullopt;
}

const std::array<std::string, 7>& error_kinds() {
  static const std::array<std::string, 7> kinds = {
      "not-authorized", "not-found", "busy", "rejected", "failed", "network", "malformed"};
  return kinds;
}

ErrorRule load_error_rule(Problems& problems, const Node& node) {
  ErrorRule out;
  ObjectReader reader(problems, node);
  static_cast<void>(reader.text("note"));
  for (const json::Value& value : reader.scalars("http-status")) {
    if (const auto range = read_http_status(value))
      out.http_status.push_back(*range);
    else
      reader.report("http-status", "an HTTP status, \"4xx\" or \"5xx\"", describe(value));
  }
  if (const Node code = reader.member("code")) {
    AtIs at_is = load_at_is(problems, code, false);
    out.code_at = std::move(at_is.at);
    out.codes = std::move(at_is.is);
  }
  out.where = load_reply_where(reader);
  std::string kind = reader.choice("kind", error_kinds());
  std::replace(kind.begin(), kind.end(), '-', '_');
  out.kind = error_kind_from_string(kind);
  out.retriable = reader.truth("retriable");
  out.message_at = reader.paths("message");
  reader.finish();
  return out;
}

std::vector<ErrorRule> load_errors(ObjectReader& reader) {
  std::vector<ErrorRule> out;
  bool is_closed = false;
  for (const Node& node : reader.items("errors")) {
    if (is_closed)
      reader.problems().report(node.pointer, "rules that are reached",
                               "one behind a rule without conditions");
    out.push_back(load_error_rule(reader.problems(), node));
    const ErrorRule& rule = out.back();
    is_closed = is_closed || (rule.http_status.empty() && rule.codes.empty() && rule.where.empty());
  }
  return out;
}

ResultRule load_result(Problems& problems, const Node& node) {
  static const std::array<std::string, 3> media = {"video", "image", "audio"};
  ResultRule out;
  ObjectReader reader(problems, node);
  for (const Node& item : reader.items("media")) {
    const std::string* const name = item.value->as_string();
    if (name == nullptr || std::find(media.begin(), media.end(), *name) == media.end())
      problems.report(item.pointer, one_of(media), describe(*item.value));
    else
      out.media.push_back(*media_from_string(*name));
  }
  out.items = reader.path("items");
  out.where = load_reply_where(reader);
  out.url = reader.required_paths("url");
  out.content_type = reader.paths("content-type");
  out.title = reader.paths("title");
  out.with_credential = reader.truth("with-credential").value_or(false);
  out.is_fallback = reader.truth("fallback").value_or(false);
  reader.finish();
  return out;
}

TimeReading load_time(Problems& problems, const Node& node) {
  static const std::array<std::string, 3> formats = {"rfc3339", "unix", "unix-ms"};
  TimeReading out;
  ObjectReader reader(problems, node);
  out.at = reader.required_paths("at");
  if (!reader.has("format")) reader.report("format", one_of(formats), "nothing");
  const std::string format = reader.choice("format", formats);
  if (format == "unix") out.format = TimeReading::Format::unix_seconds;
  if (format == "unix-ms") out.format = TimeReading::Format::unix_milliseconds;
  reader.finish();
  return out;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return g_ascii_isalnum(c) || c == '-' || c == '_';
  });
}

void load_capture(ObjectReader& reader, Reading& out) {
  for (const auto& [name, node] : reader.members("capture")) {
    if (!is_name(name))
      reader.problems().report(node.pointer, "a name of letters, digits, - and _",
                               "\"" + name + "\"");
    out.capture.emplace_back(name, read_paths(reader.problems(), node));
  }
}

void load_task_reading(ObjectReader& reader, Reading& out) {
  out.state = reader.paths("state");
  out.credits = reader.paths("credits");
  out.request_id = reader.paths("request-id");
  load_capture(reader, out);
}

void load_results(ObjectReader& reader, Reading& out) {
  for (const Node& item : reader.items("results"))
    out.results.push_back(load_result(reader.problems(), item));
  out.failure_code = reader.paths("failure-code");
  out.failure_message = reader.paths("failure-message");
}

void load_list_reading(ObjectReader& reader, Reading& out) {
  if (!reader.has("items")) reader.report("items", "the path of the list", "nothing");
  out.items = reader.path("items");
  out.id = reader.required_paths("id");
  out.model = reader.required_paths("model");
  out.prompt = reader.required_paths("prompt");
  out.task_type = reader.paths("task-type");
  out.state = reader.paths("state");
  out.total = reader.paths("total");
  out.has_more = reader.paths("has-more");
  if (const Node time = reader.required_member("created-at", "an object"))
    out.created_at = load_time(reader.problems(), time);
}

}  // namespace

ReplyRules load_reply_rules(ObjectReader& reader, const ReplyRules& general) {
  ReplyRules out = general;
  if (const Node node = reader.member("success")) {
    AtIs at_is = load_at_is(reader.problems(), node, true);
    out.success = SuccessGuard{std::move(at_is.at), std::move(at_is.is)};
  }
  if (reader.has("http-status-at")) out.http_status_at = reader.paths("http-status-at");
  if (reader.has("states")) out.states = load_states(reader);
  if (reader.has("errors")) out.errors = load_errors(reader);
  // Asked for in any case, so that they count as known members.
  for (const char* const name : {"http-status-at", "states", "errors"})
    static_cast<void>(reader.member(name));
  return out;
}

Reading load_reading(Problems& problems, const Node& node, OperationKind kind) {
  Reading out;
  ObjectReader reader(problems, node);
  switch (kind) {
    case OperationKind::submit:
      out.id = reader.required_paths("id");
      load_task_reading(reader, out);
      break;
    case OperationKind::status:
      out.id = reader.paths("id");
      load_task_reading(reader, out);
      load_results(reader, out);
      if (const Node progress = reader.member("progress")) {
        ObjectReader inner(problems, progress);
        NumberReading number;
        number.at = inner.required_paths("at");
        number.scale = inner.number("scale", 1e-3, 1e9).value_or(1);
        inner.finish();
        out.progress = std::move(number);
      }
      break;
    case OperationKind::result:
      out.credits = reader.paths("credits");
      if (!reader.has("results"))
        reader.report("results", "a list with at least one result", "nothing");
      load_results(reader, out);
      break;
    case OperationKind::list:
      load_list_reading(reader, out);
      break;
    case OperationKind::cancel:
      out.state = reader.paths("state");
      break;
    case OperationKind::content:
      break;
  }
  reader.finish();
  return out;
}

}  // namespace prompt::provider
