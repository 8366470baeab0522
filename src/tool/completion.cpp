// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/completion.h"

#include <algorithm>

#include "base/text.h"
#include "tool/command.h"

namespace prompt::tool {
namespace {

constexpr const char* header =
    "# SPDX-License-Identifier: LGPL-2.1-or-later\n# Made by gst-prompt from its own tables.\n";
// Both print a word a line; what fails prints nothing.
constexpr const char* list_providers = "gst-prompt providers 2>/dev/null | cut -f1";
constexpr const char* list_shots = "gst-prompt takes -i \"$dir\" 2>/dev/null | cut -f1 | sort -u";

enum class Kind { file, folder, words, provider, text };

Kind kind_of(const Option& option) {
  if (option.argument == "FILE") return Kind::file;
  if (option.argument == "DIR") return Kind::folder;
  if (option.name == "provider") return Kind::provider;
  return option.argument.find('|') != std::string::npos ? Kind::words : Kind::text;
}

std::string words_of(const Option& option) {
  std::string words = option.argument;
  std::replace(words.begin(), words.end(), '|', ' ');
  return words;
}

bool takes_shots(const Command& command) {
  return std::string_view(command.words).find("SHOT") == 0 ||
         std::string_view(command.words).find("[SHOT") == 0;
}

bool takes_a_list(const Command& command) {
  return std::string_view(command.words).starts_with("SHOTS.csv");
}

std::string bash_option_values() {
  std::string cases;
  std::vector<std::string> seen;
  for (const Command& command : commands())
    for (const Option& option : command.options()) {
      const Kind kind = kind_of(option);
      const std::string key = std::string(command.name) + ":--" + option.name;
      if (option.argument.empty() || kind == Kind::text) continue;
      cases += "    " + key;
      if (option.letter != 0) cases += format("|%s:-%c", command.name, option.letter);
      cases += ") ";
      if (kind == Kind::file) cases += "COMPREPLY=($(compgen -f -- \"$cur\"))";
      if (kind == Kind::folder) cases += "COMPREPLY=($(compgen -d -- \"$cur\"))";
      if (kind == Kind::words)
        cases += "COMPREPLY=($(compgen -W \"" + words_of(option) + "\" -- \"$cur\"))";
      if (kind == Kind::provider)
        cases += std::string("COMPREPLY=($(compgen -W \"$(") + list_providers + ")\" -- \"$cur\"))";
      cases += "; return ;;\n";
    }
  return cases;
}

std::string bash_options() {
  std::string cases;
  for (const Command& command : commands()) {
    cases += std::string("    ") + command.name + ") options=\"--help";
    for (const Option& option : command.options()) cases += " --" + option.name;
    cases += "\" ;;\n";
  }
  return cases;
}

std::string command_names() {
  std::string names;
  for (const Command& command : commands())
    names += (names.empty() ? "" : " ") + std::string(command.name);
  return names;
}

// In single quotes, and what _arguments reads as its own.
std::string zsh_text(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      quoted += std::string("\\") + c;
    else
      quoted += c;
  }
  return quoted;
}

std::string zsh_values(const Option& option) {
  switch (kind_of(option)) {
    case Kind::file:
      return ":file:_files";
    case Kind::folder:
      return ":folder:_files -/";
    case Kind::provider:
      return std::string(":provider:($(") + list_providers + "))";
    case Kind::words:
      return ":" + option.name + ":(" + words_of(option) + ")";
    case Kind::text:
      return ":" + option.name + ":";
  }
  return {};
}

}  // namespace

std::string bash_completion() {
  std::string text = header;
  text +=
      "_gst_prompt() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=${COMP_WORDS[1]} options= dir=. i\n"
      "  COMPREPLY=()\n"
      "  # Bash parts words at '=': --provider = ve\n"
      "  if [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  if [ \"$cur\" = = ]; then cur=; fi\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"" +
      command_names() +
      " help\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case $command:$prev in\n" +
      bash_option_values() +
      "  esac\n"
      "  case $command in\n" +
      bash_options() + "    help) COMPREPLY=($(compgen -W \"" + command_names() +
      "\" -- \"$cur\")); return ;;\n"
      "  esac\n"
      "  case $cur in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return ;;\n"
      "  esac\n"
      "  for ((i = 2; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in -i|--in) dir=${COMP_WORDS[i+1]} ;; esac\n"
      "  done\n"
      "  case $command in\n";
  for (const Command& command : commands()) {
    if (takes_a_list(command))
      text += std::string("    ") + command.name + ") COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n";
    if (takes_shots(command))
      text += std::string("    ") + command.name +
              ") local IFS=$'\\n'; COMPREPLY=($(compgen -W \"$(" + list_shots +
              ")\" -- \"$cur\")) ;;\n";
  }
  return text + "  esac\n}\ncomplete -o filenames -F _gst_prompt gst-prompt\n";
}

std::string zsh_completion() {
  std::string text = std::string("#compdef gst-prompt\n") + header;
  text += "local -a commands shots\nlocal dir=.\ncommands=(\n";
  for (const Command& command : commands())
    text += std::string("  '") + command.name + ":" + zsh_text(command.summary) + "'\n";
  text +=
      ")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  return\nfi\n"
      "local command=$words[2] i\n"
      "for ((i = 3; i < CURRENT; i++)); do\n"
      "  case $words[i] in -i|--in) dir=$words[i+1] ;; esac\n"
      "done\n"
      "shift words\n(( CURRENT-- ))\ncase $command in\n";
  for (const Command& command : commands()) {
    text += std::string("  ") + command.name + ")\n";
    if (takes_shots(command)) text += std::string("    shots=(${(f)\"$(") + list_shots + ")\"})\n";
    text += "    _arguments";
    for (const Option& option : command.options()) {
      const std::string help = "[" + zsh_text(option.help) + "]";
      const std::string values = option.argument.empty() ? "" : zsh_values(option);
      text += " \\\n      '*--" + option.name + (option.argument.empty() ? "" : "=") + help +
              values + "'";
      if (option.letter != 0)
        text += format(" \\\n      '*-%c", option.letter) + help + values + "'";
    }
    if (takes_a_list(command)) text += " \\\n      '*:list:_files'";
    if (takes_shots(command)) text += " \\\n      '*:shot:($shots)'";
    text += "\n    ;;\n";
  }
  return text + "esac\n";
}

}  // namespace prompt::tool
