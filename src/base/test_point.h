// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Moments between two durable steps, by name, where a test may kill or stop the process. Here
// they do nothing; the tests' own program is linked with another test_point(), which takes the
// place of this one. Any thread.
#pragma once

namespace prompt {

/// `name`: where we are, e.g. "after-armed".
void test_point(const char* name);

}  // namespace prompt
