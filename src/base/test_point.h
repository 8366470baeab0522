// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Moments between two durable steps, by name, where a test may kill or stop the process. They do
// nothing unless a program says what: the tests' own does. Any thread.
#pragma once

namespace prompt {

/// `name`: where we are, e.g. "after-armed".
void test_point(const char* name);

/// What happens there from now on. Before the engine is asked for anything.
[[gnu::visibility("default")]] void set_test_point(void (*act)(const char* name));

}  // namespace prompt
