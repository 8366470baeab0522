// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/help.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

constexpr const char* summary =
    "Clips from prompts: makes them, keeps them in a library, and says what they cost.";
constexpr std::array<std::pair<int, const char*>, 7> exit_codes = {{
    {0, "all went well"},
    {2, "the line, or a value on it, is wrong; nothing was done"},
    {3, "refused before anything was paid: the price, a cap, no key, or somebody said no"},
    {4, "it was tried, and there is no clip; or the library cannot be used"},
    {5, "uncertain: it cannot be known whether something was paid; look into your account"},
    {6, "some of several went well"},
    {130, "Ctrl-C, or a signal to end; jobs that were begun go on at the provider"},
}};
constexpr std::array<std::pair<const char*, const char*>, 3> variables = {{
    {"GST_PROMPT_ASK_ABOVE",
     "ask before paying more than this (else before paying anything); without a terminal, or with "
     "CI=1, only --yes or --max-credits allows to pay"},
    {"GST_PROMPT_PROVIDER", "who is asked where --provider is not given"},
    {"GST_PROMPT_HOME", "the library's folder where --library is not given"},
}};
constexpr int left_cells = 30;

// Words in lines of the terminal's width, all but the first behind `indent` blanks.
std::string wrapped(const std::string& text, int indent, int columns) {
  std::string lines;
  int used = indent;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const int cells = count_cells(word);
    if (used > indent && used + 1 + cells >= columns) {
      lines += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      used = indent;
    } else if (used > indent) {
      lines += " ";
      ++used;
    }
    lines += word;
    used += cells;
    begin = end + 1;
  }
  return lines;
}

std::string left_of(const Option& option) {
  std::string text = option.letter != 0 ? format("-%c, ", option.letter) : std::string("    ");
  text += "--" + option.name;
  if (!option.argument.empty()) text += "=" + option.argument;
  return text;
}

std::string row(const std::string& left, const std::string& right, int columns) {
  std::string text = "  " + left;
  if (count_cells(text) + 2 > left_cells)
    text += "\n" + std::string(left_cells, ' ');
  else
    text = pad_to_cells(text, left_cells);
  return text + wrapped(right, left_cells, columns) + "\n";
}

int help_columns() { return std::min(columns_of(look_at_terminal(1)), 100); }

std::string roff(const std::string& text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    if (begins_line && (text[i] == '.' || text[i] == '\'')) escaped += "\\&";
    if (text[i] == '\\')
      escaped += "\\e";
    else if (text[i] == '-')
      escaped += "\\-";
    else
      escaped += text[i];
  }
  return escaped;
}

std::string man_options(const Options& options) {
  std::string text;
  for (const Option& option : options) {
    text += ".TP\n";
    if (option.letter != 0) text += format("\\fB\\-%c\\fR, ", option.letter);
    text += "\\fB\\-\\-" + roff(option.name) + "\\fR";
    if (!option.argument.empty()) text += "=\\fI" + roff(option.argument) + "\\fR";
    text += "\n" + roff(option.help) + ".\n";
  }
  return text;
}

}  // namespace

std::string help_text() {
  const int columns = help_columns();
  std::string text = "Usage: gst-prompt COMMAND [OPTION...]\n\n";
  text += wrapped(summary, 0, columns) + "\n\nCommands:\n";
  for (const Command& command : commands())
    text += row(std::string(command.name) + " " + command.words, command.summary, columns);
  text += "\n  gst-prompt COMMAND --help     shows a command's options\n";
  text += "  gst-prompt --version\n\nExit codes:\n";
  for (const auto& [code, meaning] : exit_codes) text += row(format("%d", code), meaning, columns);
  return text;
}

std::string help_text(const Command& command) {
  const int columns = help_columns();
  std::string text = std::string("Usage: gst-prompt ") + command.name + " [OPTION...]";
  if (*command.words != '\0') text += std::string(" ") + command.words;
  text += "\n\n" + wrapped(std::string(command.summary) + ". " + command.help, 0, columns);
  text += "\n\nOptions:\n";
  for (const Option& option : command.options()) text += row(left_of(option), option.help, columns);
  return text;
}

std::string man_page() {
  std::string text = ".TH GST\\-PROMPT 1\n.SH NAME\ngst\\-prompt \\- clips from prompts\n";
  text += ".SH SYNOPSIS\n";
  for (const Command& command : commands())
    text += std::string(".B gst\\-prompt ") + command.name + "\n[\\fIOPTION\\fR...] " +
            roff(command.words) + "\n.br\n";
  text += std::string(".SH DESCRIPTION\n") + roff(summary) + "\n.SH COMMANDS\n";
  for (const Command& command : commands()) {
    text += std::string(".SS \"gst\\-prompt ") + command.name + " " + roff(command.words) + "\"\n";
    text += roff(std::string(command.summary) + ". " + command.help) + "\n";
    text += man_options(command.options());
  }
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes)
    text += format(".TP\n%d\n", code) + roff(meaning) + ".\n";
  text += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] : variables)
    text += std::string(".TP\n.B ") + name + "\n" + roff(meaning) + ".\n";
  return text;
}

}  // namespace prompt::tool
