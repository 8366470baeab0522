// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/show.h"

#include <glib.h>

#include <algorithm>
#include <cmath>

#include "base/ref.h"
#include "base/text.h"
#include "json/write.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

json::Value seconds_of(std::chrono::milliseconds time) {
  return json::Value(static_cast<double>(time.count()) / 1000);
}

json::Value or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

}  // namespace

std::string price_text(const std::optional<double>& price, const std::string& unit) {
  if (!price) return "unknown";
  return format("%g %s", *price, unit.empty() ? "credits" : unit.c_str());
}

std::string seconds_text(double seconds) {
  if (seconds < 120) return format("%.0f s", seconds);
  if (seconds < 7200) return format("%.0f min", seconds / 60);
  return format("%.0f h", seconds / 3600);
}

std::string time_text(std::int64_t unix_ms) {
  const Ref<GDateTime> time =
      Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(unix_ms / 1000));
  if (!time) return {};
  const OwnedString text(g_date_time_format(time.get(), "%Y-%m-%d %H:%M"));
  return text.get();
}

std::string short_id(const std::string& id) { return id.substr(0, 8); }

json::Object error_object(const Error& error) {
  json::Object object;
  object.set("kind", json::Value(to_string(error.kind)));
  object.set("message", json::Value(error.message));
  if (!error.code.empty()) object.set("code", json::Value(error.code));
  if (error.http_status != 0) object.set("http-status", json::Value(error.http_status));
  object.set("retriable", json::Value(error.retriable));
  object.set("maybe-billed", json::Value(error.maybe_billed));
  return object;
}

json::Object job_event(const engine::Snapshot& job, const std::string& name) {
  json::Object object;
  object.set("type", json::Value("job"));
  if (!name.empty()) object.set("name", json::Value(name));
  object.set("job-id", json::Value(job.job_id));
  object.set("provider", json::Value(job.provider));
  object.set("model", json::Value(job.model));
  object.set("task-id", json::Value(job.task_id));
  object.set("state", json::Value(to_string(job.state)));
  object.set("progress", json::Value(std::clamp(job.progress.value_or(0.0), 0.0, 1.0)));
  object.set("elapsed", seconds_of(job.elapsed));
  object.set("eta", job.eta ? seconds_of(*job.eta) : json::Value());
  object.set("credits", job.credits ? json::Value(*job.credits) : json::Value());
  object.set("unit", json::Value(job.unit));
  object.set("rehearsed", json::Value(job.is_stood_in_for));
  object.set("from-library", json::Value(job.from_library));
  object.set("status", json::Value(job.status_text));
  if (job.error) object.set("error", json::Value(error_object(*job.error)));
  return object;
}

json::Object job_object(const engine::LibraryJob& job) {
  json::Object object;
  object.set("job-id", json::Value(job.id));
  object.set("state", json::Value(to_string(job.state)));
  object.set("provider", json::Value(job.provider));
  object.set("model", json::Value(job.model));
  object.set("media", json::Value(to_string(job.media)));
  object.set("prompt", json::Value(job.prompt));
  object.set("task-id", or_null(job.task_id));
  object.set("request", json::Value(job.request));
  object.set("credits", job.credits ? json::Value(*job.credits) : json::Value());
  object.set("unit", or_null(job.unit));
  object.set("credits-are-charged", json::Value(job.credits_are_charged));
  object.set("refunded", json::Value(job.is_refunded));
  object.set("rehearsed", json::Value(job.is_rehearsed));
  object.set("created", json::Value(utc_text(job.created_at_ms)));
  object.set("sent", job.sent_at_ms ? json::Value(utc_text(*job.sent_at_ms)) : json::Value());
  object.set("finished",
             job.finished_at_ms ? json::Value(utc_text(*job.finished_at_ms)) : json::Value());
  json::Array files;
  for (const engine::LibraryFile& file : job.files) {
    json::Object one;
    one.set("result", json::Value(static_cast<std::int64_t>(file.result)));
    one.set("path", json::Value(file.path));
    one.set("bytes", json::Value(static_cast<std::int64_t>(file.bytes)));
    one.set("sha256", json::Value(file.sha256));
    files.emplace_back(std::move(one));
  }
  object.set("files", json::Value(std::move(files)));
  if (job.error) object.set("error", json::Value(error_object(*job.error)));
  return object;
}

void print_json(json::Object object) { print(json::write(json::Value(std::move(object)))); }

}  // namespace prompt::tool
