// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the operator of the process set in its environment.
#pragma once

#include <string>

#include "base/error.h"
#include "job/context.h"

namespace prompt::engine {

/// A variable's value; an unset and an empty one are the same.
[[nodiscard]] std::string environment(const char* name);

/// Where providers may call us.
struct CallbackAddress {
  std::string listen;  ///< GST_PROMPT_CALLBACK_LISTEN; empty: off.
  std::string url;     ///< GST_PROMPT_CALLBACK_URL; empty: what is listened at, on this machine.
};

/// Error (settings): names the variable and its value.
[[nodiscard]] Result<CallbackAddress> callback_address();

/// GST_PROMPT_ON_AMBIGUOUS, GST_PROMPT_SETTLING_SECONDS, GST_PROMPT_DAILY_CREDITS,
/// GST_PROMPT_MAX_BYTES; checks callback_address(), too. Error (settings): names the variable and
/// its value.
[[nodiscard]] Result<job::Operator> operator_settings();

/// GST_PROMPT_ALLOW_HTTP=1: plain http also to hosts that are not this machine.
[[nodiscard]] bool is_plain_http_allowed();

/// The property `library`, else GST_PROMPT_HOME, else $XDG_DATA_HOME/gst-prompt. Absolute.
[[nodiscard]] std::string library_folder(const std::string& property);

}  // namespace prompt::engine
