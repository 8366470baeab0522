// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The faults that are switched on, and when each strikes. On the main loop's thread only.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "rehearsal/faults/fault_catalogue.h"

namespace prompt::rehearsal {

struct Fault {
  std::string name;  ///< as it was given, without argument and selection, e.g. "submit-402"
  FaultName parts;
  std::string argument;
  std::uint64_t from = 1;  ///< the requests of its kind that it strikes, counted from 1
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  double percent = 100;
  std::uint64_t seen = 0;
};

/// Parses NAME[:ARG][@N|@N-M|@N-|%P]. Error: settings.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

/// What strikes one request.
class FiredFaults {
 public:
  struct Entry {
    std::string name;
    std::string what;
    std::string argument;
  };

  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// The argument (maybe empty) of the fault `what`, e.g. "cut" of media-cut; nullptr if it does
  /// not strike.
  [[nodiscard]] const std::string* find(std::string_view what) const;
  [[nodiscard]] bool has(std::string_view what) const { return find(what) != nullptr; }

 private:
  std::vector<Entry> entries_;
};

/// A number in an argument, or `otherwise` if it is no number.
[[nodiscard]] double number_in(const std::string& argument, double otherwise);

class Faults {
 public:
  explicit Faults(std::uint32_t seed) : random_(seed) {}

  /// Replaces all; counting begins anew. Error: settings, and nothing is changed.
  [[nodiscard]] Result<void> set(const std::vector<std::string>& texts);
  /// Counts a request and says what strikes it.
  [[nodiscard]] FiredFaults fire(Operation operation);
  /// How often each has struck since the start, by its name.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::vector<Fault> faults_;
  std::map<std::string, std::uint64_t> counts_;
  std::mt19937 random_;
};

}  // namespace prompt::rehearsal
