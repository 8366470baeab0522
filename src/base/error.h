// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What can go wrong, in one type. An error says what to do about it by its kind; the message is one
// sentence that a person understands: subject first, the value that was wrong, what to do. It never
// holds a key or the query of a signed URL.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/place.h"

namespace prompt {

/// What the caller should do about an error.
enum class ErrorKind {
  settings,        ///< A setting is wrong or missing: change it. Nothing was sent.
  not_authorized,  ///< The key is missing, wrong, or its account has no credits (HTTP 401, 402,
                   ///< 403).
  not_found,       ///< What was asked for does not exist (HTTP 404, 410; a miss with cache=only).
  busy,            ///< The provider limits the rate: wait and try again (HTTP 429 after retries).
  rejected,        ///< The provider refused the request as sent (HTTP 400, 422, business failure).
  failed,          ///< The task failed or was refused by moderation: another prompt may do.
  wrong_media,     ///< The bytes are not of the announced kind.
  uncertain,       ///< It cannot be known whether a paid task exists: a person has to decide.
  deadline,        ///< It took longer than allowed; the job can be resumed.
  network,         ///< The other side could not be reached or broke off, or answered 5xx.
  malformed,       ///< The other side answered something that is not of its protocol.
  too_large,       ///< An answer or a file is larger than allowed.
  no_space,        ///< The disk is full.
  storage,         ///< The ledger or the clip folder cannot be read or written.
  cancelled,       ///< The job was cancelled, here or at the provider.
  expired,         ///< The result's URL is not valid any more: ask the status for a fresh one.
  interrupted,     ///< The caller stopped waiting; nothing is wrong.
  unavailable,     ///< This process cannot speak to anybody; another program on this machine can.
};

/// The kind's name as it stands in the ledger and in logs, e.g. "not_authorized".
[[nodiscard]] const char* to_string(ErrorKind kind);
/// The inverse of to_string(); nothing for an unknown name.
[[nodiscard]] std::optional<ErrorKind> error_kind_from_string(std::string_view name);

struct Error {
  ErrorKind kind = ErrorKind::network;
  std::string message;     ///< One sentence for a person, valid UTF-8, no secret.
  std::string code = {};   ///< The provider's own code, e.g. "INSUFFICIENT_CREDITS"; may be empty.
  int http_status = 0;     ///< 0 where no HTTP answer was the cause.
  bool retriable = false;  ///< The same step may succeed later without a change of settings.
  bool maybe_billed = false;  ///< A request that costs money may have arrived.
  std::optional<std::chrono::seconds> retry_after = {};  ///< What the server asked for, not capped.
  /// That found it: where `Error{...}` stands (not `Error name;`). For logs and debug texts only.
  Place place = Place::here();
};

template <typename T>
using Result = tl::expected<T, Error>;

/// A failed Result of any type, e.g. `return fail(ErrorKind::settings, "...")`.
[[nodiscard]] tl::unexpected<Error> fail(ErrorKind kind, std::string message,
                                         Place place = Place::here());
[[nodiscard]] tl::unexpected<Error> fail(Error error);

}  // namespace prompt
