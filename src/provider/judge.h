// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whether a reply is to be believed, and if not, what went wrong and what to do about it. The order
// is: HTTP status, success guard, error rules; states are looked at only in what passes.
#pragma once

#include "base/error.h"
#include "http/message.h"
#include "json/value.h"
#include "provider/description.h"

namespace prompt::provider {

/// The body of a believable reply (an empty object where none is needed). Errors by kind, with the
/// provider's own words, code, HTTP status and Retry-After; `retriable` as for a query.
[[nodiscard]] Result<json::Value> judge_reply(const Description& description,
                                              const Operation& operation, const http::Reply& reply);

/// A reply that is of the protocol's form but lacks what it must have, e.g. "no task id".
[[nodiscard]] Error unreadable(const Description& description, const http::Reply& reply,
                               const std::string& what);

/// Why a task ended badly; texts are cleaned already.
[[nodiscard]] Error task_failure(const Description& description, bool was_cancelled,
                                 const std::string& message, const std::string& code);

}  // namespace prompt::provider
