// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include <fcntl.h>

#include <string>
#include <vector>

#include "tool/command.h"
#include "tool/completion.h"
#include "tool/help.h"
#include "tool/terminal.h"

namespace {

using prompt::Error;
using prompt::ErrorKind;
using namespace prompt::tool;

int code(ExitCode exit_code) { return static_cast<int>(exit_code); }

// What is opened gets the lowest number that is free: without this, what is said could end in a
// file of ours.
bool have_streams() {
  for (int stream = 0; stream <= 2; ++stream)
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) != stream) return false;
  return true;
}

int run(std::string name, std::vector<std::string> arguments) {
  if (name == "--version") {
    print("gst-prompt " PROMPT_VERSION);
    return 0;
  }
  if (name == "--man-page") {
    write_out(1, man_page());
    return 0;
  }
  if (name == "--completion") {
    const bool is_zsh = !arguments.empty() && arguments.front() == "zsh";
    write_out(1, is_zsh ? zsh_completion() : bash_completion());
    return 0;
  }
  const bool is_help = name == "help" || name == "--help" || name == "-h";
  if (is_help && arguments.empty()) {
    write_out(1, help_text());
    return 0;
  }
  if (is_help) name = arguments.front();
  const Command* const command = find_command(name);
  if (command == nullptr) {
    say("There is no command '" + name + "'; 'gst-prompt --help' lists them.");
    return code(ExitCode::usage);
  }
  bool wants_help = is_help;
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    wants_help = wants_help || argument == "--help" || argument == "-h";
  }
  if (wants_help) {
    write_out(1, help_text(*command));
    return 0;
  }
  const prompt::Result<Line> line = parse_line(command->options(), std::move(arguments));
  if (!line) return code(say_usage(*command, line.error()));
  return code(command->run(*line));
}

}  // namespace

int main(int argc, char** argv) {
  if (!have_streams()) return code(ExitCode::failed);
  if (argc < 2) {
    write_out(2, help_text());
    return code(ExitCode::usage);
  }
  const int exit_code = run(argv[1], std::vector<std::string>(argv + 2, argv + argc));
  if (exit_code != 0 || !was_output_lost()) return exit_code;
  say("Standard output cannot be written.");
  return code(ExitCode::failed);
}
