// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/description.h"

#include <glib.h>

#include <algorithm>

#include "base/text.h"
#include "json/parse.h"
#include "provider/read.h"

namespace prompt::provider {
namespace {

bool fits(Media wanted, Media made) { return wanted == Media::automatic || wanted == made; }

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool is_named(const std::vector<std::string>& names, const std::string& model) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name == model || (is_pattern(name) && is_valid_utf8(model) &&
                             g_pattern_match_simple(name.c_str(), model.c_str()) != 0);
  });
}

}  // namespace

bool is_pattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

bool Select::matches(const Request& request) const {
  return (models.empty() || is_named(models, request.model)) &&
         !is_named(not_models, request.model) &&
         (media.empty() || contains(media, request.media)) &&
         (!has_images || *has_images == !request.images.empty());
}

const char* to_string(OperationKind kind) {
  switch (kind) {
    case OperationKind::submit:
      return "submit";
    case OperationKind::status:
      return "status";
    case OperationKind::result:
      return "result";
    case OperationKind::content:
      return "content";
    case OperationKind::list:
      return "list";
    case OperationKind::cancel:
      return "cancel";
  }
  return "unknown";
}

bool Operation::uses(std::string_view name) const {
  return std::binary_search(names.begin(), names.end(), name);
}

void Operation::note_wanted() {
  json::Wanted out;
  // Where the judge looks for a provider's words if no rule says where they are.
  for (const char* const name : {"error", "message", "msg", "detail", "error_message", "code"})
    if (const Result<json::Path> usual = json::Path::parse(name)) out.add(*usual);
  const auto add_where = [&out](const std::vector<ReplyWhere>& where) {
    for (const ReplyWhere& condition : where) out.add(condition.at);
  };
  if (rules.success) out.add(rules.success->at);
  out.add(rules.http_status_at);
  for (const ErrorRule& rule : rules.errors) {
    out.add(rule.code_at);
    out.add(rule.message_at);
    add_where(rule.where);
  }
  for (const json::Paths* const paths : {&reply.credits, &reply.request_id, &reply.failure_code,
                                         &reply.failure_message, &reply.total, &reply.has_more})
    out.add(*paths);
  for (const auto& [name, at] : reply.capture) out.add(at);
  if (reply.progress) out.add(reply.progress->at);
  for (const ResultRule& rule : reply.results) {
    json::Paths in_item = rule.url;
    in_item.insert(in_item.end(), rule.content_type.begin(), rule.content_type.end());
    in_item.insert(in_item.end(), rule.title.begin(), rule.title.end());
    for (const ReplyWhere& condition : rule.where)
      in_item.insert(in_item.end(), condition.at.begin(), condition.at.end());
    if (rule.items)
      out.add(*rule.items, in_item);
    else
      out.add(in_item);
  }
  json::Paths in_item;
  for (const json::Paths* const paths :
       {&reply.id, &reply.state, &reply.model, &reply.prompt, &reply.task_type})
    in_item.insert(in_item.end(), paths->begin(), paths->end());
  if (reply.created_at)
    in_item.insert(in_item.end(), reply.created_at->at.begin(), reply.created_at->at.end());
  if (reply.items)
    out.add(*reply.items, in_item);
  else
    out.add(in_item);
  wanted = std::make_shared<const json::Wanted>(std::move(out));
}

const std::vector<Operation>& Operations::of(OperationKind kind) const {
  switch (kind) {
    case OperationKind::submit:
      return submit;
    case OperationKind::status:
      return status;
    case OperationKind::result:
      return result;
    case OperationKind::content:
      return content;
    case OperationKind::list:
      return list;
    case OperationKind::cancel:
      return cancel;
  }
  return submit;
}

const Operation* Operations::find(OperationKind kind, const Request& request) const {
  for (const Operation& operation : of(kind))
    if (operation.select.matches(request)) return &operation;
  return nullptr;
}

const Model* Description::find_model(std::string_view model_id, Media media) const {
  for (const Model& model : models)
    if (!model.is_any() && model.id == model_id) return &model;
  for (const Model& model : models)
    if (model.is_any() && fits(media, model.media)) return &model;
  return nullptr;
}

const Model* Description::default_model(Media media) const {
  const Model* first = nullptr;
  for (const Model& model : models) {
    if (!fits(media, model.media)) continue;
    if (first == nullptr) first = &model;
    if (model.is_default && model.media == first->media) return &model;
  }
  return first;
}

const Model* Description::model_of(const Request& request) const {
  return request.model.empty() ? default_model(request.media)
                               : find_model(request.model, request.media);
}

bool Description::takes_callback(const Request& request) const {
  const Operation* const submit = operations.find(OperationKind::submit, request);
  return submit != nullptr && submit->uses("callback-url");
}

std::optional<std::string> Description::announced_task(const Request& request,
                                                       std::string_view body) const {
  const Operation* const submit = operations.find(OperationKind::submit, request);
  if (submit == nullptr || submit->callback_id.empty()) return std::nullopt;
  const Result<json::Value> value = json::parse(body);
  if (!value) return std::nullopt;
  return read_id(*value, submit->callback_id);
}

TypicalTime Description::typical_time(const Request& request) const {
  const Model* const model = model_of(request);
  if (model != nullptr) {
    for (const TypicalRow& row : model->typical)
      if (matches(row.where, *model, request)) return row.time;
  }
  return typical;
}

}  // namespace prompt::provider
