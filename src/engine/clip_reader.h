// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reading a job's clip from a streaming thread: the only place where anybody waits for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/media.h"
#include "engine/job_handle.h"

namespace prompt::engine {

/// What is known of a clip that may be read.
struct ReadableClip {
  std::optional<std::uint64_t> size;  ///< Bytes, once announced.
  std::string caps;                   ///< Fixed GStreamer caps of the byte stream.
  std::string extension;              ///< "mp4"
  Media medium = Media::video;
  bool is_medium_known = true;  ///< Whether a GIF moves shows when all of it is here.
  std::string path;             ///< Of the file as it is now.
  bool complete = false;
};

enum class ReadStatus {
  bytes,        ///< Some were read.
  at_end,       ///< The offset is at or behind the end.
  interrupted,  ///< wake.interrupt() was called since the ticket was taken.
  failed,       ///< See error.
};

struct ReadOutcome {
  ReadStatus status = ReadStatus::failed;
  std::size_t bytes = 0;
  std::optional<Error> error;
  /// The end is told (or its last bytes are given) although the library does not have the clip, and
  /// this is said for the first time: somebody should be warned.
  bool is_not_kept = false;
};

/// Who reads, which decides when the end may be told.
enum class ReadMode {
  push,  ///< In order: what it reads at the end ends its stream.
  pull,  ///< Anywhere: a demuxer may probe the end long before it has played to it.
};

class [[gnu::visibility("default")]] ClipReader {
 public:
  /// `result`: which of the task's results; `duration`: how long the clip plays, for the policy
  /// safe (0: unknown). `wake` is the element's.
  ClipReader(std::shared_ptr<JobHandle> job, unsigned result, StartPolicy policy,
             std::chrono::milliseconds duration, std::shared_ptr<Wake> wake);
  ~ClipReader();
  ClipReader(const ClipReader&) = delete;
  ClipReader& operator=(const ClipReader&) = delete;

  /// Whether bytes may be released now; never blocks. Once true it stays so. An error is the job's
  /// or the download's ("has only 2 results").
  [[nodiscard]] Result<bool> may_start();
  /// Facts of the clip; only after may_start() was true.
  [[nodiscard]] ReadableClip facts() const;
  /// Reads at `offset`, waiting until something is there: at least `min_bytes` (or up to the end),
  /// so that push mode makes no tiny buffers. After the last byte, the end is told when the clip is
  /// proved whole and the library knows it, and an error if it is not whole. The last bytes of the
  /// media data are given then, too: some demuxers never ask for the end. That waits as long as
  /// bytes arrive or are looked at, and 5 s more at most. Streaming thread; only after may_start().
  [[nodiscard]] ReadOutcome read(std::uint64_t offset, std::span<std::byte> into,
                                 std::size_t min_bytes, ReadMode mode, Wake::Ticket & ticket);

 private:
  class [[gnu::visibility("hidden")]] Playing;
  const std::unique_ptr<Playing> playing_;  // constant; its content is the streaming thread's
};

}  // namespace prompt::engine
