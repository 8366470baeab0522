// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The members of `operations` of a description: complete requests.
#include <glib.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/message.h"
#include "provider/loader_parts.h"

namespace prompt::provider {
namespace {

constexpr std::string_view captured_prefix = "captured.";

/// Of what an operation may ask for.
constexpr std::int64_t largest_reply = 32L * 1024 * 1024;

std::vector<std::string> placeholders_of(OperationKind kind) {
  switch (kind) {
    case OperationKind::submit:
      return {"model",        "model-version", "prompt",         "duration",
              "aspect-ratio", "resolution",    "generate-audio", "seed",
              "images",       "parameters",    "callback-url"};
    case OperationKind::list:
      return {"model", "page", "page-number", "offset", "page-size"};
    default:
      return {"task-id", "model"};
  }
}

class OperationLoader {
 public:
  OperationLoader(Problems& problems, OperationKind kind)
      : problems_(problems), kind_(kind), known_(placeholders_of(kind)) {}

  // Adds names of placeholders and reports those that are not filled here.
  void use(const std::vector<std::string>& names, const std::string& pointer) {
    for (const std::string& name : names) {
      const bool is_captured = kind_ != OperationKind::submit && kind_ != OperationKind::list &&
                               name.size() > captured_prefix.size() &&
                               name.rfind(captured_prefix, 0) == 0;
      if (!is_captured && std::find(known_.begin(), known_.end(), name) == known_.end())
        problems_.report(pointer, "no placeholder but " + join(known_), "${" + name + "}");
      names_.push_back(name);
    }
  }

  std::optional<json::TextTemplate> load_path(const Node& node) {
    const std::string* const text = node.value->as_string();
    if (text == nullptr || text->empty() || text->front() != '/') {
      problems_.report(node.pointer, "a path that begins with a slash", describe(*node.value));
      return std::nullopt;
    }
    if (text->find_first_of("?#") != std::string::npos) {
      problems_.report(node.pointer, "a path without a query (there is a member \"query\")",
                       describe(*node.value));
      return std::nullopt;
    }
    Result<json::TextTemplate> path = json::TextTemplate::parse(*text, json::TextUse::path);
    if (!path) {
      problems_.report(node.pointer, "a path with placeholders",
                       describe(*node.value) + " (" + path.error().message + ")");
      return std::nullopt;
    }
    use(path->names(), node.pointer);
    return std::move(*path);
  }

  void load_body(const Node& node, Operation& out) {
    ObjectReader reader(problems_, node);
    const Node as_json = reader.member("json");
    const Node as_multipart = reader.member("multipart");
    reader.finish();
    if (static_cast<bool>(as_json) == static_cast<bool>(as_multipart)) {
      problems_.report(node.pointer, "one of \"json\" and \"multipart\"",
                       as_json ? "both" : "none");
      return;
    }
    const Node& body = as_json ? as_json : as_multipart;
    if (body.value->as_object() == nullptr) {
      problems_.report(body.pointer, "an object", describe(*body.value));
      return;
    }
    Result<json::Template> parsed = json::Template::parse(*body.value, body.pointer);
    if (!parsed) {
      // The template's own message begins with the place.
      std::string message = parsed.error().message;
      if (!message.empty() && message.back() == '.') message.pop_back();
      const std::size_t end = message.find(": ", body.pointer.size());
      const bool is_placed = end != std::string::npos;
      problems_.report(is_placed ? message.substr(0, end) : body.pointer, "a template",
                       "what is none: " + (is_placed ? message.substr(end + 2) : message));
      return;
    }
    use(parsed->names(), body.pointer);
    out.body_kind = as_json ? Operation::BodyKind::json : Operation::BodyKind::multipart;
    out.body = std::move(*parsed);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out = names_;
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

 private:
  Problems& problems_;
  OperationKind kind_;
  std::vector<std::string> known_;
  std::vector<std::string> names_;
};

Select load_select(Problems& problems, const Node& node) {
  static const std::array<std::string, 3> media = {"video", "image", "audio"};
  Select out;
  ObjectReader reader(problems, node);
  out.models = reader.texts("models");
  out.not_models = reader.texts("not-models");
  const std::vector<std::string> names = reader.texts("media");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(media.begin(), media.end(), names[i]) == media.end())
      problems.report(pointer_to(pointer_to(node.pointer, "media"), i), one_of(media),
                      "\"" + names[i] + "\"");
    else
      out.media.push_back(*media_from_string(names[i]));
  }
  out.has_images = reader.truth("has-images");
  reader.finish();
  return out;
}

std::string load_method(ObjectReader& reader, OperationKind kind) {
  static const std::array<std::string, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  static const std::array<std::string, 3> with_body = {"POST", "PUT", "PATCH"};
  if (kind == OperationKind::content) return "GET";
  if (kind == OperationKind::submit) {
    // A GET may be repeated by anything on its way; what costs money may not.
    const std::string method = reader.choice("method", with_body);
    return method.empty() ? "POST" : method;
  }
  const std::string method = reader.choice("method", methods);
  if (kind == OperationKind::cancel && method.empty() && !reader.has("method"))
    reader.report("method", one_of(methods), "nothing");
  return method.empty() ? "GET" : method;
}

void load_list_members(Problems& problems, ObjectReader& reader, Operation& out) {
  if (!reader.has("page-size"))
    reader.report("page-size", "the number of items per page", "nothing");
  out.page_size = static_cast<unsigned>(reader.integer("page-size", 1, 1000).value_or(1));
  for (const Node& item : reader.items("task-types")) {
    ObjectReader inner(problems, item);
    TaskType type;
    if (const Node select = inner.member("select")) type.select = load_select(problems, select);
    type.name = inner.required_text("is");
    inner.finish();
    out.task_types.push_back(std::move(type));
  }
}

// The description's own first, then the operation's.
void load_headers(ObjectReader& reader, const std::vector<NamedTemplate>& general,
                  OperationLoader& loader, Operation& out) {
  out.headers = general;
  const std::string pointer = pointer_to(reader.pointer(), "headers");
  for (NamedTemplate& member : load_templates(reader, "headers", json::TextUse::header)) {
    loader.use(member.value.names(), pointer_to(pointer, member.name));
    out.headers.push_back(std::move(member));
  }
}

}  // namespace

bool is_usable_header(std::string_view name) {
  constexpr std::array ours = {
      "Authorization", "Proxy-Authorization", "User-Agent", "Cookie", "Range", "If-Range"};
  return http::is_token(name) && !http::is_framing_header(name) &&
         std::none_of(ours.begin(), ours.end(),
                      [&](const char* other) { return http::names_equal(name, other); });
}

std::vector<NamedTemplate> load_templates(ObjectReader& reader, std::string_view member,
                                          json::TextUse use) {
  std::vector<NamedTemplate> out;
  for (const auto& [name, node] : reader.members(member)) {
    const std::string* const text = node.value->as_string();
    if (text == nullptr) {
      reader.problems().report(node.pointer, "a string", describe(*node.value));
      continue;
    }
    if (use == json::TextUse::header && !is_usable_header(name))
      reader.problems().report(node.pointer, "a header that is free to set", "\"" + name + "\"");
    Result<json::TextTemplate> value = json::TextTemplate::parse(*text, use);
    if (!value) {
      reader.problems().report(node.pointer, "a text with placeholders",
                               describe(*node.value) + " (" + value.error().message + ")");
      continue;
    }
    out.push_back(NamedTemplate{name, std::move(*value)});
  }
  return out;
}

Operation load_operation(Problems& problems, const Node& node, OperationKind kind,
                         const ReplyRules& general, const std::vector<NamedTemplate>& headers) {
  Operation out;
  out.kind = kind;
  out.pointer = node.pointer;
  ObjectReader reader(problems, node);
  OperationLoader loader(problems, kind);
  static_cast<void>(reader.text("note"));
  if (const Node select = reader.member("select")) out.select = load_select(problems, select);
  out.method = load_method(reader, kind);
  if (const Node path = reader.member("path")) out.path = loader.load_path(path);
  if (kind != OperationKind::submit && kind != OperationKind::list)
    out.url_from = reader.text("url-from");
  if (node.value->as_object() != nullptr && !reader.has("path") && out.url_from.empty())
    reader.report("path", "a path that begins with a slash", "nothing");
  out.query = load_templates(reader, "query", json::TextUse::query);
  for (const NamedTemplate& member : out.query)
    loader.use(member.value.names(), pointer_to(pointer_to(node.pointer, "query"), member.name));
  if (kind != OperationKind::content) load_headers(reader, headers, loader, out);
  if (out.method != "GET" && out.method != "DELETE")
    if (const Node body = reader.member("body")) loader.load_body(body, out);
  if (kind == OperationKind::submit && !reader.has("body"))
    reader.report("body", "an object with \"json\" or \"multipart\"", "nothing");
  if (kind == OperationKind::list) load_list_members(problems, reader, out);
  if (kind == OperationKind::submit)
    if (const Node callback = reader.member("callback")) {
      ObjectReader inner(problems, callback);
      out.callback_id = inner.required_paths("id");
      inner.finish();
    }
  if (kind != OperationKind::content) {
    out.rules = load_reply_rules(reader, general);
    const Node reply = kind == OperationKind::cancel ? reader.member("reply")
                                                     : reader.required_member("reply", "an object");
    if (reply) out.reply = load_reading(problems, reply, kind);
  }
  if (kind != OperationKind::content)
    out.max_reply_bytes =
        static_cast<std::size_t>(reader.integer("max-reply-bytes", 1024, largest_reply)
                                     .value_or(static_cast<std::int64_t>(out.max_reply_bytes)));
  out.note_wanted();
  reader.finish();
  out.names = loader.names();
  if (!out.callback_id.empty() && !out.uses("callback-url"))
    reader.report("callback", "nothing, as ${callback-url} has no place in the request", "it");
  return out;
}

}  // namespace prompt::provider
