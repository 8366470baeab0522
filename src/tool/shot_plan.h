// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What a list of shots still needs, as make would see it: what is there stays, what failed is asked
// for again, and what only a person can decide is left and told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edit/shot_list.h"
#include "tool/chain.h"
#include "tool/purse.h"
#include "tool/take_order.h"

namespace prompt::tool {

struct PlanOptions {
  bool may_retry_uncertain = false;  ///< Pays again for what may have been paid.
  bool may_change = false;           ///< Pays for shots that were made of another request.
};

/// A take of the list, and what is to be done about it.
struct PlannedTake {
  enum class Action {
    make,       ///< To be opened: it is new, or in the library, or under way.
    uncertain,  ///< Left: it may have been paid, and a person has to look.
    changed,    ///< Left: the shot was made of another request.
    blocked,    ///< Left: the shot in front of it is left.
  };
  WantedTake take;
  Action action = Action::make;
  bool is_there = false;  ///< Its file is in the folder already.
  /// Which take of the plan has to be there before this one can be asked for; then it begins with
  /// the end of the shot `from`.
  std::optional<std::size_t> after;
  std::string from;
  std::string instead_of = {};  ///< The job that came to nothing, which is asked for again.
};

struct ShotPlan {
  std::vector<PlannedTake> takes;
  Bill bill;  ///< Of those to be made.
};

/// Looks each take up in the folder and the library; asks nobody. A shot whose file numbers belong
/// to another request gets the next free ones; one that begins with another's end comes behind
/// that. Error: settings, storage; names the row.
[[nodiscard]] Result<ShotPlan> plan_shots(const std::vector<edit::ListedShot>& shots,
                                          const TakeFolder& folder, const Chain& chain,
                                          const PlanOptions& options);

}  // namespace prompt::tool
