// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the files of a take are called: NAME_take_02.mp4, in letters that every file system takes.
#pragma once

#include <string>
#include <string_view>

namespace prompt::edit {

/// "Shot_01" as a part of a file name: no character, name or ending that some file system refuses
/// (`< > : " / \ | ? *`, controls, CON, a dot at the end), nothing that a shell or a program takes
/// for an option or hides, no letters that turn the direction of writing. The bytes of all others
/// are as they were. Never empty.
[[nodiscard]] std::string file_name_part(std::string_view name);

/// A name for a shot that was given none: the first words of its prompt, "a_red_fox_in_the_snow".
[[nodiscard]] std::string name_from_prompt(std::string_view prompt);

/// "Shot_01_take_02", and "Shot_01_take_02_result_03" where a task has several results (`result`
/// from 0); at most 180 bytes, cut at a character of the name, so that every ending has room in
/// 200.
[[nodiscard]] std::string take_stem(std::string_view name, unsigned take);
[[nodiscard]] std::string take_stem(std::string_view name, unsigned take, unsigned result);

}  // namespace prompt::edit
