// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/request_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_logged_body = 256 * 1024;

std::string valid(std::string_view text) {
  const OwnedString made(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  return made.get();
}

json::Value fingerprint(std::string_view secret) {
  return json::Value(sha256_hex(secret).substr(0, 8));
}

json::Value headers_of(const HttpRequest& request) {
  json::Array names;
  SoupMessageHeadersIter place;
  soup_message_headers_iter_init(&place, request.headers.get());
  const char* name = nullptr;
  const char* value = nullptr;
  while (soup_message_headers_iter_next(&place, &name, &value) != 0)
    names.emplace_back(json::Value(valid(name)));
  return json::Value(std::move(names));
}

json::Value query_of(const HttpRequest& request) {
  const auto parameters = request.parameters();
  if (!parameters) return json::Value("malformed");
  json::Object object;
  for (const auto& parameter : *parameters) {
    const bool secret = parameter.first == "signature";
    object.set(valid(parameter.first),
               secret ? fingerprint(parameter.second) : json::Value(valid(parameter.second)));
  }
  return json::Value(std::move(object));
}

}  // namespace

Result<RequestLog> RequestLog::open(const std::string& path) {
  RequestLog log;
  if (path.empty()) return log;
  log.path_ = path;
  Result<FileDescriptor> file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file) return fail(file.error());
  log.file_ = std::move(*file);
  return log;
}

void RequestLog::write(const char* origin, const HttpRequest& request, int status,
                       const FiredFaults& faults) {
  if (!file_) return;
  json::Object line;
  line.set("origin", json::Value(origin));
  line.set("method", json::Value(valid(request.method)));
  line.set("path", json::Value(valid(request.path)));
  line.set("query", query_of(request));
  line.set("status", json::Value(status));
  json::Array fired;
  for (const FiredFaults::Entry& entry : faults.entries())
    fired.emplace_back(json::Value(entry.name));
  line.set("faults", json::Value(std::move(fired)));
  line.set("headers", headers_of(request));
  json::Object authorization;
  const std::optional<std::string> credentials = request.header("Authorization");
  authorization.set("present", json::Value(credentials.has_value()));
  // Of the key alone, without its scheme: comparable with the key's own fingerprint.
  if (credentials)
    authorization.set("sha256", fingerprint(credentials->substr(credentials->find(' ') + 1)));
  line.set("authorization", json::Value(std::move(authorization)));
  for (const char* name : {"Range", "If-Range", "Content-Type", "User-Agent"})
    if (const std::optional<std::string> value = request.header(name))
      line.set(name, json::Value(valid(*value)));
  if (!request.body.empty()) {
    Result<json::Value> body = json::parse(request.body, {max_logged_body, 64});
    line.set("body", body ? std::move(*body)
                          : json::Value(format("not JSON, %zu bytes", request.body.size())));
  }
  append(std::move(line));
}

void RequestLog::note(json::Object line) {
  if (file_) append(std::move(line));
}

void RequestLog::append(json::Object line) {
  json::Object stamped;
  stamped.set("time", json::Value(static_cast<double>(g_get_real_time()) / 1e6));
  for (const json::Member& member : line) stamped.set(member.name, member.value);
  const std::string text = json::write(json::Value(std::move(stamped))) + "\n";
  // One write, so that lines of several servers in one file do not mix.
  if (::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    g_printerr("gst-prompt-rehearsal: could not write to '%s'\n", path_.c_str());
}

}  // namespace prompt::rehearsal
