// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The results of a task as users count them. Some services send a picture or a text beside the clip
// (a last frame, a log): those of the wanted medium are the clips, in their order, and the others
// are kept and not counted. Which medium a result is of, its first bytes tell; what the provider
// says of it serves until then. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "clip/clip_file.h"
#include "ledger/job_row.h"

namespace prompt::job {

class ResultList {
 public:
  enum class Belongs {
    yes,
    no,       ///< Of another medium, or nothing that is played.
    unknown,  ///< Not yet.
  };

  ResultList() = default;
  explicit ResultList(Media wanted) : wanted_(wanted) {}

  /// The next one; `clip` may be nullptr: it is not here and does not come.
  void add(const ledger::ResultRow& row, std::shared_ptr<clip::ClipFile> clip);
  /// Its bytes were of no kind that is played.
  void set_no_clip(std::size_t position);

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] Belongs belongs(std::size_t position) const;
  /// How many are of the wanted medium, as far as that is known: it may become less.
  [[nodiscard]] unsigned count() const;
  /// The n-th of the wanted medium; nullptr where there is none, it is not here, or which one it is
  /// cannot be told yet.
  [[nodiscard]] std::shared_ptr<clip::ClipFile> clip(unsigned n) const;

 private:
  struct Item {
    std::shared_ptr<clip::ClipFile> clip;
    Media said = Media::automatic;  // by the provider; automatic: nothing
    bool is_no_clip = false;
  };

  [[nodiscard]] Belongs belongs_by_kind(clip::Kind kind) const;

  Media wanted_ = Media::automatic;
  std::vector<Item> items_;
};

}  // namespace prompt::job
