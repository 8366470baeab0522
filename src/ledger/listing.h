// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is asked of a ledger by whoever looks through it, and what it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/job_row.h"

namespace prompt::ledger {

/// Which jobs are meant; what is not given is not asked.
struct JobFilter {
  std::string text;              ///< Within the prompt; large and small ASCII letters are alike.
  std::string provider;          ///< As the row has it.
  std::string media;             ///< "video", "image" or "audio"
  std::vector<JobState> states;  ///< One of these; at most two.
  std::optional<UnixMs> since;   ///< Made then or later.
  std::optional<UnixMs> before;  ///< Made earlier.
  std::string name = {};         ///< Called exactly so.
};

enum class Order { newest_first, oldest_first };

/// What one provider was paid, or is expected to be, for the jobs that left on one day.
struct Spent {
  UnixMs day = 0;  ///< Its first moment, UTC.
  std::string provider;
  std::string unit;  ///< Empty: not known, of an earlier version.
  double credits = 0;
  std::int64_t jobs = 0;
};

/// How much of the disk a job's finished files take.
struct StoredSize {
  std::int64_t row = 0;
  std::uint64_t bytes = 0;
};

}  // namespace prompt::ledger
