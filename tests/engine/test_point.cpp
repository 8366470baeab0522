// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Kills the process at a moment of the test's choice: PROMPT_TEST_POINT=NAME, or NAME@N for its
// N-th passing.
#include "base/test_point.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace prompt {

void test_point(const char* name) {
  static const char* const wanted = std::getenv("PROMPT_TEST_POINT");
  if (wanted == nullptr) return;
  const std::string_view text(wanted);
  const std::size_t at = text.find('@');
  if (text.substr(0, at) != name) return;
  static std::atomic<int> passed{0};
  const int number = at == std::string_view::npos ? 1 : std::atoi(wanted + at + 1);
  if (++passed == number) ::kill(::getpid(), SIGKILL);
}

}  // namespace prompt
