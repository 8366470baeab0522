// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a Ledger consists of. Only the files that jobs.h is made in (jobs*.cpp) include this.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/fork_gate.h"
#include "ledger/database.h"
#include "ledger/jobs.h"
#include "ledger/ledger_file.h"
#include "ledger/ownership.h"
#include "ledger/whole_check.h"

namespace prompt::ledger {

/// A day in milliseconds.
inline constexpr UnixMs day_ms = 24LL * 60 * 60 * 1000;

struct Ledger::State {
  State(std::string folder_path, OpenedFile opened, std::shared_ptr<Ownership> owners)
      : folder(std::move(folder_path)),
        ownership(std::move(owners)),
        read_only(std::move(opened.read_only)),
        is_without_locks(opened.is_without_locks),
        check(std::in_place, folder, opened.is_checked),
        database(std::move(opened.database)) {
    database.keep_log_on_close(read_only.has_value() || !check->is_done());
  }

  const std::string folder;
  const std::shared_ptr<Ownership> ownership;  // none if it can only be read
  const std::optional<Error> read_only;        // why
  const bool is_without_locks;
  std::optional<WholeCheck> check;             // thread-safe; replaced by renew()
  std::atomic<bool> is_check_planned = false;  // any thread
  ForkSafeMutex mutex;
  Database database;  // guarded by mutex
  /// The newest row that newest_for_request() or insert() saw, by request hash; guarded by mutex.
  std::map<std::string, std::int64_t> seen;

  /// In a forked child, before anybody uses it there: a connection of its own, for the parent's
  /// must not be used, nor be open beside it. False if there is none to be had.
  [[nodiscard]] bool renew();
  static void renew_all();
  /// Fails with the error of a ledger that can only be read.
  [[nodiscard]] Result<void> refuse_writing() const;
  /// Also with that of one that was found damaged: nothing is paid for on its word.
  [[nodiscard]] Result<void> refuse_paying() const;
  /// Remembers what the process knows of a request. Call with mutex held.
  void remember(const std::string& request_hash, std::int64_t newest_row);
};

}  // namespace prompt::ledger
