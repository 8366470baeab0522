// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whether the window at the end of a file is worth a request of its own, and where it should begin.
// Pure decisions. What is fetched in the window is not fetched again by the download, so it costs
// nothing but the request, as long as it arrives before the download gets there.
#pragma once

#include <cstdint>
#include <optional>

namespace prompt::clip {

class TailPlan {
 public:
  /// Bytes that may be sent twice because of windows, in all.
  static constexpr std::uint64_t budget = 256 * 1024;

  struct Situation {
    std::uint64_t received = 0;
    std::optional<std::uint64_t> size;
    double bytes_per_second = 0;              ///< 0: unknown.
    std::optional<std::uint64_t> moov_begin;  ///< Of an MP4 whose index stands behind the data.
  };

  /// Where a window should begin that has `wanted` in it, if it is worth it and was not asked for
  /// before; it then counts as asked for.
  [[nodiscard]] std::optional<std::uint64_t> ask(const Situation& situation, std::uint64_t wanted);
  /// A window that was asked for will not come: it may be asked for again.
  void forget() { asked_.reset(); }
  /// The server sends no parts.
  void refuse() { refused_ = true; }

 private:
  [[nodiscard]] bool is_worth_it(const Situation& situation, std::uint64_t begin) const;

  std::optional<std::uint64_t> asked_;  // where the window begins that was asked for
  std::uint64_t sent_twice_ = 0;
  bool refused_ = false;
};

}  // namespace prompt::clip
