// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What PromptSource holds from start() to stop(): shared by its two source files.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "promptsrc/prompt_source.h"
#include "promptsrc/uri_opening.h"

namespace prompt::element {

/// create() holds it while it is inside.
struct PromptSource::Session {
  std::mutex opening;  ///< Held while the job is opened; no GStreamer call in it.
  UriOpening uri;
  std::optional<ElementRequest> request;     // streaming thread; of a URI
  std::shared_ptr<engine::JobHandle> found;  // streaming thread; of a URI
  std::shared_ptr<engine::JobHandle>
      job;  // guarded by opening until open() returned, then constant
  std::shared_ptr<engine::ClipReader> reader;  // likewise
  std::shared_ptr<JobReporter> reporter;       // likewise; none for a job that was given
  /// What stop() needs while the job may still be being opened, which can take its time.
  struct Ending {
    std::shared_ptr<JobReporter> reporter;
    bool is_over = false;
  };
  Guarded<Ending> ending;
  std::shared_ptr<Courier> courier;  // constant
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::shared_ptr<engine::Subscription> news;  // streaming thread
  std::optional<Error> error;                  // guarded by opening; the session is over
  std::atomic<bool> is_open = false;
  std::atomic<bool> is_released = false;
  /// Of an image by URI: how long it lasts. Then it is one buffer in a stream of time.
  std::optional<GstClockTime> still;  // constant
  bool is_still_sent = false;         // streaming thread; a seek, which has the stream lock
  std::atomic<guint64> size{GST_BUFFER_OFFSET_NONE};  ///< As told to the base class.
};

}  // namespace prompt::element
