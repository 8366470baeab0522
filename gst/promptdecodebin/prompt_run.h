// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What PromptBin holds from READY to PAUSED until back: shared by its two source files.
#pragma once

#include <chrono>
#include <optional>

#include "promptdecodebin/prompt_bin.h"

namespace prompt::element {

struct PromptBin::Run {
  explicit Run(GstElement* element) : reporter(element) {}

  /// Set with the state lock when the bin goes back to READY. Whoever adds elements checks it with
  /// the state lock held, so late news of an earlier run do nothing.
  std::atomic<bool> is_over = false;
  std::atomic<bool> is_waiting = true;  ///< No clip yet.
  JobReporter reporter;
  std::shared_ptr<Courier> courier;  // constant
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  // Written by deliveries, which come one at a time; read by others under the lock.
  struct Opened {
    std::shared_ptr<engine::JobHandle> job;
    std::shared_ptr<engine::Subscription> news;
    unsigned result = 0;
  };
  Guarded<Opened> opened;
  std::shared_ptr<engine::ClipReader> reader;  // deliveries
  /// Since when the clip is whole and nothing came out of it.
  std::optional<std::chrono::steady_clock::time_point> mute_since;  // deliveries
  GstClockTime still_duration = 0;  // constant after the job was opened

  // Elements: with the state lock, but for imagefreeze, which pads are linked to while streaming.
  GstElement* source = nullptr;
  GstElement* front = nullptr;  ///< Makes the source push, for demuxers that cannot pull.
  GstElement* decoder = nullptr;
  std::atomic<GstElement*> gate = nullptr;  ///< In front of imagefreeze, linked to like that.
  std::atomic<GstElement*> freeze = nullptr;
  GstElement* rate = nullptr;  ///< Prefers 24/1 behind imagefreeze.
  std::atomic<unsigned> pads = 0;
};

}  // namespace prompt::element
