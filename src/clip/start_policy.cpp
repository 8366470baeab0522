// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/clip_file.h"

namespace prompt::clip {

bool may_start(const ClipFacts& facts, StartPolicy policy, std::chrono::milliseconds duration) {
  if (!facts.kind) return false;
  if (facts.complete) return true;
  switch (policy) {
    case StartPolicy::complete:
      return false;
    case StartPolicy::first_byte:
      return true;
    case StartPolicy::safe:
      break;
  }
  if (!facts.size || duration <= std::chrono::milliseconds::zero()) return true;
  if (facts.bytes_per_second <= 0) return !facts.is_measuring;
  const std::uint64_t end = facts.tail_begin.value_or(*facts.size);
  const std::uint64_t remaining = end > facts.received ? end - facts.received : 0;
  const std::chrono::duration<double> needed(static_cast<double>(remaining) /
                                             facts.bytes_per_second);
  return needed <= duration;
}

}  // namespace prompt::clip
