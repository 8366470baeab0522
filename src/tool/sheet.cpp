// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt sheet: all takes of a folder on one page.
#include "edit/sheet.h"

#include <glib.h>
#include <unistd.h>

#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/ordinary_file.h"
#include "tool/command.h"
#include "tool/found.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

std::string title_of(const Line& line) {
  if (line.has("title")) return line.text("title");
  const OwnedString absolute(g_canonicalize_filename(folder_of_takes(line).c_str(), nullptr));
  const OwnedString name(g_path_get_basename(absolute.get()));
  return name.get();
}

void show_progress(std::size_t done, std::size_t all) {
  draw_line(format("%zu of %zu takes", done, all));
}

}  // namespace

Options sheet_options() {
  return {{"output", 'o', "FILE", "The page, as in sheet.html; best beside the takes"},
          folder_option(),
          {"title", 0, "TEXT", "Of the page (else the folder's name)"}};
}

ExitCode sheet(const Line& line) {
  const Command& self = *find_command("sheet");
  const std::string output = line.text("output");
  if (!output.ends_with(".html"))
    return say_usage(self, Error{ErrorKind::settings,
                                 "The option '-o' takes a file that ends in "
                                 ".html, and not '" +
                                     output + "'."});
  Result<std::vector<edit::FoundShot>> shots = find_shots(line, line.words);
  if (!shots) return say_error(shots.error());
  const OwnedString absolute(g_canonicalize_filename(output.c_str(), nullptr));
  const OwnedString folder(g_path_get_dirname(absolute.get()));
  const std::string page = edit::write_sheet(*shots, {title_of(line), folder.get(), show_progress});
  draw_line({});
  if (const Result<void> written = edit::replace_file(output, page); !written)
    return say_error(written.error());
  print(output);
  return ExitCode::ok;
}

}  // namespace prompt::tool
