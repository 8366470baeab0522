// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/cut.h"

#include <gst/gst.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace prompt::edit {
namespace {

// Divided by every common rate, those slowed down by 1000/1001 among them, without a rest.
constexpr std::int64_t ticks_per_second = 705600000;
// A week: sums stay far from the end of their type.
constexpr std::int64_t most_ticks = ticks_per_second * 7 * 24 * 3600;

std::int64_t ticks_of(const ClipFacts& facts, const Cut& cut) {
  if (!facts.rate.is_known())
    return static_cast<std::int64_t>(gst_util_uint64_scale_round(
        static_cast<guint64>(facts.video_ns), ticks_per_second, GST_SECOND));
  const MediaRange range = media_range(facts, cut);
  return rescale_frames(range.frames, range.rate, {ticks_per_second, 1});
}

std::int64_t frame_of(std::int64_t ticks, const Cut& cut) {
  return rescale_frames(ticks, {ticks_per_second, 1}, cut.rate);
}

tl::unexpected<Error> cut_refused(const std::string& why) { return fail(ErrorKind::settings, why); }

Result<void> check_media(const std::string& name, const std::string& path, const ClipFacts& facts) {
  const std::string who = "The shot \"" + show_safely(name, {}, 80) + "\" ";
  if (facts.medium == Media::image)
    return cut_refused(who + "is a still, which has no length: make a video of it first.");
  if (!facts.has_video() || facts.frames < 1 || facts.video_ns < 1)
    return cut_refused(who + "has no picture: a timeline is made of videos.");
  if (path.empty() || path.front() != '/')
    return cut_refused(who + "is given without its whole path.");
  return {};
}

}  // namespace

Result<void> check_cut(const Cut& cut) {
  if (cut.shots.empty()) return cut_refused("A timeline without any shot cannot be written.");
  if (!cut.rate.is_known() || cut.rate.numerator > 1000 * cut.rate.denominator)
    return cut_refused("The sequence needs a frame rate of more than 0 and at most 1000.");
  if (cut.width < 1 || cut.height < 1 || cut.width > 65535 || cut.height > 65535)
    return cut_refused("The sequence needs a size of 1x1 to 65535x65535.");
  if (cut.is_drop_frame && !has_drop_frame(cut.rate))
    return cut_refused(
        "Drop-frame timecode is there for 29.97 and 59.94 frames per second, not for " +
        to_string(cut.rate) + ".");
  std::int64_t ticks = 0;
  for (const Shot& shot : cut.shots) {
    if (auto checked = check_media(shot.name, shot.path, shot.facts); !checked) return checked;
    for (const Alternate& other : shot.alternates)
      if (auto checked = check_media(shot.name, other.path, other.facts); !checked) return checked;
    ticks = std::min(ticks + std::clamp<std::int64_t>(ticks_of(shot.facts, cut), 0, most_ticks),
                     most_ticks + 1);
  }
  if (ticks > most_ticks) return cut_refused("A timeline of more than a week is not written.");
  std::int64_t last = 0;
  for (const Placed& placed : lay_out(cut)) {
    if (placed.end == last)
      return cut_refused("The shot \"" + show_safely(placed.shot->name, {}, 80) +
                         "\" is shorter than a frame of the sequence.");
    last = placed.end;
  }
  return {};
}

Result<Cut> make_cut(std::string name, std::vector<Shot> shots, const CutWishes& wishes) {
  Cut cut;
  cut.name = std::move(name);
  cut.shots = std::move(shots);
  if (cut.shots.empty()) return cut_refused("A timeline without any shot cannot be written.");
  const ClipFacts& first = cut.shots.front().facts;
  cut.rate = wishes.rate.value_or(first.rate);
  if (!cut.rate.is_known())
    return cut_refused(
        "The first shot has no constant frame rate: say which the sequence has (--rate).");
  cut.width = wishes.width;
  cut.height = wishes.height;
  if (cut.width == 0 && cut.height == 0) {
    cut.width = static_cast<int>(rescale_frames(first.width, {first.pixel_aspect_denominator, 1},
                                                {first.pixel_aspect_numerator, 1}));
    cut.height = first.height;
  }
  const auto start = parse_timecode(wishes.start.empty() ? "01:00:00:00" : wishes.start, cut.rate);
  if (!start) return tl::unexpected(start.error());
  cut.start_frame = start->frame;
  cut.is_drop_frame = start->is_drop;
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  return cut;
}

MediaRange media_range(const ClipFacts& facts, const Cut& cut) {
  if (!facts.rate.is_known())
    return {cut.rate, std::max<std::int64_t>(frame_at(facts.video_ns, cut.rate), 1), 0, false};
  return {facts.rate, facts.frames, facts.start_frame.value_or(0), facts.is_drop_frame};
}

std::int64_t source_start_label(const ClipFacts& facts, const Cut& cut) {
  const MediaRange range = media_range(facts, cut);
  if (range.rate == cut.rate) return range.start;
  return rescale_frames(range.start, {nominal(range.rate), 1}, {nominal(cut.rate), 1});
}

std::vector<Placed> lay_out(const Cut& cut) {
  std::vector<Placed> all;
  std::int64_t ticks = 0;
  std::int64_t begin = 0;
  for (const Shot& shot : cut.shots) {
    ticks += ticks_of(shot.facts, cut);
    const std::int64_t end = frame_of(ticks, cut);
    all.push_back({&shot, begin, end});
    begin = end;
  }
  return all;
}

std::vector<std::vector<PlacedAlternate>> lay_out_alternates(const Cut& cut) {
  std::size_t rows = 0;
  for (const Shot& shot : cut.shots) rows = std::max(rows, shot.alternates.size());
  std::vector<std::vector<PlacedAlternate>> tracks(rows);
  for (const Placed& placed : lay_out(cut)) {
    for (std::size_t row = 0; row < rows; ++row) {
      PlacedAlternate item{nullptr, placed.begin, placed.length(), placed.length()};
      if (row < placed.shot->alternates.size()) {
        item.alternate = &placed.shot->alternates[row];
        const std::int64_t own = frame_of(ticks_of(item.alternate->facts, cut), cut);
        item.length = std::clamp<std::int64_t>(own, 1, placed.length());
      }
      tracks[row].push_back(item);
    }
  }
  return tracks;
}

}  // namespace prompt::edit
