// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/wanted.h"

namespace prompt::json {

Wanted& Wanted::each() {
  if (!each_) each_ = std::make_shared<Wanted>();
  return *each_;
}

Wanted& Wanted::at(const Path& path) {
  Wanted* here = this;
  for (const Path::Step& step : path.steps()) {
    const auto* const name = std::get_if<std::string>(&step);
    here = name != nullptr ? &here->names_[*name] : &here->each();
  }
  return *here;
}

void Wanted::add(const Path& path) { at(path).is_all_ = true; }

void Wanted::add(const Paths& paths) {
  for (const Path& path : paths) add(path);
}

void Wanted::add(const Path& items, const Paths& in_item) {
  Wanted& found = at(items);
  for (const Path& path : in_item) {
    found.add(path);
    found.each().add(path);
  }
}

const Wanted* Wanted::member(std::string_view name) const {
  if (is_all_) return this;
  const auto found = names_.find(name);
  if (found == names_.end()) return each_.get();
  if (!each_) return &found->second;
  // Both ways lead here: one of them may want more than the other.
  // Never destroyed: threads may outlive main().
  static const Wanted* const all = [] {
    auto* const wanted = new Wanted;
    wanted->is_all_ = true;
    return wanted;
  }();
  return all;
}

}  // namespace prompt::json
