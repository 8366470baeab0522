// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What can be seen of a job at one moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/job_state.h"
#include "base/media.h"

namespace prompt {

/// The code of the error that says: nothing in the library, and whoever asked may not pay.
inline constexpr const char* not_in_library_code = "NOT_IN_LIBRARY";

struct Snapshot {
  std::uint64_t version = 0;        ///< Grows with every change.
  JobState state = JobState::idle;  ///< As users see it: never `intended`.
  std::string job_id;
  std::string provider;          ///< Id as the user wrote it ("rehearsal" stays so).
  std::string provider_name;     ///< For people: "VibeGen".
  bool is_stood_in_for = false;  ///< By the rehearsal server: nothing is paid.
  std::string model;
  std::string prompt;
  Media media = Media::automatic;
  unsigned duration_s = 0;  ///< Asked for, with the documented default; 0: unknown.
  std::string task_id;      ///< Empty before the provider has accepted.
  std::string provider_request_id;
  std::optional<double> progress;        ///< 0..1 as the provider says, else by the expected time.
  std::chrono::milliseconds elapsed{0};  ///< Since the job was opened or accepted.
  std::optional<std::chrono::milliseconds> eta;  ///< Until the clip is expected.
  bool is_late = false;           ///< It takes longer than nearly all tasks of its kind did.
  std::optional<double> credits;  ///< Charged where known, else expected.
  bool credits_are_charged = false;
  std::string unit;            ///< What they count: "credits", "USD", "tokens".
  bool from_library = false;   ///< A finished clip was found: nothing was asked or paid.
  bool other_process = false;  ///< Another process does the work; this one watches.
  std::string status_text;     ///< One short phrase for people: "waiting in the queue".
  /// What the provider last called the task's state, if its description does not know the word.
  std::string unknown_word;
  unsigned results = 0;        ///< How many results the task has, once known.
  std::optional<Error> error;  ///< The job, or this process's part in it, has ended with this.
  bool resumable = false;      ///< With an error: opening the same request goes on with it.
};

}  // namespace prompt
