// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What an order would cost, and whether it may be paid: told before the first byte leaves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "tool/options.h"

namespace prompt::tool {

/// --yes, --max-credits and --max-credits-each.
[[nodiscard]] Options purse_options();

/// What the line and the environment allow.
struct Allowance {
  bool is_yes = false;
  std::optional<double> max_credits;       ///< Of the whole command, in the provider's unit.
  std::optional<double> max_credits_each;  ///< Of each clip.
  double ask_above = 0;                    ///< GST_PROMPT_ASK_ABOVE
  bool has_ask_above = false;
};

/// Error: settings.
[[nodiscard]] Result<Allowance> read_allowance(const Line& line);

/// The price of several clips together.
struct Bill {
  std::size_t clips = 0;
  std::size_t ready = 0;      ///< The library has them.
  std::size_t under_way = 0;  ///< They were asked for already.
  std::size_t rehearsed = 0;  ///< Of those that are new.
  std::size_t unknown = 0;    ///< Of those that are new and not rehearsed: no price is known.
  double typical_s = 0;       ///< Of the slowest new one.
  struct Sum {
    std::string provider_name;
    std::string unit;
    double price = 0;
    std::size_t clips = 0;
  };
  std::vector<Sum> sums;  ///< What is to be paid, per provider and unit.

  void add(const engine::Quote& quote);
  [[nodiscard]] bool costs_something() const;
  /// "4 clips: 60 credits at VibeGen"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] json::Object object() const;
};

/// The error of a price that nobody allowed.
[[nodiscard]] Error refused_price(std::string message);

/// Whether it may go on. Asks the person where there is one; `is_input_free`: stdin is not read for
/// anything else. Error: refused_price(); nothing is sent.
[[nodiscard]] Result<void> allow(const Bill& bill, const Allowance& allowance, bool is_input_free);

}  // namespace prompt::tool
