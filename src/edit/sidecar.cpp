// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/sidecar.h"

#include <glib.h>
#include <json-glib/json-glib.h>

#include <memory>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "edit/ordinary_file.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::edit {
namespace {

// "version" grows when a member changes its meaning; new members may come at any time.
constexpr const char* format_name = "gst-prompt take";
constexpr int format_version = 1;
constexpr std::size_t largest_sidecar = 4UL << 20;

json::Value time_or_null(const std::optional<std::int64_t>& unix_ms) {
  return unix_ms ? json::Value(utc_text(*unix_ms)) : json::Value();
}

json::Value words_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value member_or_null(const json::Object& object, const char* name) {
  const json::Value* const found = object.find(name);
  return found != nullptr ? *found : json::Value();
}

// People read it, so it is indented; json-glib keeps the members in their order.
std::string indented(const json::Object& object) {
  const std::string compact = json::write(json::Value(object));
  const std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser(json_parser_new(),
                                                                      g_object_unref);
  if (json_parser_load_from_data(parser.get(), compact.c_str(), -1, nullptr) == FALSE)
    return compact;
  const OwnedString text(json_to_string(json_parser_get_root(parser.get()), TRUE));
  return text.get();
}

}  // namespace

json::Object make_sidecar(const std::string& name, unsigned take, const engine::LibraryJob& job,
                          const engine::LibraryFile& file, json::Value delivered,
                          const std::vector<std::string>& differs) {
  json::Object sidecar;
  sidecar.set("format", json::Value(format_name));
  sidecar.set("version", json::Value(format_version));
  sidecar.set("name", json::Value(name));
  sidecar.set("take", json::Value(static_cast<std::int64_t>(take)));
  sidecar.set("result", json::Value(static_cast<std::int64_t>(file.result)));
  sidecar.set("job-id", json::Value(job.id));
  sidecar.set("prompt", json::Value(job.prompt));
  sidecar.set("provider", json::Value(job.provider));
  sidecar.set("rehearsed", json::Value(job.is_rehearsed));
  sidecar.set("model", json::Value(job.model));
  sidecar.set("media", json::Value(to_string(job.media)));
  sidecar.set("task-id", words_or_null(job.task_id));
  sidecar.set("seed", member_or_null(job.request, "seed"));
  sidecar.set("request", json::Value(job.request));
  sidecar.set("credits", job.credits ? json::Value(*job.credits) : json::Value());
  sidecar.set("unit", words_or_null(job.unit));
  sidecar.set("credits-are-charged", json::Value(job.credits_are_charged));
  sidecar.set("created", time_or_null(job.created_at_ms));
  sidecar.set("sent", time_or_null(job.sent_at_ms));
  sidecar.set("finished", time_or_null(job.finished_at_ms));
  sidecar.set("bytes", json::Value(static_cast<std::int64_t>(file.bytes)));
  sidecar.set("sha256", json::Value(file.sha256));
  sidecar.set("delivered", std::move(delivered));
  json::Array all;
  for (const std::string& difference : differs) all.emplace_back(difference);
  sidecar.set("differs", json::Value(std::move(all)));
  sidecar.set("chosen", json::Value(false));
  return sidecar;
}

Result<json::Object> read_sidecar(const std::string& path) {
  const Result<std::string> text = read_file(path, largest_sidecar);
  if (!text) return fail(text.error());
  json::ParseLimits limits;
  limits.max_bytes = largest_sidecar;
  Result<json::Value> parsed = json::parse(*text, limits);
  if (!parsed) return fail(parsed.error());
  if (json::text_of(parsed->find("format")) != format_name)
    return fail(ErrorKind::malformed, "'" + path + "' is no sidecar of a take.");
  return std::move(*parsed->as_object());
}

TakeIdentity identity_of(const json::Object& sidecar) {
  const std::int64_t result = json::integer_of(sidecar.find("result")).value_or(0);
  return {json::text_of(sidecar.find("job-id")), static_cast<unsigned>(result)};
}

Result<void> write_sidecar(const std::string& path, const json::Object& sidecar) {
  return write_new_file(path, indented(sidecar) + "\n", path);
}

Result<void> replace_sidecar(const std::string& path, const json::Object& sidecar) {
  return replace_file(path, indented(sidecar) + "\n");
}

}  // namespace prompt::edit
