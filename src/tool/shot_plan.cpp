// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/shot_plan.h"

#include <algorithm>
#include <utility>

#include "engine/library.h"

namespace prompt::tool {
namespace {

using Action = PlannedTake::Action;

/// The library that all rows share, opened once if there is one.
class Past {
 public:
  explicit Past(const std::string& folder) : library_(engine::Library::open(folder)) {}

  /// How the newest job of this request ended; idle: there is none.
  [[nodiscard]] JobState state_of(const engine::Quote& quote) const {
    if (!library_ || quote.job_id.empty()) return JobState::idle;
    const Result<engine::LibraryJob> job = library_->job(quote.job_id);
    return job ? job->state : JobState::idle;
  }

 private:
  Result<engine::Library> library_;
};

Result<PlannedTake> plan_take(const edit::ListedShot& shot, unsigned number, const Past& past,
                              const PlanOptions& options) {
  PlannedTake planned{WantedTake{shot.name, shot.settings, {}}};
  engine::Settings& settings = planned.take.settings;
  settings.take = number;
  Result<engine::Quote> quote = engine::Engine::instance().quote(settings);
  if (!quote) return fail(ErrorKind::settings, shot.where + ": " + quote.error().message);
  const JobState state = past.state_of(*quote);
  const bool is_uncertain = state == JobState::uncertain && !quote->is_ready;
  if (is_uncertain && !options.may_retry_uncertain) planned.action = Action::uncertain;
  const bool is_over = state == JobState::failed || state == JobState::cancelled;
  // A failed request is not sent again for a while, unless somebody says so; whoever begins the
  // list again does.
  if (!quote->is_ready && (is_over || (is_uncertain && options.may_retry_uncertain))) {
    settings.cache = engine::CachePolicy::refresh;
    quote->is_under_way = false;
  }
  planned.take.quote = std::move(*quote);
  return planned;
}

// The takes of one shot: those whose files are there count, and those of another request are passed
// over.
Result<std::vector<PlannedTake>> plan_shot(const edit::ListedShot& shot, const TakeFolder& folder,
                                           const Past& past, const PlanOptions& options) {
  std::vector<PlannedTake> takes;
  bool has_others = false;
  for (unsigned number = shot.settings.take; takes.size() < shot.takes; ++number) {
    Result<PlannedTake> planned = plan_take(shot, number, past, options);
    if (!planned) return fail(planned.error());
    const auto owner = find_owner(folder, planned->take);
    planned->is_there = owner.has_value();
    if (owner && (owner->job_id.empty() || owner->job_id != planned->take.quote.job_id))
      has_others = true;
    else
      takes.push_back(std::move(*planned));
  }
  if (has_others && !options.may_change)
    for (PlannedTake& take : takes)
      if (!take.is_there && !take.take.quote.is_ready && !take.take.quote.is_under_way)
        take.action = Action::changed;
  return takes;
}

}  // namespace

Result<ShotPlan> plan_shots(const std::vector<edit::ListedShot>& shots, const TakeFolder& folder,
                            const PlanOptions& options) {
  ShotPlan plan;
  if (shots.empty()) return plan;
  const Past past(shots.front().settings.library);
  for (const edit::ListedShot& shot : shots) {
    Result<std::vector<PlannedTake>> takes = plan_shot(shot, folder, past, options);
    if (!takes) return fail(takes.error());
    for (PlannedTake& take : *takes) {
      if (take.action == Action::make) plan.bill.add(take.take.quote);
      plan.takes.push_back(std::move(take));
    }
  }
  return plan;
}

}  // namespace prompt::tool
