// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A job as the ledger keeps it. docs/ledger.md describes the columns for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/job_state.h"

namespace prompt::ledger {

/// Milliseconds since 1970-01-01 UTC (wall clock).
using UnixMs = std::int64_t;

[[nodiscard]] UnixMs now_unix_ms();

/// ready, failed, cancelled, uncertain: nothing goes on by itself.
[[nodiscard]] bool is_final(JobState state);
/// A clip may still come of it without another payment: it is under way, or nobody knows.
[[nodiscard]] bool is_open(JobState state);

/// One result of a task (images and music may have several).
struct ResultRow {
  int position = 0;
  std::string media_url;  ///< May carry a signature: never logged or shown.
  bool needs_credential = false;
  std::string content_type;
  std::string title;
  std::string file;  ///< Name within the library's clips folder; empty before the first byte.
  std::string etag;  ///< Validators of the bytes in the .part file.
  std::string last_modified;
  std::optional<std::int64_t> size;
  bool complete = false;
  std::string sha256;            ///< Of the finished file.
  std::uint64_t file_inode = 0;  ///< Of the finished file when it was stored, as is the next one.
  std::int64_t file_mtime_ns = 0;
};

/// A result that an unfinished job still brings, or may bring.
struct Awaited {
  std::string job;  ///< Its id.
  int position = 0;
  std::optional<std::int64_t> size;  ///< Where it is known.
};

/// How much may be spent at one provider within 24 hours.
struct DailyCap {
  DailyCap(double limit, std::string its_unit = "credits",
           std::vector<std::string> its_providers = {})
      : most(limit), unit(std::move(its_unit)), providers(std::move(its_providers)) {}
  double most;
  std::string unit;                    ///< What `most` counts.
  std::vector<std::string> providers;  ///< As rows name it, beside the job's own name; at most two.
};

struct JobRow {
  std::int64_t row = 0;  ///< The row number, also the byte that ownership locks; set by insert.
  std::string id;        ///< UUID
  std::string request_hash;
  std::string asked_hash;    ///< Of the request as it was asked for. Not read.
  std::string request_json;  ///< Canonical; no key, no callback URL.
  std::string provider;      ///< As asked for ("rehearsal" stays so).
  std::string base_url;      ///< As in the identity.
  std::string model;
  std::string media;  ///< "video", "image" or "audio"
  std::string prompt;
  std::string resolution;
  int duration_s = 0;
  JobState state = JobState::intended;
  UnixMs created_at = 0;
  std::optional<UnixMs> armed_at;
  std::optional<UnixMs> accepted_at;
  std::optional<UnixMs> running_at;
  std::optional<UnixMs> completed_at;  ///< The provider was seen to be done.
  std::optional<UnixMs> finished_at;   ///< A final state was entered.
  std::string task_id;
  std::string captured_json;  ///< URLs for later operations, as a JSON object; may be empty.
  std::string provider_request_id;
  std::optional<double> credits_expected;
  std::optional<double> credits_charged;
  std::string unit;  ///< Of the credits: "credits", "USD", ...; empty: rehearsed, or not known.
  bool refunded = false;
  std::string key_fingerprint;  ///< Eight hexadecimal digits, to notice another key.
  std::string callback_token;
  std::optional<Error> error;
  std::string name;  ///< What a person calls it; only read, see Ledger::set_name().
};

}  // namespace prompt::ledger
