// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt spend, quote and providers: what was paid, what would be, and to whom.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "engine/library.h"
#include "tool/command.h"
#include "tool/show.h"
#include "tool/table.h"

namespace prompt::tool {
namespace {

constexpr int longest_bar = 30;

struct Group {
  std::string key;
  std::string unit;
  double credits = 0;
  unsigned jobs = 0;
};

// Bars of different units have nothing to do with each other, so each unit has its own scale.
std::string bar_of(const Group& group, const std::map<std::string, double>& most) {
  const double scale = most.at(group.unit);
  if (!(scale > 0)) return {};
  const auto cells = static_cast<int>(std::lround(group.credits / scale * longest_bar));
  std::string bar;
  for (int i = 0; i < std::max(cells, group.credits > 0 ? 1 : 0); ++i) bar += "█";
  return bar;
}

void add(std::vector<Group>& groups, const std::string& key, const engine::LibrarySpend& day) {
  auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& one) {
    return one.key == key && one.unit == day.unit;
  });
  if (group == groups.end()) group = groups.insert(group, Group{key, day.unit});
  group->credits += day.credits;
  group->jobs += day.jobs;
}

void print_groups(const std::vector<Group>& groups, const std::string& by, bool is_json) {
  std::map<std::string, double> most;
  for (const Group& group : groups) most[group.unit] = std::max(most[group.unit], group.credits);
  const Terminal out = look_at_terminal(1);
  std::vector<Column> columns = {
      {by == "day" ? "DAY (UTC)" : "PROVIDER"}, {"SPENT", true}, {"UNIT"}, {"JOBS", true}};
  if (out.is_terminal) columns.push_back({""});
  Table table(columns);
  for (const Group& group : groups) {
    if (is_json) {
      json::Object object;
      object.set("type", json::Value("spend"));
      object.set(by, json::Value(group.key));
      object.set("credits", json::Value(group.credits));
      object.set("unit", json::Value(group.unit));
      object.set("jobs", json::Value(static_cast<std::int64_t>(group.jobs)));
      print_json(std::move(object));
      continue;
    }
    std::vector<std::string> row = {group.key, format("%g", group.credits),
                                    group.unit.empty() ? "unknown" : group.unit,
                                    format("%u", group.jobs)};
    if (out.is_terminal) row.push_back(bar_of(group, most));
    table.add(std::move(row));
  }
  table.print(out);
}

json::Object quote_object(const engine::Quote& quote) {
  json::Object object;
  object.set("type", json::Value("quote"));
  object.set("provider", json::Value(quote.provider));
  object.set("model", json::Value(quote.model));
  object.set("price", quote.price ? json::Value(*quote.price) : json::Value());
  object.set("unit", json::Value(quote.unit));
  object.set("rehearsed", json::Value(quote.is_rehearsed));
  object.set("in-library", json::Value(quote.is_ready));
  object.set("under-way", json::Value(quote.is_under_way));
  object.set("job-id", quote.job_id.empty() ? json::Value() : json::Value(quote.job_id));
  object.set("typical", json::Value(quote.typical_s));
  object.set("p90", json::Value(quote.p90_s));
  object.set("measured", json::Value(quote.is_measured));
  return object;
}

void print_quote(const engine::Quote& quote) {
  const std::string price = price_text(quote.price, quote.unit);
  if (quote.is_ready)
    print("Price:  nothing, the clip is in the library");
  else if (quote.is_under_way)
    print("Price:  nothing more, it was asked for already (job " + short_id(quote.job_id) + ")");
  else if (quote.is_rehearsed)
    print("Price:  nothing, it is rehearsed (" + price + " if it were not)");
  else
    print("Price:  " + price);
  print("From:   " + quote.provider_name + (quote.model.empty() ? "" : ", " + quote.model));
  print(
      "Time:   " + seconds_text(quote.typical_s) + " as a rule, nine of ten within " +
      seconds_text(quote.p90_s) +
      (quote.is_measured ? " (by this library's own jobs)" : " (by what is known of the service)"));
}

std::string models_text(const engine::ProviderFacts& provider) {
  std::vector<std::string> models;
  for (const engine::ModelFacts& model : provider.models)
    if (std::string name = model.id == "*" ? "any" : model.id;
        std::find(models.begin(), models.end(), name) == models.end())
      models.push_back(std::move(name));
  return join(models);
}

std::string key_text(const engine::ProviderFacts& provider) {
  if (provider.error) return "unusable";
  if (provider.has_key) return "found";
  return provider.needs_key ? "none" : "not needed";
}

json::Object provider_object(const engine::ProviderFacts& provider) {
  json::Object object;
  object.set("type", json::Value("provider"));
  object.set("id", json::Value(provider.id));
  object.set("name", json::Value(provider.name));
  object.set("unit", json::Value(provider.unit));
  object.set("needs-key", json::Value(provider.needs_key));
  object.set("has-key", json::Value(provider.has_key));
  json::Array variables;
  for (const std::string& name : provider.key_variables) variables.emplace_back(name);
  object.set("key-variables", json::Value(std::move(variables)));
  json::Array models;
  for (const engine::ModelFacts& model : provider.models) {
    json::Object one;
    one.set("id", json::Value(model.id));
    one.set("media", json::Value(to_string(model.media)));
    one.set("default", json::Value(model.is_default));
    models.emplace_back(std::move(one));
  }
  object.set("models", json::Value(std::move(models)));
  if (!provider.file.empty()) object.set("file", json::Value(provider.file));
  if (provider.error) object.set("error", json::Value(error_object(*provider.error)));
  return object;
}

}  // namespace

Options spend_options() {
  return {{"since", 0, "TIME", "Only since then: today, 7d, 12h, 2026-12-01 (else all of it)"},
          {"by", 0, "day|provider", "In which groups (provider)"},
          {"json", 0, "", "One JSON object a line"},
          library_option()};
}

ExitCode spend(const Line& line) {
  const Command& self = *find_command("spend");
  const std::string by = line.has("by") ? line.text("by") : "provider";
  if (by != "day" && by != "provider")
    return say_usage(self,
                     Error{ErrorKind::settings,
                           "The option '--by' takes 'day' or 'provider', and not '" + by + "'."});
  std::int64_t since = 0;
  if (line.has("since")) {
    const Result<std::int64_t> time = parse_since(line.text("since"));
    if (!time) return say_usage(self, time.error());
    since = *time;
  }
  const Result<engine::Library> library = engine::Library::open(line.text("library"));
  if (!library) return say_error(library.error());
  const Result<std::vector<engine::LibrarySpend>> days = library->spend(since);
  if (!days) return say_error(days.error());
  std::vector<Group> groups;
  for (const engine::LibrarySpend& day : *days)
    add(groups, by == "day" ? day.day : day.provider, day);
  if (groups.empty() && !line.has("json")) say("Nothing was spent.");
  print_groups(groups, by, line.has("json"));
  return ExitCode::ok;
}

Options quote_options() {
  Options options = request_options();
  options.push_back({"json", 0, "", "One JSON object"});
  options.push_back(library_option());
  return options;
}

ExitCode quote(const Line& line) {
  const Command& self = *find_command("quote");
  engine::Settings settings;
  settings.prompt = join(line.words, " ");
  if (const Result<void> applied = apply_request(line, settings); !applied)
    return say_usage(self, applied.error());
  const Result<engine::Quote> quoted = engine::Engine::instance().quote(settings);
  if (!quoted) return say_usage(self, quoted.error());
  line.has("json") ? print_json(quote_object(*quoted)) : print_quote(*quoted);
  return ExitCode::ok;
}

Options providers_options() { return {{"json", 0, "", "One JSON object a line"}}; }

ExitCode providers(const Line& line) {
  const Terminal out = look_at_terminal(1);
  Table table({{"ID"}, {"NAME"}, {"KEY"}, {"UNIT"}, {"MODELS", false, true}});
  for (const engine::ProviderFacts& provider : engine::Engine::providers()) {
    if (line.has("json"))
      print_json(provider_object(provider));
    else
      table.add({provider.id, provider.name, key_text(provider), provider.unit,
                 provider.error ? provider.error->message : models_text(provider)});
  }
  if (!line.has("json"))
    table.add({"rehearsal", "Rehearsal", "not needed", "", "those of the one it stands in for"});
  table.print(out);
  return ExitCode::ok;
}

}  // namespace prompt::tool
