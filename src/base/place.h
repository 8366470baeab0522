// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A place in the source: where a line was logged, or an error was found.
#pragma once

#include <string_view>

namespace prompt {

/// As a default argument, or as the default of a member of an aggregate, here() is the caller's
/// place: what std::source_location is where there is one (clang 14 has none).
struct Place {
  const char* file = "";
  int line = 0;
  const char* function = "";

  [[nodiscard]] static constexpr Place here(const char* file = __builtin_FILE(),
                                            int line = __builtin_LINE(),
                                            const char* function = __builtin_FUNCTION()) {
    return {file, line, function};
  }

  /// The file below src/ or gst/, e.g. "job/poll.cpp"; as it is where it lies elsewhere. Points
  /// into `file`.
  [[nodiscard]] constexpr const char* short_file() const {
    const std::string_view all(file);
    for (const std::string_view root : {"src/", "gst/"}) {
      const std::size_t at = all.rfind(root);
      if (at != std::string_view::npos && (at == 0 || all[at - 1] == '/'))
        return file + at + root.size();
    }
    return file;
  }
};

}  // namespace prompt
