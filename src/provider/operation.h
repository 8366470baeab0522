// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One thing that can be asked of a provider, as a complete visible request, and where in the reply
// things are. Written by the loader only, read by the translator.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/message.h"
#include "json/path.h"
#include "json/template.h"
#include "json/text_template.h"
#include "json/value.h"
#include "json/wanted.h"
#include "provider/facts.h"
#include "provider/model.h"
#include "provider/request.h"

namespace prompt::provider {

/// Whether a name of models in a `select` is a pattern: "*/*".
[[nodiscard]] bool is_pattern(std::string_view name);

/// Which requests an operation is for; what is not given does not matter.
struct Select {
  std::vector<std::string> models;  ///< Ids, or patterns in which "*" is any text.
  std::vector<std::string> not_models;
  std::vector<Media> media;
  std::optional<bool> has_images;

  [[nodiscard]] bool matches(const Request& request) const;
};

/// "HTTP 200 but failed": the value that a reply must have to be believed.
struct SuccessGuard {
  json::Paths at;
  std::vector<json::Value> values;
};

/// A provider's word, number or truth value for a state; or, where the reply has none, the HTTP
/// status that stands for it.
struct StateWord {
  TaskState state = TaskState::running;
  json::Value word;     ///< Null where `http_status` is set.
  int http_status = 0;  ///< 0: a word.
};

/// Values that must stand at places of a reply (or of an item of one).
struct ReplyWhere {
  json::Paths at;
  std::vector<json::Value> values;
};

/// What an unsuccessful reply means. Rules are tried in order; the first that fits counts.
struct ErrorRule {
  std::vector<std::pair<int, int>> http_status;  ///< Ranges, ends included; empty: any.
  json::Paths code_at;
  std::vector<json::Value> codes;  ///< Empty: any, also none.
  std::vector<ReplyWhere> where;
  std::optional<ErrorKind> kind;  ///< Nothing: as the HTTP status says.
  std::optional<bool> retriable;
  json::Paths message_at;
};

/// How a successful and an unsuccessful reply are told apart and what they mean.
struct ReplyRules {
  std::optional<SuccessGuard> success;
  json::Paths http_status_at;  ///< A number from 400 to 599 there counts as the HTTP status.
  std::vector<StateWord> states;
  std::vector<ErrorRule> errors;
};

/// Where results are in a finished task's reply.
struct ResultRule {
  std::vector<Media> media;         ///< Of the request; empty: any.
  std::optional<json::Path> items;  ///< An item, or a list of items; none: the reply itself.
  std::vector<ReplyWhere> where;
  json::Paths url;
  json::Paths content_type;
  json::Paths title;
  bool with_credential = false;  ///< Behind the key, when on an origin that may have it.
  bool is_fallback = false;      ///< For when the `content` operation leads to nothing.
};

struct TimeReading {
  enum class Format { rfc3339, unix_seconds, unix_milliseconds };
  json::Paths at;
  Format format = Format::rfc3339;
};

struct NumberReading {
  json::Paths at;
  double scale = 1;  ///< The value at completion: 100 for percent.
};

/// Where in a reply things are. Which members count depends on the kind of operation.
struct Reading {
  json::Paths id;
  json::Paths state;
  json::Paths credits;
  json::Paths request_id;
  std::optional<NumberReading> progress;
  std::vector<ResultRule> results;
  json::Paths failure_code;
  json::Paths failure_message;
  std::vector<std::pair<std::string, json::Paths>> capture;  ///< Texts for later operations.
  // A list of tasks; the paths below start at the item, those of the page at the reply.
  std::optional<json::Path> items;
  json::Paths model;
  json::Paths prompt;
  json::Paths task_type;
  std::optional<TimeReading> created_at;
  json::Paths total;     ///< Number of tasks on all pages.
  json::Paths has_more;  ///< A truth value.
};

/// A query's or a header's member; one whose placeholder is unset is left out.
struct NamedTemplate {
  std::string name;
  json::TextTemplate value;
};

/// The type of task that the provider says it makes of certain requests.
struct TaskType {
  Select select;
  std::string name;
};

enum class OperationKind { submit, status, result, content, list, cancel };

[[nodiscard]] const char* to_string(OperationKind kind);

struct Operation {
  OperationKind kind = OperationKind::submit;
  std::string pointer;  ///< Where it stands in its file, for messages.
  Select select;
  std::string method = "GET";
  std::optional<json::TextTemplate> path;  ///< Relative to the base URL; none: only `url_from`.
  std::string url_from;                    ///< A captured URL, tried before `path`.
  std::vector<NamedTemplate> query;
  std::vector<NamedTemplate> headers;
  enum class BodyKind { none, json, multipart };
  BodyKind body_kind = BodyKind::none;
  std::optional<json::Template> body;
  std::vector<std::string> names;  ///< Of all placeholders in it, sorted, each once.
  Reading reply;
  ReplyRules rules;
  json::Paths callback_id;  ///< Of a submit: the task's id in the body of a callback.
  unsigned page_size = 0;   ///< Of a list.
  std::size_t max_reply_bytes = http::usual_reply_bytes;
  std::shared_ptr<const json::Wanted> wanted;  ///< What of a reply is read at all; nullptr: all.
  std::vector<TaskType> task_types;            ///< Of a list.

  /// After `reply` and `rules` have changed.
  void note_wanted();
  /// Whether it has a place for the placeholder of this name.
  [[nodiscard]] bool uses(std::string_view name) const;
};

struct Operations {
  std::vector<Operation> submit;
  std::vector<Operation> status;
  std::vector<Operation> result;
  std::vector<Operation> content;
  std::vector<Operation> list;
  std::vector<Operation> cancel;

  /// Those of one kind.
  [[nodiscard]] const std::vector<Operation>& of(OperationKind kind) const;
  /// The one of this kind for this request, or nullptr.
  [[nodiscard]] const Operation* find(OperationKind kind, const Request& request) const;
};

}  // namespace prompt::provider
