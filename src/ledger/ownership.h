// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which process works on a job: a POSIX record lock on the byte of the job's row number in the file
// `owners.lock` of the library. The kernel gives it back when the process dies, however it dies,
// and a slow process is never taken for a dead one. Such locks have two traps, which is why this
// file is the only one that opens it (fcntl(2), "Advisory record locking"): they do not conflict
// within a process, so the process remembers its own; and closing any descriptor of the file drops
// them all, so the file is opened once and stays open as long as the process lives.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"

namespace prompt::ledger {

/// This process for people who read the ledger: its number and the kernel's boot id.
[[nodiscard]] std::string this_process();

class Ownership {
 public:
  /// The ownership of the library in this folder; one object per file and process. Error: storage.
  [[nodiscard]] static Result<std::shared_ptr<Ownership>> open(const std::string& folder);
  ~Ownership();

  /// True if the row was free and this process has it now; false if somebody has it, in this
  /// process or in another. Never waits.
  [[nodiscard]] Result<bool> try_own(std::int64_t row);
  void disown(std::int64_t row);
  /// Whether this process has the row.
  [[nodiscard]] bool owns(std::int64_t row);
  /// The owner's process id: this one's, another's, 0 if there is none, -1 if it is one whose
  /// number cannot be known here (another container).
  [[nodiscard]] int owner_pid(std::int64_t row);

 private:
  struct State;
  explicit Ownership(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;  // constant; its content is guarded inside
};

}  // namespace prompt::ledger
