// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/purse.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/ref.h"
#include "base/text.h"
#include "tool/exit_code.h"
#include "tool/show.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

std::string variable(const char* name) {
  const char* const value = g_getenv(name);
  return value != nullptr ? value : "";
}

// A machine that builds things has nobody to ask, even where it gives us a terminal.
bool has_somebody_to_ask(bool is_input_free) {
  const std::string ci = variable("CI");
  const bool is_ci = !ci.empty() && ci != "0" && ci != "false";
  return is_input_free && !is_ci && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool ask(const std::string& question) {
  write_out(STDERR_FILENO, question + " [y/N] ");
  std::string answer;
  if (!std::getline(std::cin, answer)) write_out(STDERR_FILENO, "\n");
  const OwnedString small(g_ascii_strdown(answer.c_str(), -1));
  const std::string word = g_strstrip(small.get());
  return word == "y" || word == "yes";
}

}  // namespace

Error refused_price(std::string message) {
  Error error{ErrorKind::settings, std::move(message)};
  error.code = refused_price_code;
  return error;
}

Options purse_options() {
  return {
      {"yes", 'y', "", "Pay without being asked"},
      {"max-credits", 0, "N",
       "Refuse if the whole command costs more than N, in the provider's unit, or if a price is "
       "not known; within that nothing is asked"},
      {"max-credits-each", 0, "N", "Refuse a clip that costs more than N"}};
}

Result<Allowance> read_allowance(const Line& line) {
  Allowance allowance;
  allowance.is_yes = line.has("yes");
  const Result<std::optional<double>> whole = line.amount("max-credits");
  if (!whole) return fail(whole.error());
  allowance.max_credits = *whole;
  const Result<std::optional<double>> each = line.amount("max-credits-each");
  if (!each) return fail(each.error());
  allowance.max_credits_each = *each;
  if (const std::string text = variable("GST_PROMPT_ASK_ABOVE"); !text.empty()) {
    const Result<double> above = parse_amount(text, "The variable GST_PROMPT_ASK_ABOVE");
    if (!above) return fail(above.error());
    allowance.ask_above = *above;
    allowance.has_ask_above = true;
  }
  return allowance;
}

void Bill::add(const engine::Quote& quote) {
  ++clips;
  if (quote.is_ready) ++ready;
  if (quote.is_under_way && !quote.is_ready) ++under_way;
  if (quote.is_ready || quote.is_under_way) return;
  typical_s = std::max(typical_s, quote.typical_s);
  if (quote.is_rehearsed) {
    ++rehearsed;
    return;
  }
  if (!quote.price) {
    ++unknown;
    return;
  }
  auto sum = std::find_if(sums.begin(), sums.end(), [&](const Sum& one) {
    return one.provider_name == quote.provider_name && one.unit == quote.unit;
  });
  if (sum == sums.end()) sum = sums.insert(sum, Sum{quote.provider_name, quote.unit, 0, 0});
  sum->price += *quote.price;
  ++sum->clips;
}

bool Bill::costs_something() const {
  return unknown > 0 ||
         std::any_of(sums.begin(), sums.end(), [](const Sum& sum) { return sum.price > 0; });
}

std::string Bill::text() const {
  std::vector<std::string> parts;
  for (const Sum& sum : sums) {
    std::string part = price_text(sum.price, sum.unit) + " at " + sum.provider_name;
    if (sum.clips > 1) part += format(" for %zu", sum.clips);
    parts.push_back(std::move(part));
  }
  if (unknown > 0) parts.push_back(format("%zu at a price that is not known", unknown));
  if (rehearsed > 0) parts.push_back(format("%zu rehearsed, for nothing", rehearsed));
  if (under_way > 0) parts.push_back(format("%zu asked for already", under_way));
  if (ready > 0) parts.push_back(format("%zu in the library", ready));
  return format("%zu clip%s: ", clips, clips == 1 ? "" : "s") + join(parts);
}

json::Object Bill::object() const {
  json::Object object;
  object.set("type", json::Value("price"));
  object.set("clips", json::Value(static_cast<std::int64_t>(clips)));
  object.set("in-library", json::Value(static_cast<std::int64_t>(ready)));
  object.set("under-way", json::Value(static_cast<std::int64_t>(under_way)));
  object.set("rehearsed", json::Value(static_cast<std::int64_t>(rehearsed)));
  object.set("price-unknown", json::Value(static_cast<std::int64_t>(unknown)));
  json::Array all;
  for (const Sum& sum : sums) {
    json::Object one;
    one.set("provider", json::Value(sum.provider_name));
    one.set("credits", json::Value(sum.price));
    one.set("unit", json::Value(sum.unit));
    one.set("clips", json::Value(static_cast<std::int64_t>(sum.clips)));
    all.emplace_back(std::move(one));
  }
  object.set("sums", json::Value(std::move(all)));
  object.set("typical", json::Value(typical_s));
  return object;
}

Result<void> allow(const Bill& bill, const Allowance& allowance, bool is_input_free) {
  if (!bill.costs_something()) return {};
  if (allowance.max_credits) {
    if (bill.unknown > 0)
      return fail(refused_price(bill.text() +
                                ". With --max-credits nothing is paid whose price is not "
                                "known: leave it away, and say --yes."));
    // Units are different currencies; the limit is for each.
    for (const Bill::Sum& sum : bill.sums)
      if (sum.price > *allowance.max_credits)
        return fail(
            refused_price(bill.text() + format(". That is more than --max-credits %g allows; "
                                               "nothing was asked for.",
                                               *allowance.max_credits)));
    return {};
  }
  if (allowance.is_yes) return {};
  const bool is_small = allowance.has_ask_above && bill.unknown == 0 &&
                        std::all_of(bill.sums.begin(), bill.sums.end(), [&](const Bill::Sum& sum) {
                          return sum.price <= allowance.ask_above;
                        });
  if (!has_somebody_to_ask(is_input_free))
    return fail(
        refused_price(bill.text() +
                      ". Nobody can be asked here: say --yes, or --max-credits N to allow so "
                      "much; nothing was asked for."));
  if (is_small || ask(bill.text() + ". Go on?")) return {};
  return fail(refused_price("Nothing was asked for."));
}

}  // namespace prompt::tool
