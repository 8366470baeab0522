// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/snapshot.h"

namespace prompt {

const char* to_string(ViewState state) {
  switch (state) {
    case ViewState::idle:
      return "idle";
    case ViewState::submitting:
      return "submitting";
    case ViewState::queued:
      return "queued";
    case ViewState::running:
      return "running";
    case ViewState::fetching:
      return "fetching";
    case ViewState::ready:
      return "ready";
    case ViewState::failed:
      return "failed";
    case ViewState::cancelled:
      return "cancelled";
    case ViewState::uncertain:
      return "uncertain";
  }
  return "unknown";
}

}  // namespace prompt
