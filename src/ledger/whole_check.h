// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The look at the whole of a ledger file. SQLite checks each page that it reads, so what is read is
// sound; damage elsewhere is found only by reading everything, which takes a second for a million
// jobs and far longer from a slow disk. That is done once after each start of the computer, on a
// connection of its own, and written down beside the ledger in `ledger.checked`; a small file is
// looked at whenever it is opened.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/fork_gate.h"
#include "ledger/database.h"

namespace prompt::ledger {

/// The error of a ledger that must not be used: it names the file, why, and what to do.
[[nodiscard]] tl::unexpected<Error> refuse_ledger(const std::string& path, const std::string& why);

/// Reads all of a ledger. Error: storage, for one that is damaged, or that could not be read.
[[nodiscard]] Result<void> check_all_pages(Database& database);

/// Whether the file and its log are small enough (1 MiB) to be looked at while somebody waits.
[[nodiscard]] bool is_quickly_checked(const std::string& path);

class WholeCheck {
 public:
  /// Of the ledger in this folder, which is there. It counts as looked at if somebody has done so
  /// since the computer started; `is_done` says that the caller just has.
  WholeCheck(const std::string& folder, bool is_done);

  /// Looks, unless that is done. Takes as long as reading the file, and as long as another process
  /// does that: worker threads only. The end of the process does not wait for it.
  void run();
  /// Whether there is a verdict. Any thread, as the others below.
  [[nodiscard]] bool is_done() const { return is_done_; }
  /// The error of a file that was found damaged.
  [[nodiscard]] std::optional<Error> damage() const;
  /// A damaged page was met since: whoever opens the file looks at all of it again.
  void forget();

 private:
  void conclude(std::optional<Error> damage);

  const std::string path_;     // constant
  const std::string marker_;   // constant
  std::mutex run_mutex_;       // held while somebody looks; of a forked child: made anew
  std::atomic<bool> is_done_;  // any thread
  mutable ForkSafeMutex mutex_;
  std::optional<Error> damage_;  // guarded by mutex_
};

}  // namespace prompt::ledger
