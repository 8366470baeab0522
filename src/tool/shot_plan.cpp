// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/shot_plan.h"

#include <map>
#include <utility>

#include "edit/take_folder.h"
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

/// What the takes of a shot begin with.
struct Beginning {
  std::optional<std::size_t> after;  ///< Of the plan, not there yet.
  engine::Settings settings;         ///< With the image, where it is there.
};

class Planner {
 public:
  Planner(const std::vector<edit::ListedShot>& shots, const TakeFolder& folder, const Chain& chain,
          const PlanOptions& options, const Past& past)
      : folder_(folder), chain_(chain), options_(options), past_(past) {
    for (const edit::ListedShot& shot : shots) listed_.emplace(edit::name_key(shot.name), &shot);
    if (auto found = edit::read_take_folder(folder.path))
      for (edit::FoundShot& shot : *found)
        found_.emplace(edit::name_key(shot.name), std::move(shot));
  }

  /// Those in front of it first.
  Result<void> plan(const edit::ListedShot& shot) {
    const std::string key = edit::name_key(shot.name);
    if (last_of_.contains(key)) return {};
    if (!shot.from.empty())
      if (Result<void> done = plan(*listed_.at(edit::name_key(shot.from))); !done) return done;
    Result<std::vector<PlannedTake>> takes = plan_shot(shot);
    if (!takes) return fail(takes.error());
    for (PlannedTake& take : *takes) {
      if (take.action == Action::make) plan_.bill.add(take.take.quote);
      plan_.takes.push_back(std::move(take));
      last_of_[key] = plan_.takes.size() - 1;
    }
    return {};
  }

  [[nodiscard]] ShotPlan take_plan() { return std::move(plan_); }

 private:
  // The end of the chosen take; of one that is still to be made, where nobody has chosen.
  Result<Beginning> beginning_of(const edit::ListedShot& shot) const {
    Beginning beginning{std::nullopt, shot.settings};
    if (shot.from.empty()) return beginning;
    const std::string key = edit::name_key(shot.from);
    const auto found = found_.find(key);
    const edit::FoundShot* const before = found != found_.end() ? &found->second : nullptr;
    const std::size_t last = last_of_.at(key);
    const bool is_chosen = before != nullptr && before->chosen().is_chosen;
    const bool is_to_come = plan_.takes[last].action == Action::make && !plan_.takes[last].is_there;
    if (before == nullptr || (is_to_come && !is_chosen)) {
      beginning.after = last;
      return beginning;
    }
    const Result<void> done = chain_.begin_with(beginning.settings, *before);
    if (!done) return fail(ErrorKind::settings, shot.where + ": " + done.error().message);
    return beginning;
  }

  Result<PlannedTake> plan_take(const edit::ListedShot& shot, const Beginning& beginning,
                                unsigned number) const {
    PlannedTake planned{WantedTake{shot.name, beginning.settings, {}}};
    planned.after = beginning.after;
    planned.from = shot.from;
    engine::Settings& settings = planned.take.settings;
    settings.take = number;
    Result<engine::Quote> quote =
        beginning.after ? chain_.price_of(settings) : engine::Engine::instance().quote(settings);
    if (!quote) return fail(ErrorKind::settings, shot.where + ": " + quote.error().message);
    if (beginning.after && plan_.takes[*beginning.after].action != Action::make)
      planned.action = Action::blocked;
    const JobState state = past_.state_of(*quote);
    const bool is_uncertain = state == JobState::uncertain && !quote->is_ready;
    if (is_uncertain && !options_.may_retry_uncertain) planned.action = Action::uncertain;
    const bool is_over = state == JobState::failed || state == JobState::cancelled;
    // A failed request is not sent again for a while, unless somebody says so; whoever begins the
    // list again does.
    if (!quote->is_ready && (is_over || (is_uncertain && options_.may_retry_uncertain))) {
      if (settings.cache == engine::CachePolicy::use) planned.instead_of = quote->job_id;
      settings.cache = engine::CachePolicy::refresh;
      quote->is_under_way = false;
    }
    planned.take.quote = std::move(*quote);
    return planned;
  }

  // The takes of one shot: those whose files are there count, and those of another request are
  // passed over.
  Result<std::vector<PlannedTake>> plan_shot(const edit::ListedShot& shot) const {
    const Result<Beginning> beginning = beginning_of(shot);
    if (!beginning) return fail(beginning.error());
    std::vector<PlannedTake> takes;
    bool has_others = false;
    for (unsigned number = shot.settings.take; takes.size() < shot.takes; ++number) {
      Result<PlannedTake> planned = plan_take(shot, *beginning, number);
      if (!planned) return fail(planned.error());
      const auto owner = find_owner(folder_, planned->take);
      planned->is_there = owner.has_value();
      const bool is_new = planned->take.settings.cache == engine::CachePolicy::refresh &&
                          planned->instead_of.empty();
      if (owner && (is_new || owner->job_id.empty() || owner->job_id != planned->take.quote.job_id))
        has_others = true;
      else
        takes.push_back(std::move(*planned));
    }
    if (has_others && !options_.may_change)
      for (PlannedTake& take : takes)
        if (!take.is_there && !take.take.quote.is_ready && !take.take.quote.is_under_way)
          take.action = Action::changed;
    return takes;
  }

  const TakeFolder& folder_;
  const Chain& chain_;
  const PlanOptions& options_;
  const Past& past_;
  // By the keys of their names.
  std::map<std::string, const edit::ListedShot*> listed_;
  std::map<std::string, edit::FoundShot> found_;
  std::map<std::string, std::size_t> last_of_;  // the shot's last take in the plan
  ShotPlan plan_;
};

}  // namespace

Result<ShotPlan> plan_shots(const std::vector<edit::ListedShot>& shots, const TakeFolder& folder,
                            const Chain& chain, const PlanOptions& options) {
  if (shots.empty()) return ShotPlan{};
  const Past past(shots.front().settings.library);
  Planner planner(shots, folder, chain, options, past);
  for (const edit::ListedShot& shot : shots)
    if (const Result<void> done = planner.plan(shot); !done) return fail(done.error());
  return planner.take_plan();
}

}  // namespace prompt::tool
