// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/errors.h"

#include <algorithm>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::element {
namespace {

constexpr std::chrono::milliseconds earliest_error{100};

ErrorCode resource(GstResourceError code) { return {GST_RESOURCE_ERROR, code}; }
ErrorCode stream(GstStreamError code) { return {GST_STREAM_ERROR, code}; }

void set_text(GstStructure* details, const char* field, const std::string& text) {
  if (!text.empty()) gst_structure_set(details, field, G_TYPE_STRING, text.c_str(), nullptr);
}

std::string debug_text(const Error& error, const GstStructure* details) {
  std::string text = format("%s error", to_string(error.kind));
  const int count = gst_structure_n_fields(details);
  for (int i = 0; i < count; ++i) {
    const char* name = gst_structure_nth_field_name(details, static_cast<guint>(i));
    const GValue* value = gst_structure_get_value(details, name);
    // Strings as they are: gst_value_serialize() would quote and escape them.
    const OwnedString shown(G_VALUE_HOLDS_STRING(value) ? g_value_dup_string(value)
                                                        : gst_value_serialize(value));
    text += format(", %s=%s", name, shown.get());
  }
  return text;
}

}  // namespace

std::chrono::milliseconds rest_before_error(std::chrono::steady_clock::time_point began) noexcept {
  const auto rest = began + earliest_error - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(rest), std::chrono::milliseconds{0});
}

ErrorCode error_code(const Error& error, bool reading) {
  if (error.kind == ErrorKind::settings && error.code == not_linked_code)
    return {GST_CORE_ERROR, GST_CORE_ERROR_PAD};
  switch (error.kind) {
    case ErrorKind::settings:
    case ErrorKind::rejected:
      return resource(GST_RESOURCE_ERROR_SETTINGS);
    case ErrorKind::not_authorized:
      return resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED);
    case ErrorKind::not_found:
    case ErrorKind::expired:
      return resource(GST_RESOURCE_ERROR_NOT_FOUND);
    case ErrorKind::busy:
      return resource(GST_RESOURCE_ERROR_BUSY);
    case ErrorKind::failed:
      return stream(GST_STREAM_ERROR_FAILED);
    case ErrorKind::wrong_media:
      return stream(GST_STREAM_ERROR_WRONG_TYPE);
    case ErrorKind::uncertain:
    case ErrorKind::deadline:
    case ErrorKind::cancelled:
    case ErrorKind::interrupted:
    case ErrorKind::unavailable:
      return resource(GST_RESOURCE_ERROR_FAILED);
    case ErrorKind::no_space:
      return resource(GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    case ErrorKind::storage:
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE);
    case ErrorKind::network:
    case ErrorKind::malformed:
    case ErrorKind::too_large:
      break;
  }
  return resource(reading ? GST_RESOURCE_ERROR_READ : GST_RESOURCE_ERROR_OPEN_READ);
}

GstStructure* error_details(const Error& error, const engine::Snapshot& job) {
  GstStructure* details = gst_structure_new_empty("prompt-error");
  set_text(details, "provider", job.provider);
  if (error.http_status > 0)
    gst_structure_set(details, "http-status-code", G_TYPE_UINT,
                      static_cast<guint>(error.http_status), nullptr);
  set_text(details, "error-code", error.code);
  set_text(details, "task-id", job.task_id);
  set_text(details, "job-id", job.job_id);
  set_text(details, "request-id", job.provider_request_id);
  gst_structure_set(details, "retriable", G_TYPE_BOOLEAN, error.retriable, nullptr);
  if (error.retry_after)
    gst_structure_set(details, "retry-after", G_TYPE_UINT,
                      static_cast<guint>(error.retry_after->count()), nullptr);
  return details;
}

void post_error(GstElement* element, const Error& error, const engine::Snapshot& job,
                bool reading) {
  const ErrorCode what = error_code(error, reading);
  GstStructure* details = error_details(error, job);
  const std::string debug = debug_text(error, details);
  gst_element_message_full_with_details(element, GST_MESSAGE_ERROR, what.domain, what.code,
                                        g_strdup(error.message.c_str()), g_strdup(debug.c_str()),
                                        error.place.short_file(), error.place.function,
                                        error.place.line, details);
}

}  // namespace prompt::element
