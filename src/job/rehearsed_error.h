// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Errors of a rehearsal, told as such: whoever rehearses has no account to recharge, no key to mend
// and no server to look after. Pure; any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace prompt::job {

/// The same error with advice that a rehearsal leaves open. What is said of the request itself
/// (settings, a task that failed, the kind of the file) is as useful as ever and stays, and so does
/// what was told as such before. `library`: the folder beside which the server writes its log.
[[nodiscard]] Error as_of_rehearsal(Error error, const std::string& library);

}  // namespace prompt::job
