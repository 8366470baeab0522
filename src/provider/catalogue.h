// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All provider descriptions: the shipped ones, compiled in, and the user's own files. A file that
// is wrong hides nothing but itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "provider/description.h"

namespace prompt::provider {

/// Immutable after loading; any thread.
class Catalogue {
 public:
  struct Entry {
    std::string id;    ///< A file's name without ".json", which has to be the id in it.
    std::string file;  ///< Empty: shipped.
    std::shared_ptr<const Description> description;  ///< Null: see `error`.
    std::optional<Error> error;
  };

  /// The shipped ones and those in the user's places: the folders and files in
  /// GST_PROMPT_PROVIDER_PATH (separated by colons) and the folder
  /// $XDG_CONFIG_HOME/gst-prompt/providers. Reads files; blocks as long as the disk does.
  [[nodiscard]] static Catalogue load();
  /// The same with the user's places given, first come first served. A place that does not exist is
  /// passed over.
  [[nodiscard]] static Catalogue load(const std::vector<std::string>& places);

  /// The description of this id. Errors: settings; for an unknown id the message lists those that
  /// exist, for a broken file it says what is wrong with it.
  [[nodiscard]] Result<std::shared_ptr<const Description>> find(std::string_view id) const;
  /// Of the known ids (rehearsal's among them), the one that `text` was probably meant to be;
  /// empty: none is near.
  [[nodiscard]] std::string nearest(std::string_view text) const;

  /// The ids that can be used, shipped ones first.
  [[nodiscard]] std::vector<std::string> ids() const;
  /// Everything that was found, broken files too.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  void load_shipped();
  void load_place(const std::string& place);
  void load_file(const std::string& file);

  std::vector<Entry> entries_;  // constant after loading
};

/// The process's catalogue, which is loaded at the first call (and then blocks as long as the disk
/// does) and never again: what a pipeline may use does not change under it. Any thread.
[[nodiscard]] Result<std::shared_ptr<const Description>> find_description(std::string_view id);
[[nodiscard]] std::vector<std::string> catalogue_ids();

}  // namespace prompt::provider
