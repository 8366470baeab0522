// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the commands that make clips have alike.
#pragma once

#include <vector>

#include "tool/options.h"
#include "tool/purse.h"
#include "tool/runner.h"
#include "tool/take_order.h"

namespace prompt::tool {

inline constexpr unsigned most_takes = 1000;

/// --parallel, --detach, --link and --json; what may be paid; what is asked for; --library.
[[nodiscard]] Options making_options();
/// Error: settings.
[[nodiscard]] Result<RunOptions> read_making(const Line& line);

/// Tells the price, asks where it has to be asked, and sets each take's cap to what was told, so
/// that no more is paid even if the price changes between the two. ok: go on.
[[nodiscard]] ExitCode settle_price(const Bill& bill, const std::vector<WantedTake*>& takes,
                                    const Allowance& allowance, const RunOptions& options,
                                    bool is_input_free);

}  // namespace prompt::tool
