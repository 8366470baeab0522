// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-check for C++: libcheck defines a macro `fail`, which would break std::ios and ours. Include
// this before everything else and instead of <gst/check/gstcheck.h>.
#pragma once

#include <gst/check/gstcheck.h>
#undef fail

#include <string_view>

#ifdef __clang__
// GST_END_TEST ends with a brace; the semicolon behind it is how GStreamer's tests are written.
#pragma clang diagnostic ignored "-Wc++98-compat-extra-semi"
#endif

/// Compares texts. fail_unless_equals_string() keeps pointers into temporaries, and takes `%` in
/// its arguments for a format.
inline void assert_text(std::string_view actual, std::string_view expected) {
  fail_unless(actual == expected, "got %.*s, expected %.*s", static_cast<int>(actual.size()),
              actual.data(), static_cast<int>(expected.size()), expected.data());
}
