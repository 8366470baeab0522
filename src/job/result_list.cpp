// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/result_list.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace prompt::job {
namespace {

struct Ending {
  std::string_view text;
  Media medium;
};

// Endings that stand for one medium only; a WebM, an MP4 or an Ogg may be sound alone, and a GIF a
// film, but nobody calls a picture so.
constexpr std::array endings = {
    Ending{".png", Media::image},  Ending{".jpg", Media::image},  Ending{".jpeg", Media::image},
    Ending{".webp", Media::image}, Ending{".avif", Media::image}, Ending{".mov", Media::video},
    Ending{".mkv", Media::video},  Ending{".mp3", Media::audio},  Ending{".wav", Media::audio},
    Ending{".flac", Media::audio}, Ending{".m4a", Media::audio},
};

Media medium_of_type(std::string_view type) {
  if (type.starts_with("video/")) return Media::video;
  if (type.starts_with("image/") && !type.starts_with("image/gif")) return Media::image;
  if (type.starts_with("audio/")) return Media::audio;
  return Media::automatic;
}

Media medium_of_name(std::string_view name) {
  if (name.starts_with("data:")) return medium_of_type(name.substr(5));
  name = name.substr(0, name.find_first_of("?#"));
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const Ending& ending : endings)
    if (lower.ends_with(ending.text)) return ending.medium;
  return Media::automatic;
}

// What is said in two ways that contradict each other is not said.
Media said_of(const ledger::ResultRow& row) {
  if (!row.file.empty()) return medium_of_name(row.file);
  const Media by_type = medium_of_type(row.content_type);
  const Media by_name = medium_of_name(row.media_url);
  if (by_type == Media::automatic) return by_name;
  return by_name == Media::automatic || by_name == by_type ? by_type : Media::automatic;
}

}  // namespace

void ResultList::add(const ledger::ResultRow& row, std::shared_ptr<clip::ClipFile> clip) {
  items_.push_back({std::move(clip), said_of(row), false});
}

void ResultList::set_no_clip(std::size_t position) { items_[position].is_no_clip = true; }

ResultList::Belongs ResultList::belongs(std::size_t position) const {
  const Item& item = items_[position];
  // The only one is what was asked for, or an error.
  if (wanted_ == Media::automatic || items_.size() == 1) return Belongs::yes;
  const std::optional<clip::Kind> kind =
      item.clip != nullptr ? item.clip->facts().kind : std::nullopt;
  if (kind) return belongs_by_kind(*kind);
  if (item.is_no_clip) return item.said == wanted_ ? Belongs::yes : Belongs::no;
  if (item.said != Media::automatic) return item.said == wanted_ ? Belongs::yes : Belongs::no;
  // A result that does not come counts as what it was to be: nobody waits for it to know his own.
  const bool is_to_come = item.clip != nullptr && !item.clip->facts().error;
  return is_to_come ? Belongs::unknown : Belongs::yes;
}

// A file that may be of either medium is not the one that was asked for where another one surely
// is.
ResultList::Belongs ResultList::belongs_by_kind(clip::Kind kind) const {
  const clip::KindFacts& facts = clip::facts_of(kind);
  if (facts.media[0] == wanted_) return Belongs::yes;
  if (!facts.can_be(wanted_)) return Belongs::no;
  bool is_all_known = true;
  for (const Item& item : items_) {
    if (item.clip == nullptr || item.is_no_clip) continue;
    const std::optional<clip::Kind> other = item.clip->facts().kind;
    if (other && clip::facts_of(*other).media[0] == wanted_) return Belongs::no;
    is_all_known = is_all_known && (other || item.clip->facts().error);
  }
  return is_all_known ? Belongs::yes : Belongs::unknown;
}

unsigned ResultList::count() const {
  unsigned count = 0;
  for (std::size_t i = 0; i < items_.size(); ++i)
    if (belongs(i) != Belongs::no) ++count;
  return count;
}

std::shared_ptr<clip::ClipFile> ResultList::clip(unsigned n) const {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Belongs is_wanted = belongs(i);
    if (is_wanted == Belongs::no) continue;
    if (is_wanted == Belongs::unknown) return nullptr;
    if (n-- == 0) return items_[i].clip;
  }
  return nullptr;
}

}  // namespace prompt::job
