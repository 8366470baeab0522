// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The engine's errors as GStreamer's: the domain and code that say what to do, and details that a
// program can read. This mapping is the same for every element.
#pragma once

#include <gst/gst.h>

#include <chrono>

#include "base/error.h"
#include "engine/job_handle.h"

namespace prompt::element {

/// How long an element that began then must still keep an error back, 0 = no longer: gst-launch-1.0
/// (1.22) waits for ever if it is told of one before its main loop runs.
[[nodiscard]] std::chrono::milliseconds rest_before_error(
    std::chrono::steady_clock::time_point began) noexcept;

/// The code of an error of the kind settings: nobody reads what the element gives. It becomes
/// GStreamer's CORE PAD.
inline constexpr const char* not_linked_code = "NOT_LINKED";

struct ErrorCode {
  GQuark domain;
  int code;
};

/// The domain and code of an error. `reading`: bytes were released already (RESOURCE READ instead
/// of OPEN_READ).
[[nodiscard]] ErrorCode error_code(const Error& error, bool reading);

/// The details of an error message, structure `prompt-error`; what is not known is left out:
/// provider, error-code, task-id, job-id (strings), http-status-code, retry-after (uint; seconds),
/// retriable (boolean). Transfer full.
[[nodiscard]] GstStructure* error_details(const Error& error, const engine::Snapshot& job);

/// Posts the error on the element's bus, with details, which the debug text repeats
/// (gst-launch 1.22 does not print details) behind the place that found it. No lock may be held.
void post_error(GstElement* element, const Error& error, const engine::Snapshot& job, bool reading);

}  // namespace prompt::element
