// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt batch: a list of shots, as files.
#include <glib.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "edit/shot_list.h"
#include "edit/take_folder.h"
#include "edit/take_name.h"
#include "tool/chain.h"
#include "tool/command.h"
#include "tool/generate.h"
#include "tool/shot_plan.h"
#include "tool/show.h"
#include "tool/table.h"

namespace prompt::tool {
namespace {

constexpr std::size_t largest_list = 64UL << 20;

/// How a take ended, for the table.
struct Outcome {
  ExitCode code = ExitCode::ok;
  std::string what;
};

Result<edit::ShotList> read_list(const Line& line) {
  if (line.words.size() != 1)
    return fail(ErrorKind::settings,
                "It takes one list of shots, as in 'gst-prompt batch shots.csv'.");
  edit::ShotDefaults defaults;
  if (Result<void> applied = apply_request(line, defaults.settings); !applied)
    return fail(applied.error());
  const Result<unsigned> takes = line.number("takes", 1, 1, most_takes);
  if (!takes) return fail(takes.error());
  defaults.takes = *takes;
  const std::string& path = line.words.front();
  const Result<std::string> bytes = read_file(path, largest_list);
  if (!bytes) return fail(ErrorKind::settings, "The list cannot be read: " + bytes.error().message);
  return edit::read_shot_list(*bytes, path, defaults);
}

std::string folder_of(const std::string& path) {
  const OwnedString folder(g_path_get_dirname(path.c_str()));
  return folder.get();
}

std::string left_text(const PlannedTake& take) {
  const std::string stem = edit::take_stem(take.take.name, take.take.settings.take);
  if (take.action == PlannedTake::Action::uncertain)
    return stem + ": left, it may have been paid (job " + short_id(take.take.quote.job_id) +
           "): look into your account; --retry-uncertain pays again.";
  if (take.action == PlannedTake::Action::blocked)
    return stem + ": left, '" + take.from + "' in front of it is not there.";
  return stem + ": left, '" + take.take.name +
         "' was made of another request; --changed pays for the new one.";
}

void print_table(const ShotPlan& plan, const std::vector<Outcome>& outcomes) {
  const Terminal err = look_at_terminal(2);
  if (!err.is_terminal) return;
  Table table({{"SHOT", false, true}, {"TAKE", true}, {"PRICE", true}, {"RESULT"}});
  for (std::size_t i = 0; i < plan.takes.size(); ++i) {
    const engine::Quote& quote = plan.takes[i].take.quote;
    const bool is_free = quote.is_ready || quote.is_under_way || quote.is_rehearsed;
    table.add({plan.takes[i].take.name, format("%u", plan.takes[i].take.settings.take),
               is_free || outcomes[i].code == ExitCode::refused
                   ? ""
                   : price_text(quote.price, quote.unit),
               outcomes[i].what});
  }
  table.print(err);
}

const char* word_of(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return "ready";
    case ExitCode::uncertain:
      return "uncertain";
    case ExitCode::refused:
    case ExitCode::usage:
      return "refused";
    case ExitCode::interrupted:
      return "goes on";
    default:
      return "failed";
  }
}

void say_left(const PlannedTake& take, bool is_json) {
  if (!is_json) return say(left_text(take));
  json::Object event;
  event.set("type", json::Value("left"));
  event.set("name", json::Value(take.take.name));
  event.set("take", json::Value(static_cast<std::int64_t>(take.take.settings.take)));
  event.set("reason", json::Value(left_text(take)));
  print_json(std::move(event));
}

// When the take in front of it is in the folder.
Result<void> begin_with_end_of(const std::string& name, const TakeFolder& folder,
                               const Chain& chain, engine::Settings& settings) {
  const Result<std::vector<edit::FoundShot>> found = edit::read_take_folder(folder.path);
  if (!found) return fail(found.error());
  const Result<std::vector<edit::FoundShot>> before = edit::pick_shots(*found, {name});
  if (!before) return fail(before.error());
  return chain.begin_with(settings, before->front());
}

ExitCode make(const ShotPlan& plan, const TakeFolder& folder, const Chain& chain,
              const RunOptions& options) {
  std::vector<Order> orders;
  std::map<std::size_t, std::size_t> order_of_take;
  std::vector<std::size_t> take_of_order;
  std::vector<Outcome> outcomes(plan.takes.size());
  Verdict verdict;
  for (std::size_t i = 0; i < plan.takes.size(); ++i) {
    const PlannedTake& planned = plan.takes[i];
    if (planned.action != PlannedTake::Action::make) {
      outcomes[i] = {planned.action == PlannedTake::Action::uncertain ? ExitCode::uncertain
                                                                      : ExitCode::refused,
                     "left"};
      verdict.add(outcomes[i].code);
      say_left(planned, options.is_json);
      continue;
    }
    Order order{edit::take_stem(planned.take.name, planned.take.settings.take),
                planned.take.settings};
    if (planned.after) {
      order.after = order_of_take.at(*planned.after);
      order.prepare = [&, from = planned.from](engine::Settings& settings) {
        return begin_with_end_of(from, folder, chain, settings);
      };
    }
    order.instead_of = planned.instead_of;
    order_of_take[i] = orders.size();
    orders.push_back(std::move(order));
    take_of_order.push_back(i);
    outcomes[i] = {ExitCode::interrupted, "not begun"};
  }
  const bool is_any_made = !orders.empty();
  Runner runner(std::move(orders), options,
                [&](std::size_t number, const Snapshot& job, Display& display) {
                  return deliver(plan.takes[take_of_order[number]].take, folder, job,
                                 options.is_json, display);
                });
  runner.on_end = [&](std::size_t number, ExitCode code) {
    outcomes[take_of_order[number]] = {code, word_of(code)};
  };
  if (is_any_made) verdict.add(runner.run());
  if (!options.is_json) print_table(plan, outcomes);
  return verdict.code();
}

}  // namespace

Options batch_options() {
  Options options = {
      {"output", 'o', "DIR", "The folder for the takes (else the list's own)"},
      {"takes", 'n', "N", "Takes of a shot that does not say how many (1)"},
      {"retry-uncertain", 0, "", "Also pay again for what may have been paid"},
      {"changed", 0, "", "Also pay for shots that were made of another request, as further takes"},
      {"upload-with", 0, "COMMAND",
       "For shots that begin with another's end, where the provider takes addresses only: gets a "
       "file's name as its last word and prints the file's https address"},
      {"stop", 0, "", "Begin nothing new after the first that fails"}};
  const Options alike = making_options();
  options.insert(options.end(), alike.begin(), alike.end());
  return options;
}

ExitCode batch(const Line& line) {
  const Command& self = *find_command("batch");
  const Result<Allowance> allowance = read_allowance(line);
  if (!allowance) return say_usage(self, allowance.error());
  Result<RunOptions> options = read_making(line);
  if (!options) return say_usage(self, options.error());
  options->stops_at_failure = line.has("stop");
  Result<edit::ShotList> list = read_list(line);
  if (!list) return say_usage(self, list.error());
  if (!list->problems.empty()) {
    for (const std::string& problem : list->problems) say(problem);
    return ExitCode::usage;
  }
  TakeFolder folder{line.has("output") ? line.text("output") : folder_of(line.words.front()),
                    line.has("link") ? edit::TakeCopy::hard_link : edit::TakeCopy::copy};
  const Chain chain(folder.path, line.text("upload-with"));
  if (const Result<void> fine = check_folder(folder.path); !fine)
    return say_usage(self, fine.error());
  Result<ShotPlan> plan =
      plan_shots(list->shots, folder, chain, {line.has("retry-uncertain"), line.has("changed")});
  if (!plan) return say_usage(self, plan.error());
  std::vector<WantedTake*> paid;
  for (PlannedTake& take : plan->takes)
    if (take.action == PlannedTake::Action::make) paid.push_back(&take.take);
  if (const ExitCode code = settle_price(plan->bill, paid, *allowance, *options, true);
      code != ExitCode::ok)
    return code;
  return make(*plan, folder, chain, *options);
}

}  // namespace prompt::tool
