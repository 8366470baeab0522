// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Which parts of a document anybody will look at. A reply may echo megabytes of logs and of
// settings that nobody asked for; they are checked like the rest, but nothing is built of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "json/path.h"

namespace prompt::json {

/// A tree of the steps of all paths that are read. Constant after building; any thread.
class Wanted {
 public:
  /// What is at the path, with all that is in it.
  void add(const Path& path);
  void add(const Paths& paths);
  /// What is at `in_item` of each item at `items`: of those of a list, or of the one value.
  void add(const Path& items, const Paths& in_item);

  /// All that is in this value.
  [[nodiscard]] bool is_all() const { return is_all_; }
  /// What is wanted of the member; nullptr: nothing.
  [[nodiscard]] const Wanted* member(std::string_view name) const;
  /// What is wanted of each item of an array; nullptr: nothing.
  [[nodiscard]] const Wanted* item() const { return is_all_ ? this : each_.get(); }

 private:
  Wanted& at(const Path& path);
  Wanted& each();

  bool is_all_ = false;
  std::map<std::string, Wanted, std::less<>> names_;
  std::shared_ptr<Wanted> each_;  // of items, and of members whatever their name
};

}  // namespace prompt::json
