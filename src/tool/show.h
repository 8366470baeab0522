// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How jobs, prices and times are written, for people and as JSON. One object a line; a job's fields
// are called as those of the elements' message `prompt-job`. Never a URL of a provider's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "json/value.h"

namespace prompt::tool {

/// "15 credits", "0.4 USD"; "unknown" where it is not known.
[[nodiscard]] std::string price_text(const std::optional<double>& price, const std::string& unit);
/// "45 s", "3 min", "2 h"
[[nodiscard]] std::string seconds_text(double seconds);
/// "2026-12-01 14:03", local.
[[nodiscard]] std::string time_text(std::int64_t unix_ms);
/// The first eight characters of a job's id.
[[nodiscard]] std::string short_id(const std::string& id);

/// {"type": "job", ...} of a job that is under way. `name`: what it is for; empty: left out.
[[nodiscard]] json::Object job_event(const engine::Snapshot& job, const std::string& name);
/// All that the library has of a job.
[[nodiscard]] json::Object job_object(const engine::LibraryJob& job);
[[nodiscard]] json::Object error_object(const Error& error);

/// Writes the object as a line to stdout.
void print_json(json::Object object);

}  // namespace prompt::tool
