// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A description file's text to a Description. Everything that could only fail later, with a paid
// task on its way, is refused here: unknown members, wrong types, operations that cannot be told
// apart, placeholders that nothing fills, states that nothing leads to.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "provider/description.h"

namespace prompt::provider {

/// What a user's description must keep its hands off.
struct Reserved {
  std::vector<std::string> ids;        ///< Of shipped descriptions and built-in providers.
  std::vector<std::string> variables;  ///< That hold keys of shipped descriptions.
};

/// The id that stands for the built-in stand-in server; no description may have it.
inline constexpr std::string_view rehearsal_id = "rehearsal";

/// Loads one description; `file` is for messages. Error: settings; one sentence with the file, the
/// JSON pointer, what was expected and what was found.
[[nodiscard]] Result<std::shared_ptr<const Description>> load_description(
    std::string_view text, const std::string& file, const Reserved& reserved = {});

}  // namespace prompt::provider
