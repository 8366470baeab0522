// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/rehearsed_error.h"

#include <array>
#include <string_view>

namespace prompt::job {
namespace {

// Sentences are "what happened: what to do." or "what happened; what to do."; what others said is
// quoted, and may hold anything.
std::string without_advice(std::string text) {
  std::size_t at = std::string::npos;
  for (const std::string_view divider : {": ", "; "}) {
    const std::size_t found = text.rfind(divider);
    if (found == std::string::npos || text.find('"', found) != std::string::npos) continue;
    if (at == std::string::npos || found > at) at = found;
  }
  // A reason in brackets or behind "failed:" is no advice.
  constexpr std::array advice = {"recharge", "check", "set ", "wait", "try", "change"};
  if (at != std::string::npos)
    for (const std::string_view word : advice)
      if (text.substr(at + 2).starts_with(word)) {
        text.resize(at);
        break;
      }
  while (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

Error as_of_rehearsal(Error error, const std::string& library) {
  std::string advice = "this is a rehearsal, which misbehaves as GST_PROMPT_REHEARSAL_OPTIONS says";
  switch (error.kind) {
    case ErrorKind::network:
      if (error.http_status == 0)
        advice =
            "this is a rehearsal, nothing was paid, and its server is started anew when it is "
            "needed; what it said is in '" +
            library + "/rehearsal/server.log'";
      break;
    case ErrorKind::not_authorized:
      advice =
          "this is a rehearsal without key and account, which refuses as "
          "GST_PROMPT_REHEARSAL_OPTIONS says";
      break;
    case ErrorKind::not_found:
    case ErrorKind::expired:
      // Else it is ours, about the library.
      if (error.http_status == 0) return error;
      error.message = "The rehearsal does not know the task or its clip any more (HTTP " +
                      std::to_string(error.http_status) +
                      "): nothing was paid, and cache=refresh asks for it again.";
      return error;
    case ErrorKind::malformed:
    case ErrorKind::busy:
      break;
    case ErrorKind::uncertain:
      error.message =
          "Whether the rehearsal took the request is not known, but nothing was paid: "
          "cache=refresh asks for the clip again.";
      return error;
    default:
      return error;
  }
  if (error.message.find(advice) != std::string::npos) return error;
  error.message = without_advice(std::move(error.message)) + ": " + advice + ".";
  return error;
}

}  // namespace prompt::job
