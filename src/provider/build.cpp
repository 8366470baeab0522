// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/build.h"

#include "base/text.h"
#include "http/url.h"
#include "json/write.h"
#include "provider/multipart.h"

namespace prompt::provider {
namespace {

json::Value image_value(const Image& image) {
  if (image.data.empty()) return json::Value(image.url);
  json::Object out;
  out.set("data", json::Value(image.data));
  out.set("content-type", json::Value(image.content_type));
  return json::Value(std::move(out));
}

// Appends the members whose placeholders are set.
Result<void> append_query(const Operation& operation, const json::Lookup& lookup,
                          std::string& url) {
  bool is_first = url.find('?') == std::string::npos;
  for (const NamedTemplate& member : operation.query) {
    const Result<std::optional<std::string>> value = member.value.render(lookup);
    if (!value) return fail(value.error());
    if (!*value) continue;
    const OwnedString name(g_uri_escape_string(member.name.c_str(), nullptr, FALSE));
    url.append(is_first ? "?" : "&").append(name.get()).append("=").append(**value);
    is_first = false;
  }
  return {};
}

Result<std::string> build_url(const Operation& operation, const std::string& base_url,
                              const json::Lookup& lookup, const json::Object& captured) {
  const json::Value* const given =
      operation.url_from.empty() ? nullptr : captured.find(operation.url_from);
  if (given != nullptr && given->as_string() != nullptr) {
    if (std::optional<std::string> url = resolve_url(base_url, *given->as_string()))
      return std::move(*url);
  }
  if (!operation.path)
    return fail(
        ErrorKind::settings,
        format("The address for the %s request (\"%s\") is not known, as the provider gives "
               "it only when a task is made: use the library that asked for the task.",
               to_string(operation.kind), operation.url_from.c_str()));
  const Result<http::Url> base = http::Url::parse_base(base_url);
  if (!base) return fail(base.error());
  const Result<std::optional<std::string>> path = operation.path->render(lookup);
  if (!path) return fail(path.error());
  if (!*path)
    return fail(ErrorKind::settings,
                format("The %s request needs %s, which is not set.", to_string(operation.kind),
                       join(operation.path->names()).c_str()));
  return base->join(**path);
}

Result<void> add_body(const Operation& operation, const json::Lookup& lookup, http::Request& out) {
  if (!operation.body) return {};
  const Result<json::Value> body = operation.body->render(lookup);
  if (!body) return fail(body.error());
  if (operation.body_kind == Operation::BodyKind::json) {
    out.content_type = "application/json";
    out.body = json::write(*body);
    return {};
  }
  Result<Multipart> multipart = write_multipart(*body->as_object());
  if (!multipart) return fail(multipart.error());
  out.content_type = std::move(multipart->content_type);
  out.body = std::move(multipart->body);
  return {};
}

}  // namespace

json::Lookup Variables::lookup() const {
  return [this](std::string_view name) {
    return values_.find(name);
  };
}

Variables submit_variables(const Description& description, const Request& request,
                           const std::string& callback_url) {
  Variables out;
  const Model* const model = description.model_of(request);
  if (!request.model.empty()) out.set("model", json::Value(request.model));
  // "owner/name:version"
  if (const std::size_t colon = request.model.rfind(':');
      colon != std::string::npos && colon + 1 < request.model.size())
    out.set("model-version", json::Value(request.model.substr(colon + 1)));
  if (!request.prompt.empty()) out.set("prompt", json::Value(request.prompt));
  // An image's duration is how long it is shown, which is no matter of the provider's.
  if (request.duration_s > 0 && model != nullptr && model->duration)
    out.set("duration", json::Value(static_cast<std::int64_t>(request.duration_s)));
  if (!request.aspect_ratio.empty()) out.set("aspect-ratio", json::Value(request.aspect_ratio));
  if (!request.resolution.empty()) out.set("resolution", json::Value(request.resolution));
  if (request.generate_audio) out.set("generate-audio", json::Value(*request.generate_audio));
  if (request.seed) out.set("seed", json::Value(*request.seed));
  if (!request.images.empty()) {
    json::Array images;
    for (const Image& image : request.images) images.push_back(image_value(image));
    out.set("images", json::Value(std::move(images)));
  }
  json::Object parameters = request.parameters;
  if (model != nullptr) {
    for (const auto& [name, rule] : model->parameters)
      if (rule.sent_value && parameters.find(name) == nullptr)
        parameters.set(name, *rule.sent_value);
  }
  if (!parameters.empty()) out.set("parameters", json::Value(std::move(parameters)));
  if (!callback_url.empty()) out.set("callback-url", json::Value(callback_url));
  return out;
}

Variables task_variables(const Request& request, const Task& task) {
  Variables out;
  if (!request.model.empty()) out.set("model", json::Value(request.model));
  out.set("task-id", json::Value(task.id));
  for (const json::Member& member : task.captured) out.set("captured." + member.name, member.value);
  return out;
}

std::optional<std::string> resolve_url(const std::string& base_url, const std::string& given) {
  const std::string text(http::without_space_around(given));
  const bool is_path = text.rfind("/", 0) == 0;
  if (!is_path && text.find("://") == std::string::npos) return std::nullopt;
  const Result<http::Url> base = http::Url::parse_base(base_url);
  if (is_path && !base) return std::nullopt;
  const Result<http::Url> url = is_path ? base->resolve(text) : http::Url::parse(text);
  if (!url) return std::nullopt;
  return url->text();
}

Result<http::Request> build_request(const Operation& operation, const std::string& base_url,
                                    const Variables& variables, const json::Object& captured) {
  const json::Lookup lookup = variables.lookup();
  http::Request out;
  out.method = operation.method;
  out.max_reply_bytes = operation.max_reply_bytes;
  Result<std::string> url = build_url(operation, base_url, lookup, captured);
  if (!url) return fail(url.error());
  out.url = std::move(*url);
  if (const Result<void> done = append_query(operation, lookup, out.url); !done)
    return fail(done.error());
  for (const NamedTemplate& header : operation.headers) {
    Result<std::optional<std::string>> value = header.value.render(lookup);
    if (!value) return fail(value.error());
    if (*value) out.headers.push_back(http::Header{header.name, std::move(**value)});
  }
  if (const Result<void> done = add_body(operation, lookup, out); !done) return fail(done.error());
  return out;
}

}  // namespace prompt::provider
