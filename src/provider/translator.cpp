// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The translator's build side: requests, and who may be sent the key. The read side is in
// translator_read.cpp.
#include "provider/translator.h"

#include <algorithm>

#include "base/text.h"
#include "http/url.h"
#include "provider/build.h"

namespace prompt::provider {
namespace {

tl::unexpected<Error> no_operation(const Description& description, OperationKind kind) {
  return fail(ErrorKind::settings, format("%s has no %s request for these settings: change them.",
                                          description.name.c_str(), to_string(kind)));
}

}  // namespace

Translator::Translator(std::shared_ptr<const Description> description, std::string base_url)
    : description_(std::move(description)), base_url_(std::move(base_url)) {
  while (!base_url_.empty() && base_url_.back() == '/') base_url_.pop_back();
  const std::string& ending = description_->base_url_ending;
  if (!ending.empty() && base_url_.ends_with(ending))
    base_url_.resize(base_url_.size() - ending.size());
}

Result<http::Request> Translator::submit(const Request& request,
                                         const std::string& callback_url) const {
  const Operation* const operation = description_->operations.find(OperationKind::submit, request);
  if (operation == nullptr) return no_operation(*description_, OperationKind::submit);
  if (!callback_url.empty() && !operation->uses("callback-url"))
    return fail(ErrorKind::settings,
                format("The property \"callback-url\" is set, but %s has no place for it: leave it "
                       "unset.",
                       description_->name.c_str()));
  return build_request(*operation, base_url_,
                       submit_variables(*description_, request, callback_url), {});
}

Result<http::Request> Translator::build(OperationKind kind, const Request& request,
                                        const Task& task) const {
  const Operation* const operation = description_->operations.find(kind, request);
  if (operation == nullptr) return no_operation(*description_, kind);
  return build_request(*operation, base_url_, task_variables(request, task), task.captured);
}

Result<http::Request> Translator::status(const Request& request, const Task& task) const {
  return build(OperationKind::status, request, task);
}

std::optional<Result<http::Request>> Translator::result(const Request& request,
                                                        const Task& task) const {
  if (description_->operations.find(OperationKind::result, request) == nullptr) return std::nullopt;
  return build(OperationKind::result, request, task);
}

std::vector<MediaResult> Translator::content(const Request& request, const Task& task) const {
  const Result<http::Request> built = build(OperationKind::content, request, task);
  if (!built) return {};
  MediaResult out;
  out.url = built->url;
  out.needs_credential = may_send_credential_to(built->url);
  out.is_content = true;
  return {std::move(out)};
}

bool Translator::has_list() const { return !description_->operations.list.empty(); }

Result<http::Request> Translator::list(const Request& request, unsigned page) const {
  const Operation* const operation = description_->operations.find(OperationKind::list, request);
  if (operation == nullptr) return no_operation(*description_, OperationKind::list);
  Variables variables;
  if (!request.model.empty()) variables.set("model", json::Value(request.model));
  variables.set("page", json::Value(std::int64_t{page}));
  variables.set("page-number", json::Value(std::int64_t{page} + 1));
  variables.set("offset", json::Value(std::int64_t{page} * operation->page_size));
  variables.set("page-size", json::Value(std::int64_t{operation->page_size}));
  return build_request(*operation, base_url_, variables, {});
}

std::string Translator::expected_task_type(const Request& request) const {
  const Operation* const operation = description_->operations.find(OperationKind::list, request);
  if (operation == nullptr) return {};
  for (const TaskType& type : operation->task_types)
    if (type.select.matches(request)) return type.name;
  return {};
}

bool Translator::has_cancel() const { return !description_->operations.cancel.empty(); }

Result<http::Request> Translator::cancel(const Request& request, const Task& task) const {
  return build(OperationKind::cancel, request, task);
}

bool Translator::may_send_credential_to(const std::string& url) const {
  const Result<http::Url> target = http::Url::parse(url);
  const Result<http::Url> base = http::Url::parse_base(base_url_);
  if (!target) return false;
  if (base && http::same_origin(*target, *base)) return true;
  // Listed hosts are reached by https alone: the origin that is compared with says so.
  return std::any_of(description_->hosts.begin(), description_->hosts.end(),
                     [&](const std::string& host) {
                       const Result<http::Url> allowed = http::Url::parse_base("https://" + host);
                       return allowed && http::same_origin(*target, *allowed);
                     });
}

Result<bool> Translator::authorize(http::Request& request, const Secret& key) const {
  const Auth& auth = description_->auth;
  if (auth.scheme == Auth::Scheme::none || key.empty()) return false;
  // A line end would end the header: libsoup would then drop it and send the request without.
  if (!key.is_one_word())
    return fail(ErrorKind::settings,
                format("The API key for %s holds a space, a control or a non-ASCII character: copy "
                       "it again.",
                       description_->name.c_str()));
  if (!may_send_credential_to(request.url)) return false;
  request.credential.name = auth.header;
  request.credential.prefix = auth.word.empty() ? std::string() : auth.word + " ";
  request.credential.key = key;
  return true;
}

}  // namespace prompt::provider
