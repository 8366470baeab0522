// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What shells complete: commands, options, their words, providers, and the shots of a folder. Made
// from the same tables as --help.
#pragma once

#include <string>

namespace prompt::tool {

/// For bash-completion's folder.
[[nodiscard]] std::string bash_completion();
/// For zsh's site-functions, as "_gst-prompt".
[[nodiscard]] std::string zsh_completion();

}  // namespace prompt::tool
