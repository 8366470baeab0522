// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/exit_code.h"

#include "base/snapshot.h"

namespace prompt::tool {
namespace {

// Which of two says more about what a person has to do.
int weight(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return 0;
    case ExitCode::usage:
      return 1;
    case ExitCode::refused:
      return 2;
    case ExitCode::partly:
    case ExitCode::failed:
      return 3;
    case ExitCode::uncertain:
      return 4;
    case ExitCode::interrupted:
      return 5;
  }
  return 3;
}

}  // namespace

ExitCode exit_code_of(const Error& error, bool was_sent) {
  if (error.kind == ErrorKind::uncertain) return ExitCode::uncertain;
  if (was_sent) return ExitCode::failed;
  if (error.code == refused_price_code || error.code == not_in_library_code)
    return ExitCode::refused;
  if (error.kind == ErrorKind::settings) return ExitCode::usage;
  if (error.kind == ErrorKind::not_authorized || error.kind == ErrorKind::rejected)
    return ExitCode::refused;
  return ExitCode::failed;
}

void Verdict::add(ExitCode code) {
  ++(code == ExitCode::ok ? good_ : bad_);
  if (weight(code) > weight(worst_)) worst_ = code;
}

ExitCode Verdict::code() const {
  const bool is_partly = good_ > 0 && bad_ > 0;
  if (is_partly && worst_ != ExitCode::interrupted && worst_ != ExitCode::uncertain)
    return ExitCode::partly;
  return worst_;
}

}  // namespace prompt::tool
