// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is inside a ClipFile; for the files that implement it. Two locks: `writing` is held
// over disk work by whoever writes, and orders attempts that run on different workers; `mutex`
// guards facts, is held for a few instructions only, and is all that readers take. Where both are
// needed, `writing` comes first. Wakes are told without `mutex`, callbacks are called without both.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "clip/clip_file.h"
#include "clip/mp4_walk.h"
#include "clip/rate_meter.h"
#include "clip/sha256.h"
#include "clip/tail_plan.h"

namespace prompt::clip {

struct ClipFile::State {
  // ---- Constant once the clip is open ----
  FileDescriptor file;
  std::string folder;     // of a download
  std::string name;       // of a download
  std::string part_path;  // of a download

  // ---- Guarded by writing ----
  std::mutex writing;
  std::uint64_t position = 0;  // of the next byte of the body; below received: it is compared
  std::optional<Validators> new_validators;  // count as soon as all that is here was compared
  Sha256 hash;
  std::uint64_t hashed = 0;
  std::uint64_t written_back = 0;  // up to here the disk was asked to begin
  Mp4Walk walk;
  std::uint64_t sniff_at = 0;  // sniffing again is of use when so much is here

  // ---- Guarded by mutex ----
  mutable std::mutex mutex;
  ClipFacts facts;  // but for the rate
  RateMeter meter;
  Media medium = Media::automatic;
  std::uint64_t max_bytes = 2ULL * 1024 * 1024 * 1024;
  std::shared_ptr<const std::string> tail;
  TailPlan tail_plan;
  std::optional<std::uint64_t> moov_begin;
  bool is_distrusted = false;  // all is here and was no whole file: to be compared from the start
  std::uint64_t version = 1;   // of the content
  mutable std::uint64_t served_end = 0;  // how far readers have seen this version
  mutable Reading common_reading;
  std::vector<std::uint64_t> wants;  // offsets that readers wait for
  std::uint64_t untold_bytes = 0;
  RateMeter::Clock::time_point told_at;
  std::function<void(std::uint64_t)> on_tail;
  std::optional<Finished> finished;

  WakeList wakes;  // has its own lock

  /// The first `held` bytes of a download's open file, before anybody else sees the clip.
  void take(FileDescriptor opened, std::string in_folder, std::string as, std::uint64_t held,
            bool is_all);
  /// Whether readers may see bytes. mutex held.
  [[nodiscard]] bool is_released() const;
  /// How `offset` can be read: mutex held.
  [[nodiscard]] bool is_here(std::uint64_t offset) const;
  /// A copy of what has to be called when a window is worth fetching, and with what. mutex held.
  struct TailCall {
    std::function<void(std::uint64_t)> call;
    std::uint64_t begin = 0;
    void operator()() const {
      if (call) call(begin);
    }
  };
  [[nodiscard]] TailCall consider_tail();
  /// Forgets the window. mutex held.
  void drop_tail();
  /// Notes bytes that arrived and says whether the wakes should hear of them now. mutex held.
  [[nodiscard]] bool note_arrival(std::uint64_t bytes, RateMeter::Clock::time_point now);

  /// Where the media data ends, by what the walk saw. writing held, mutex not.
  [[nodiscard]] std::optional<MediaEnd> find_media_end(std::optional<Kind> kind,
                                                       std::optional<std::uint64_t> size) const;
  /// Hashes what is here and was not hashed yet, at most `most` bytes, so that little is left for
  /// the end. writing held.
  void catch_up_hash(std::uint64_t received, std::uint64_t most);
  /// The window at the end on disk. writing held, mutex not.
  [[nodiscard]] std::string tail_path() const { return folder + "/" + name + ".tail"; }
  void save_tail(std::uint64_t begin, const Validators& validators, const std::string& bytes) const;

  /// What is really there; less than was received if somebody else cut the file.
  [[nodiscard]] std::uint64_t size_on_disk() const;
  /// Cuts the content to its first `keep` bytes, because what was behind them is of an older
  /// version or no clip. writing held, mutex not.
  [[nodiscard]] Result<void> drop_behind(std::uint64_t keep);
  /// The kind, as far as the first `available` bytes tell it, checked against the medium. writing
  /// held, mutex not.
  [[nodiscard]] Result<std::optional<Kind>> look_at_beginning(std::uint64_t available, bool is_all);
};

/// Whether two replies were about the same version; nothing where they do not say.
[[nodiscard]] std::optional<bool> same_version(const Validators& a, const Validators& b);
/// What may go right next time: it broke off, or was changed.
[[nodiscard]] Error broken_error(std::string message);

}  // namespace prompt::clip
