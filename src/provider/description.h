// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A provider as validated data: what a description file says, in C++ types. Made by the loader
// only, constant afterwards and shared between threads. docs/adding-a-provider.md teaches the file
// format.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provider/model.h"
#include "provider/operation.h"
#include "provider/request.h"

namespace prompt::provider {

/// How often to look, and how long to wait.
struct Polling {
  std::chrono::milliseconds average{5'000};  ///< The interval of a fixed schedule of same cost.
  std::chrono::milliseconds floor{1'000};    ///< Never two polls closer than this.
  std::chrono::seconds timeout{15 * 60};     ///< Deadline of a job, from its acceptance.
  std::chrono::seconds settling{180};        ///< How long a lost submit is searched for.
  std::chrono::seconds not_found_grace{60};  ///< 404 for a new task means "not yet" so long.
};

struct Limits {
  unsigned submits_per_minute = 0;  ///< 0: unlimited.
  unsigned queries_per_minute = 0;
};

struct Auth {
  enum class Scheme { bearer, header, none };
  Scheme scheme = Scheme::bearer;
  std::string header;            ///< Header name; "Authorization" for bearer.
  std::string word;              ///< Before the key: "Bearer", "Key", or empty.
  std::vector<std::string> env;  ///< Variables that hold the key, first hit counts.
  std::string key_prefix;        ///< "sk-video-": a key of another form gets a hint, no refusal.
  bool optional = false;         ///< A self-hosted server may need none.
};

/// What prices count where nothing else is said, and a limit without a provider's name.
inline constexpr const char* common_unit = "credits";

struct Description {
  int spec_version = 1;
  std::string id;
  std::string name;
  std::string docs_url;
  std::string base_url;                ///< Empty: the base-url property is required.
  std::vector<std::string> base_urls;  ///< Further documented ones, for messages and docs.
  std::string base_url_ending;         ///< "/api/v1": people write it, and the paths hold it too.
  std::string base_url_env;            ///< "VIBEGEN_BASE_URL"
  std::vector<std::string> hosts;      ///< Further hosts that may be sent credentials.
  Auth auth;
  std::string unit = common_unit;  ///< What its prices count: "credits", "USD", "tokens".
  std::vector<Model> models;       ///< In the file's order, which is the order of preference.
  Operations operations;
  Polling polling;
  Limits limits;
  /// How long results can be fetched; nothing where the provider does not say.
  std::optional<std::chrono::hours> retention;
  bool failed_tasks_are_free = false;  ///< The document says that a failed task is refunded.

  TypicalTime typical;  ///< Where a model says nothing else.

  /// The model of this name, else the one that stands for any name ("*") and makes this medium;
  /// nullptr if there is none.
  [[nodiscard]] const Model* find_model(std::string_view model_id,
                                        Media media = Media::automatic) const;
  /// The default of this medium (automatic: of the first model's medium), or nullptr. One of id "*"
  /// means that no name is sent.
  [[nodiscard]] const Model* default_model(Media media) const;
  /// The model of a request, or nullptr.
  [[nodiscard]] const Model* model_of(const Request& request) const;
  /// Whether a callback URL has a place in the submit operation of this request.
  [[nodiscard]] bool takes_callback(const Request& request) const;
  /// The task that the body of a callback speaks of; nothing where the description does not say
  /// where that stands, or no usable id stands there. A stranger's word: to be asked about, not to
  /// be believed.
  [[nodiscard]] std::optional<std::string> announced_task(const Request& request,
                                                          std::string_view body) const;
  [[nodiscard]] TypicalTime typical_time(const Request& request) const;
};

}  // namespace prompt::provider
