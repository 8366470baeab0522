// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A command's line. Each command has one table of its options, from which the parser (GOption),
// --help and the man page are made; what is asked of a provider comes from the engine's table of
// settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/settings.h"

namespace prompt::tool {

struct Option {
  std::string name;      ///< "output"
  char letter = 0;       ///< 'o'; 0: none.
  std::string argument;  ///< "DIR", for --help; empty: a flag.
  std::string help;
};

using Options = std::vector<Option>;

/// What stood on the line, in the order in which it stood there.
class Line {
 public:
  std::vector<std::string> words;  ///< What is no option.

  void add(std::string name, std::string value) {
    values_.emplace_back(std::move(name), std::move(value));
  }
  [[nodiscard]] bool has(std::string_view name) const { return last(name) != nullptr; }
  /// The last that was given; nullptr: none.
  [[nodiscard]] const std::string* last(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& values() const {
    return values_;
  }
  /// A whole number within a range. Error: settings.
  [[nodiscard]] Result<unsigned> number(std::string_view name, unsigned fallback, unsigned minimum,
                                        unsigned maximum) const;
  /// A number that is 0 or more, or nothing. Error: settings.
  [[nodiscard]] Result<std::optional<double>> amount(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;  // "output", "/tmp"
};

/// A number that is 0 or more, whatever the locale. Error: settings, which begins with `subject`.
[[nodiscard]] Result<double> parse_amount(const std::string& text, const std::string& subject);

/// Reads a command's arguments (without the program's and the command's name). Texts are taken as
/// the bytes that they are, in whatever locale, and must be UTF-8 unless they name a file. Error:
/// settings.
[[nodiscard]] Result<Line> parse_line(const Options& options, std::vector<std::string> arguments);

/// The options that ask a provider for something: those of the elements' properties that make sense
/// for a command, and --set NAME=VALUE.
[[nodiscard]] Options request_options();
/// Puts what the line says into the settings. Error: settings, which names the option.
[[nodiscard]] Result<void> apply_request(const Line& line, engine::Settings& settings);

/// --library, which all commands have.
[[nodiscard]] Option library_option();

/// "today", "7d", "12h", "2026-12-01" or an ISO 8601 time, as milliseconds since 1970. Dates are
/// local. Error: settings.
[[nodiscard]] Result<std::int64_t> parse_since(const std::string& text);

}  // namespace prompt::tool
