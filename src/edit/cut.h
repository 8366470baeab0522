// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Chosen takes in the order of their shots, on a sequence's grid of frames: what timelines are
// written from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "edit/clip_facts.h"
#include "edit/frame_rate.h"

namespace prompt::edit {

/// One of the other takes of a shot.
struct Alternate {
  int take = 1;
  std::string path;
  ClipFacts facts;
};

struct Shot {
  std::string name;  ///< "Shot_01"
  int take = 1;
  std::string path;  ///< Absolute, bytes as on disk.
  ClipFacts facts;   ///< Of that file.
  std::string prompt;
  std::vector<Alternate> alternates;
};

struct Cut {
  std::string name;
  FrameRate rate;
  int width = 0;  ///< Square pixels.
  int height = 0;
  /// Of the sequence's first frame, from 00:00:00:00.
  std::int64_t start_frame = 0;
  bool is_drop_frame = false;
  int sample_rate = 48000;
  std::vector<Shot> shots;
};

/// What somebody says of the sequence; the rest is as the first shot's.
struct CutWishes {
  std::optional<FrameRate> rate;
  int width = 0;  ///< 0: the first shot's.
  int height = 0;
  std::string start;  ///< A timecode; empty: "01:00:00:00".
};

/// A sequence of these shots. Errors: settings, for what check_cut() refuses, for a start that is
/// no timecode of the rate, and where the first shot has no constant rate and none is wished.
[[nodiscard]] Result<Cut> make_cut(std::string name, std::vector<Shot> shots,
                                   const CutWishes& wishes);

/// Errors: settings, a sentence: no shots, a picture or music as a shot, a relative path, no rate
/// or size, drop-frame at a rate that has none.
[[nodiscard]] Result<void> check_cut(const Cut& cut);

/// A file's own frames as a timeline tells them.
struct MediaRange {
  FrameRate rate;           ///< The file's; the sequence's where the file has no constant one.
  std::int64_t frames = 0;  ///< At that rate.
  std::int64_t start = 0;   ///< By the file's timecode track; 0 without one.
  bool is_drop_frame = false;
};
[[nodiscard]] MediaRange media_range(const ClipFacts& facts, const Cut& cut);

/// A file's start on the sequence's grid as the number that stands in its timecode: 01:00:00:00
/// stays 01:00:00:00 at every rate.
[[nodiscard]] std::int64_t source_start_label(const ClipFacts& facts, const Cut& cut);

/// Where a shot lies, in frames of the sequence from 0.
struct Placed {
  const Shot* shot = nullptr;
  std::int64_t begin = 0;
  std::int64_t end = 0;  ///< Exclusive.

  [[nodiscard]] std::int64_t length() const { return end - begin; }
};

/// The shots of a checked cut one after another. The edges are rounded, not the lengths, so that
/// the sum of many shots of another rate is right to half a frame.
[[nodiscard]] std::vector<Placed> lay_out(const Cut& cut);

/// A take that lies above a shot: as long as that, or less.
struct PlacedAlternate {
  const Alternate* alternate = nullptr;  ///< nullptr: nothing is there.
  std::int64_t begin = 0;
  std::int64_t length = 0;
  std::int64_t slot = 0;  ///< The shot's length.
};

/// The other takes as tracks: the first of each shot, the second of each, and so on; each track has
/// an item for each shot.
[[nodiscard]] std::vector<std::vector<PlacedAlternate>> lay_out_alternates(const Cut& cut);

}  // namespace prompt::edit
