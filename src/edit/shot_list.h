// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A list of shots to be made: a spreadsheet (CSV) or JSON, a shot a row. Everything that is wrong
// with it is found before anything is asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/settings.h"

namespace prompt::edit {

struct ListedShot {
  std::string name;           ///< As written, else made of the prompt; no two are alike.
  std::string where;          ///< For messages: "shots.csv:3".
  engine::Settings settings;  ///< With the prompt; `take` is the first one.
  unsigned takes = 1;
  std::string from;  ///< The name of the shot whose last frame it begins with; empty: none.
};

struct ShotList {
  std::vector<ListedShot> shots;  ///< In their order in the file.
  /// What is wrong, each as one line that begins with "FILE:LINE:COLUMN: "; nothing may be asked
  /// for while there is any.
  std::vector<std::string> problems;
};

/// What a row that does not say otherwise has.
struct ShotDefaults {
  engine::Settings settings;
  unsigned takes = 1;
};

/// Reads the content of a file; `file` is its name for messages, and what ends in ".json" is JSON
/// (an array of objects, or an object with the member "shots"). Columns: name, prompt, takes, from,
/// every property of the elements that makes another clip or says how it is asked for, and
/// "set:NAME" for further fields. Pure.
[[nodiscard]] ShotList read_shot_list(std::string_view bytes, const std::string& file,
                                      const ShotDefaults& defaults);

/// Two names that are one to some file system or reader have the same key: case folding, NFC, and
/// what file names may not hold.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace prompt::edit
