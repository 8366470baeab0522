// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The takes that lie in a folder, by their sidecars: what was made there, and which take of each
// shot was chosen. The folder may have been moved or copied; the library is not asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace prompt::edit {

struct FoundTake {
  std::string name;  ///< The shot's.
  unsigned take = 1;
  unsigned result = 0;  ///< Of several of a task.
  std::string path;     ///< Of the clip, absolute; empty: only the sidecar is there.
  std::string sidecar;  ///< Its path, absolute.
  std::string prompt;
  std::string job_id;
  bool is_chosen = false;
  json::Object facts;  ///< All that the sidecar says.
};

struct TakePrice {
  bool is_rehearsed = false;      ///< Nothing was paid.
  std::optional<double> credits;  ///< Nothing: not known.
  std::string unit;               ///< "credits", "USD", ...
};
/// By its sidecar. Pure.
[[nodiscard]] TakePrice price_of(const FoundTake& take);

/// A shot and its takes, by their numbers.
struct FoundShot {
  std::string name;
  std::vector<FoundTake> takes;  ///< At least one.

  /// The chosen one, else the last: it was asked for last.
  [[nodiscard]] const FoundTake& chosen() const;
};

/// All shots of a folder, ordered as people order names ("Shot_2" before "Shot_10"). What is no
/// sidecar of ours is passed over. Errors: not_found, storage. Blocks as long as the disk does.
[[nodiscard]] Result<std::vector<FoundShot>> read_take_folder(const std::string& folder);

/// Those of these names, in this order (all of them if there are no names). Error: not_found, which
/// says which shots there are.
[[nodiscard]] Result<std::vector<FoundShot>> pick_shots(std::vector<FoundShot> shots,
                                                        const std::vector<std::string>& names);

/// Makes this take the chosen one of its shot, and the others not: written into their sidecars.
/// Errors: storage, no_space; not_found if the shot has no such take.
[[nodiscard]] Result<void> choose_take(const FoundShot& shot, unsigned take);

}  // namespace prompt::edit
