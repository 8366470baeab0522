// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Between our words and one provider's wire format, by its description: requests are built, replies
// are read. Pure: no I/O, no clock, no state. Thread-safe (constant after construction).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/message.h"
#include "provider/description.h"
#include "provider/facts.h"
#include "provider/request.h"

namespace prompt::provider {

class Translator {
 public:
  /// `base_url` is the effective one (property, variable or the description's), already checked. An
  /// ending that the description's paths repeat is taken off.
  Translator(std::shared_ptr<const Description> description, std::string base_url);

  [[nodiscard]] const Description& description() const { return *description_; }
  [[nodiscard]] const std::string& base_url() const { return base_url_; }

  /// The submit request; no credential in it yet (see authorize()). Errors: settings.
  [[nodiscard]] Result<http::Request> submit(const Request& request,
                                             const std::string& callback_url) const;
  /// Reads the answer to a submit. Errors: what the provider said, by kind. `maybe_billed` is set
  /// where a task may exist all the same (5xx, 408, 421, success without a readable id);
  /// `retriable` where it certainly does not and asking again later may help (429).
  [[nodiscard]] Result<SubmitFacts> read_submit(const Request& request,
                                                const http::Reply& reply) const;

  [[nodiscard]] Result<http::Request> status(const Request& request, const Task& task) const;
  /// Errors: what the provider said (404 -> not_found, 429 -> busy, 5xx -> network and retriable,
  /// unreadable -> malformed and retriable). Another id than the one that was asked for is no
  /// error: see StatusFacts::other_id.
  [[nodiscard]] Result<StatusFacts> read_status(const Request& request, const Task& task,
                                                const http::Reply& reply) const;

  /// The second call that some providers need to name the results of a finished task; nothing where
  /// the status reply has them.
  [[nodiscard]] std::optional<Result<http::Request>> result(const Request& request,
                                                            const Task& task) const;
  [[nodiscard]] Result<StatusFacts> read_result(const Request& request, const Task& task,
                                                const http::Reply& reply) const;

  [[nodiscard]] bool has_list() const;
  /// Page `page` (from 0) of the newest tasks.
  [[nodiscard]] Result<http::Request> list(const Request& request, unsigned page) const;
  [[nodiscard]] Result<ListPage> read_list(const Request& request, unsigned page,
                                           const http::Reply& reply) const;
  /// The task type that the provider gives to tasks of this request ("text_to_video"), empty where
  /// it says none: a candidate of another type is not ours.
  [[nodiscard]] std::string expected_task_type(const Request& request) const;

  [[nodiscard]] bool has_cancel() const;
  [[nodiscard]] Result<http::Request> cancel(const Request& request, const Task& task) const;
  /// True if the reply says that the task is cancelled or being cancelled.
  [[nodiscard]] Result<bool> read_cancel(const Request& request, const http::Reply& reply) const;

  /// The bytes' own addresses for a task that is ready, where the provider has them behind the key
  /// instead of naming URLs in its replies (`content` operation); empty where it has not.
  [[nodiscard]] std::vector<MediaResult> content(const Request& request, const Task& task) const;

  /// Puts the key into a request to the API. Nothing is added (and false returned) when the request
  /// does not go to the base URL's origin or one of the description's hosts. A key with control or
  /// non-ASCII characters is an error (settings).
  [[nodiscard]] Result<bool> authorize(http::Request& request, const Secret& key) const;
  /// Whether a URL from a reply may be sent the credential.
  [[nodiscard]] bool may_send_credential_to(const std::string& url) const;

 private:
  [[nodiscard]] std::vector<MediaResult> read_addresses(const Operation& operation,
                                                        const Request& request,
                                                        const json::Value& body,
                                                        std::span<const Secret> secrets,
                                                        bool fallback) const;
  [[nodiscard]] Result<StatusFacts> read_ending(const Operation& operation, const Request& request,
                                                const Task& task, const json::Value& body,
                                                std::span<const Secret> secrets,
                                                StatusFacts facts) const;
  [[nodiscard]] Result<http::Request> build(OperationKind kind, const Request& request,
                                            const Task& task) const;

  std::shared_ptr<const Description> description_;  // constant
  std::string base_url_;                            // constant
};

}  // namespace prompt::provider
