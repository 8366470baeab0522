// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Ends or holds up the process at a moment of the test's choice.
//   PROMPT_TEST_POINT=NAME        killed there; NAME@N: at its N-th passing
//   PROMPT_TEST_PAUSE=NAME:FILE   FILE is made there, once, and its removal is waited for
//   PROMPT_TEST_MARK=NAME:FILE    FILE is made there
#include "base/test_point.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace prompt {
namespace {

void maybe_kill(std::string_view name) {
  static const char* const wanted = std::getenv("PROMPT_TEST_POINT");
  if (wanted == nullptr) return;
  const std::string_view text(wanted);
  const std::size_t at = text.find('@');
  if (text.substr(0, at) != name) return;
  static std::atomic<int> passed{0};
  const int number = at == std::string_view::npos ? 1 : std::atoi(wanted + at + 1);
  if (++passed == number) ::kill(::getpid(), SIGKILL);
}

// The FILE, if `setting` names this point; else empty.
std::string file_of(const char* setting, std::string_view name) {
  if (setting == nullptr) return {};
  const std::string_view text(setting);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.substr(0, colon) != name) return {};
  return std::string(text.substr(colon + 1));
}

void make_file(const std::string& path) {
  ::close(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

void maybe_mark(std::string_view name) {
  static const char* const wanted = std::getenv("PROMPT_TEST_MARK");
  if (const std::string path = file_of(wanted, name); !path.empty()) make_file(path);
}

void maybe_pause(std::string_view name) {
  static const char* const wanted = std::getenv("PROMPT_TEST_PAUSE");
  const std::string path = file_of(wanted, name);
  static std::atomic<bool> has_paused{false};
  if (path.empty() || has_paused.exchange(true)) return;
  make_file(path);
  while (::access(path.c_str(), F_OK) == 0) ::usleep(5000);
}

void act(const char* name) {
  maybe_kill(name);
  maybe_mark(name);
  maybe_pause(name);
}

[[maybe_unused]] const bool is_set = [] {
  set_test_point(act);
  return true;
}();

}  // namespace
}  // namespace prompt
