// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The commands of gst-prompt: one table for what runs, for --help and for the man page.
#pragma once

#include <span>
#include <string>

#include "tool/exit_code.h"
#include "tool/options.h"

namespace prompt::tool {

struct Command {
  const char* name;
  const char* words;    ///< What stands behind the name: "PROMPT"
  const char* summary;  ///< One line.
  const char* help;     ///< A few sentences; may be empty.
  Options (*options)();
  ExitCode (*run)(const Line& line);
};

/// In the order in which help shows them.
[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);

/// Says the error on stderr, and what it means for the exit code. `was_sent` as for exit_code_of().
ExitCode say_error(const Error& error, bool was_sent = false);
/// The same for a line that is wrong: with where to read on.
ExitCode say_usage(const Command& command, const Error& error);

// One of each; see the table.
[[nodiscard]] Options generate_options();
ExitCode generate(const Line& line);
[[nodiscard]] Options batch_options();
ExitCode batch(const Line& line);
[[nodiscard]] Options quote_options();
ExitCode quote(const Line& line);
[[nodiscard]] Options list_options();
ExitCode list(const Line& line);
[[nodiscard]] Options show_options();
ExitCode show(const Line& line);
[[nodiscard]] Options collect_options();
ExitCode collect(const Line& line);
[[nodiscard]] Options attach_options();
ExitCode attach(const Line& line);
[[nodiscard]] Options cancel_options();
ExitCode cancel(const Line& line);
[[nodiscard]] Options takes_options();
ExitCode takes(const Line& line);
[[nodiscard]] Options choose_options();
ExitCode choose(const Line& line);
[[nodiscard]] Options timeline_options();
ExitCode timeline(const Line& line);
[[nodiscard]] Options export_options();
ExitCode export_takes(const Line& line);
[[nodiscard]] Options sheet_options();
ExitCode sheet(const Line& line);
[[nodiscard]] Options spend_options();
ExitCode spend(const Line& line);
[[nodiscard]] Options providers_options();
ExitCode providers(const Line& line);
[[nodiscard]] Options check_options();
ExitCode check(const Line& line);
[[nodiscard]] Options remove_options();
ExitCode remove(const Line& line);
[[nodiscard]] Options prune_options();
ExitCode prune(const Line& line);

}  // namespace prompt::tool
