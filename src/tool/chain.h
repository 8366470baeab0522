// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Shots that begin with the end of another: the last good frame of that shot's chosen take becomes
// the first reference image. It is taken out of the clip once and kept in the folder, so that the
// same list asks for the same, whatever decodes it.
#pragma once

#include <string>

#include "base/error.h"
#include "edit/take_folder.h"
#include "engine/engine.h"
#include "engine/settings.h"

namespace prompt::tool {

class Chain {
 public:
  /// `upload_with`: a command that gets a file's name and prints its https address; empty: none.
  Chain(std::string folder, std::string upload_with)
      : folder_(std::move(folder)), upload_with_(std::move(upload_with)) {}

  /// Puts the end of the shot's chosen take in front of the images: as a file where the provider
  /// takes files in its requests, else by its address. Blocks: decodes, and runs the command.
  /// Errors: settings, if the provider takes addresses only and there is no command, or it failed;
  /// those of write_last_frame().
  [[nodiscard]] Result<void> begin_with(engine::Settings& settings,
                                        const edit::FoundShot& before) const;
  /// What it would cost, while the shot before is not there: asked with another picture. Errors:
  /// those of begin_with() that can be told before, and of Engine::quote().
  [[nodiscard]] Result<engine::Quote> price_of(const engine::Settings& settings) const;

 private:
  [[nodiscard]] Result<std::string> frame_of(const edit::FoundTake& take) const;
  [[nodiscard]] Result<std::string> address_of(const std::string& frame) const;
  /// In which way the provider takes an image, and what it costs then.
  struct Way {
    bool is_as_file = false;
    engine::Quote quote;
  };
  [[nodiscard]] Result<Way> way_for(const engine::Settings& settings,
                                    const std::string& frame) const;

  std::string folder_;
  std::string upload_with_;
};

}  // namespace prompt::tool
