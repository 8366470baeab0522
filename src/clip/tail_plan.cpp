// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/tail_plan.h"

#include <algorithm>

#include "clip/clip_file.h"

namespace prompt::clip {

bool TailPlan::is_worth_it(const Situation& situation, std::uint64_t begin) const {
  constexpr std::uint64_t far_bytes = 256 * 1024;
  if (begin >= *situation.size || begin <= situation.received) return false;
  const std::uint64_t window = *situation.size - begin;
  const std::uint64_t gap = begin - situation.received;
  const bool is_far = gap > far_bytes || (situation.bytes_per_second > 0 &&
                                          static_cast<double>(gap) > situation.bytes_per_second);
  // The download and the window share the line: a window that is longer than the way to it would
  // be overtaken, and sent twice.
  return is_far && window <= max_tail_bytes && window <= std::max(gap, budget);
}

std::optional<std::uint64_t> TailPlan::ask(const Situation& situation, std::uint64_t wanted) {
  if (refused_ || !situation.size) return std::nullopt;
  std::uint64_t begin = wanted;
  // Whoever wants something behind the data wants the index soon.
  if (situation.moov_begin && wanted > *situation.moov_begin &&
      is_worth_it(situation, *situation.moov_begin))
    begin = *situation.moov_begin;
  if (asked_ && *asked_ <= begin) return std::nullopt;
  if (!is_worth_it(situation, begin)) return std::nullopt;
  const std::uint64_t again = asked_ ? *situation.size - *asked_ : 0;
  if (sent_twice_ + again > budget) return std::nullopt;
  sent_twice_ += again;
  asked_ = begin;
  return begin;
}

}  // namespace prompt::clip
