// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a provider's reply says, in our words. Everything in here comes from a stranger: ids are
// checked for their characters, texts are cleaned (base/text.h), numbers are in range, URLs are
// still unchecked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace prompt::provider {

/// The provider's task, as far as its state says.
enum class TaskState { queued, running, ready, failed, cancelled };

[[nodiscard]] const char* to_string(TaskState state);

/// A task that exists, as later operations need to know it.
struct Task {
  std::string id;
  /// URLs that replies gave for later operations ("status-url", "cancel-url", ...), by the name
  /// that the description captures them under; strings only. Stored with the job.
  json::Object captured;
};

struct SubmitFacts {
  Task task;
  TaskState state = TaskState::queued;
  std::optional<double> credits;    ///< Charged, as the reply says.
  std::string provider_request_id;  ///< The provider's own reference for support, may be empty.
};

struct MediaResult {
  std::string url;           ///< Absolute (resolved); may carry a signature: a secret.
  std::string content_type;  ///< If the reply says; may be empty.
  std::string title;         ///< Of a track; may be empty.
  /// The bytes are behind the key (`content` operation or same origin): send the credential.
  bool needs_credential = false;
  bool is_content = false;  ///< The `content` operation's, which may not be there yet.
};

struct StatusFacts {
  TaskState state = TaskState::running;
  std::string provider_word;  ///< The state as the provider spells it, cleaned.
  bool known_word = true;     ///< False: a word that the description does not list (means running).
  std::string other_id;       ///< What the reply calls the task, where that is not its id; cleaned.
  std::optional<double> progress;    ///< 0..1
  std::vector<MediaResult> results;  ///< With TaskState::ready; may be empty (a provider's fault).
  /// The reply's own addresses, where `results` are those of the `content` operation: for when they
  /// lead to nothing.
  std::vector<MediaResult> fallback_results;
  /// Where `results` is empty: what there is of another medium, and what the reply has at all, as a
  /// part of a sentence ("its reply has id, output (empty)").
  std::vector<MediaResult> other_results;
  std::string came;
  std::optional<double> credits;  ///< Charged so far, as the reply says.
  bool refunded = false;          ///< The provider's document says that a failed task is free.
  std::optional<Error> failure;   ///< With TaskState::failed and cancelled: why.
  json::Object captured;          ///< URLs for later operations, to be merged into Task::captured.
};

struct ListedTask {
  std::string id;
  std::string model;
  std::string prompt;  ///< Not cleaned: it is compared, never shown.
  std::string task_type;
  std::optional<std::chrono::system_clock::time_point> created_at;
  TaskState state = TaskState::running;
};

struct ListPage {
  std::vector<ListedTask> tasks;
  bool has_more = false;
};

}  // namespace prompt::provider
