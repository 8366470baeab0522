// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How the command ends. Documented in docs/tool.md, and never changed.
#pragma once

#include "base/error.h"

namespace prompt::tool {

enum class ExitCode {
  ok = 0,
  usage = 2,          ///< The line, or a value on it, is wrong: nothing was done.
  refused = 3,        ///< Nothing was sent: the price, a cap, no key, or somebody said no.
  failed = 4,         ///< It was tried, and there is no clip; or the library cannot be used.
  uncertain = 5,      ///< It cannot be known whether something was paid: a person has to look.
  partly = 6,         ///< Some of several.
  interrupted = 130,  ///< Ctrl-C, or a signal to end.
};

/// The code of an error that says: nobody allowed the price. Its kind is `settings`.
inline constexpr const char* refused_price_code = "PRICE";

/// What an error that ends a command means. `was_sent`: the provider may have heard of it.
[[nodiscard]] ExitCode exit_code_of(const Error& error, bool was_sent);

/// What several make together: all alike, or `partly` if some went well; of what went wrong,
/// `uncertain` counts most.
class Verdict {
 public:
  void add(ExitCode code);
  [[nodiscard]] ExitCode code() const;

 private:
  unsigned good_ = 0;
  unsigned bad_ = 0;
  ExitCode worst_ = ExitCode::ok;
};

}  // namespace prompt::tool
