// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt generate: takes of one shot, as files.
#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "edit/take_name.h"
#include "tool/command.h"
#include "tool/generate.h"
#include "tool/show.h"

namespace prompt::tool {
namespace {

constexpr unsigned most_parallel = 64;
constexpr unsigned usual_parallel = 4;
constexpr unsigned most_same_names = 1000;
constexpr std::size_t longest_prompt = 1UL << 20;

Result<std::string> read_prompt(const Line& line) {
  const std::string path = line.text("file");
  if (path.empty() && line.words.empty())
    return fail(ErrorKind::settings,
                "There is no prompt: write it behind 'generate', or name a file with -f.");
  if (!path.empty() && !line.words.empty())
    return fail(ErrorKind::settings,
                "There is a prompt on the line and one in a file (-f): take "
                "one of them.");
  if (path.empty()) return join(line.words, " ");
  Result<std::string> text = Result<std::string>();
  if (path == "-") {
    const FileDescriptor input(dup(STDIN_FILENO));
    text = read_all(input, "standard input", longest_prompt);
  } else {
    text = read_file(path, longest_prompt);
  }
  if (!text) return fail(ErrorKind::settings, "The prompt cannot be read: " + text.error().message);
  if (!is_valid_utf8(*text))
    return fail(ErrorKind::settings, "The prompt in '" + path + "' is not UTF-8 text.");
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
  return text;
}

Result<std::vector<WantedTake>> quote_takes(const Line& line) {
  engine::Settings settings;
  Result<std::string> text = read_prompt(line);
  if (!text) return fail(text.error());
  settings.prompt = std::move(*text);
  if (Result<void> applied = apply_request(line, settings); !applied) return fail(applied.error());
  const Result<unsigned> takes = line.number("takes", 1, 1, most_takes);
  if (!takes) return fail(takes.error());
  if (settings.take > G_MAXINT - *takes)
    return fail(ErrorKind::settings, format("There is no take %u.", settings.take));
  std::vector<WantedTake> wanted;
  for (unsigned i = 0; i < *takes; ++i) {
    WantedTake take{line.text("name"), settings, {}};
    take.settings.take += i;
    Result<engine::Quote> quoted = engine::Engine::instance().quote(take.settings);
    if (!quoted) return fail(quoted.error());
    take.quote = std::move(*quoted);
    wanted.push_back(std::move(take));
  }
  return wanted;
}

// Names that we make up never stand in the way: another prompt of the same first words gets the
// next one.
Result<void> name_them(std::vector<WantedTake>& takes, const TakeFolder& folder) {
  if (!takes.front().name.empty()) return check_names_are_free(takes, folder);
  const std::string made = edit::name_from_prompt(takes.front().settings.prompt);
  Result<void> free = Result<void>();
  for (unsigned i = 1; i <= most_same_names; ++i) {
    for (WantedTake& take : takes) take.name = i == 1 ? made : made + format("_%u", i);
    free = check_names_are_free(takes, folder);
    if (free) return free;
  }
  return free;
}

Result<void> set_caps(const std::vector<WantedTake*>& takes, const Allowance& allowance) {
  for (WantedTake* const take : takes) {
    const engine::Quote& quote = take->quote;
    if (quote.is_rehearsed) continue;
    if (quote.is_ready || quote.is_under_way) {
      // It was told as free. Whatever becomes of it before it is opened, as while somebody thinks
      // about the question, only a --yes pays for it.
      const bool may_pay = allowance.is_yes && !allowance.max_credits;
      if (!may_pay && take->settings.cache == engine::CachePolicy::use)
        take->settings.cache = engine::CachePolicy::only;
      continue;
    }
    if (allowance.max_credits_each && (!quote.price || *quote.price > *allowance.max_credits_each))
      return fail(refused_price(
          format("A clip costs %s at %s, and --max-credits-each allows %g; nothing was asked for.",
                 price_text(quote.price, quote.unit).c_str(), quote.provider_name.c_str(),
                 *allowance.max_credits_each)));
    if (quote.price && *quote.price > 0) take->settings.max_credits = *quote.price;
  }
  return {};
}

std::string what_happens(const Bill& bill) {
  std::string text = bill.text();
  if (bill.typical_s > 0) text += "; takes about " + seconds_text(bill.typical_s) + " each";
  if (bill.ready < bill.clips)
    text +=
        ". Ctrl-C: nothing new is asked for, jobs go on and are found again by the same line; "
        "twice: cancels";
  return text + ".";
}

std::vector<Order> orders_of(const std::vector<WantedTake>& takes) {
  std::vector<Order> orders;
  for (const WantedTake& take : takes)
    orders.push_back({edit::take_stem(take.name, take.settings.take), take.settings});
  return orders;
}

}  // namespace

Options making_options() {
  Options options = {
      {"parallel", 'j', "N", "So many are under way at a time (4)"},
      {"detach", 'd', "", "Do not wait: leave the jobs when the provider has accepted them"},
      {"link", 0, "", "Hard links to the library's files, which become read-only, and no copies"},
      {"json", 0, "", "Events on stdout, one JSON object a line"}};
  for (Options more : {purse_options(), request_options(), Options{library_option()}})
    options.insert(options.end(), more.begin(), more.end());
  return options;
}

Result<RunOptions> read_making(const Line& line) {
  const Result<unsigned> parallel = line.number("parallel", usual_parallel, 1, most_parallel);
  if (!parallel) return fail(parallel.error());
  return RunOptions{*parallel, line.has("detach"), line.has("json")};
}

ExitCode settle_price(const Bill& bill, const std::vector<WantedTake*>& takes,
                      const Allowance& allowance, const RunOptions& options, bool is_input_free) {
  if (options.is_json) print_json(bill.object());
  Result<void> allowed = set_caps(takes, allowance);
  // A program that reads events has nobody who would answer.
  if (allowed) allowed = allow(bill, allowance, is_input_free && !options.is_json);
  if (!allowed) return say_error(allowed.error());
  if (!options.is_json && bill.clips > 0) say(what_happens(bill));
  return ExitCode::ok;
}

Options generate_options() {
  Options options = {
      {"takes", 'n', "N", "So many takes, all at once; --take says which is the first"},
      {"name", 0, "NAME", "What the shot is called (else the first words of the prompt)"},
      {"output", 'o', "DIR", "The folder for NAME_take_01.mp4 and so on (else the current one)"},
      {"file", 'f', "FILE", "The prompt is in this file; -: on standard input"}};
  const Options alike = making_options();
  options.insert(options.end(), alike.begin(), alike.end());
  return options;
}

ExitCode generate(const Line& line) {
  const Command& self = *find_command("generate");
  const Result<Allowance> allowance = read_allowance(line);
  if (!allowance) return say_usage(self, allowance.error());
  const Result<RunOptions> options = read_making(line);
  if (!options) return say_usage(self, options.error());
  TakeFolder folder;
  if (line.has("output")) folder.path = line.text("output");
  if (line.has("link")) folder.copy = edit::TakeCopy::hard_link;

  if (const Result<void> fine = check_folder(folder.path); !fine)
    return say_usage(self, fine.error());
  Result<std::vector<WantedTake>> takes = quote_takes(line);
  if (!takes) return say_usage(self, takes.error());
  if (const Result<void> named = name_them(*takes, folder); !named)
    return say_usage(self, named.error());
  Bill bill;
  std::vector<WantedTake*> paid;
  for (WantedTake& take : *takes) {
    bill.add(take.quote);
    paid.push_back(&take);
  }
  const bool is_input_free = line.text("file") != "-";
  if (const ExitCode code = settle_price(bill, paid, *allowance, *options, is_input_free);
      code != ExitCode::ok)
    return code;
  Runner runner(orders_of(*takes), *options,
                [&](std::size_t number, const Snapshot& job, Display& display) {
                  return deliver((*takes)[number], folder, job, options->is_json, display);
                });
  return runner.run();
}

}  // namespace prompt::tool
