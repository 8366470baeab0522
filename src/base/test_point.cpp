// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/test_point.h"

#include <atomic>

namespace prompt {
namespace {
std::atomic<void (*)(const char*)> current_act = nullptr;
}

void test_point(const char* name) {
  if (const auto act = current_act.load()) act(name);
}

void set_test_point(void (*act)(const char* name)) { current_act.store(act); }

}  // namespace prompt
