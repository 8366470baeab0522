// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What every element does about the job that it waits for: opens it, hears of it, says what becomes
// of it when the wait ends early, and why it failed.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/wake.h"
#include "engine/clip_reader.h"
#include "engine/job_handle.h"
#include "shared/courier.h"
#include "shared/messages.h"
#include "shared/request_properties.h"

namespace prompt::element {

struct JobWait {
  std::shared_ptr<engine::JobHandle> job;
  std::shared_ptr<engine::ClipReader> reader;
  unsigned result = 0;
};

/// Opens the job of this request, or takes the one that was `found` already; a refresh counts as
/// begun then. `reporter` learns what stopping does. May read small files: not for an application's
/// thread. Errors: those of Engine::open().
[[nodiscard]] Result<JobWait> open_job(RequestProperties& properties, const ElementRequest& request,
                                       std::shared_ptr<engine::JobHandle> found,
                                       JobReporter& reporter, const std::shared_ptr<Wake>& wake);

/// Sends `courier` at every change of the job, for as long as what it returns is kept.
[[nodiscard]] std::shared_ptr<engine::Subscription> send_news(
    engine::JobHandle& job, const std::shared_ptr<Courier>& courier);

/// "Stopped while waiting for the clip", and what becomes of the job, which may be none yet.
[[nodiscard]] std::string stopped_waiting(const engine::Snapshot& job,
                                          const RequestProperties& properties);

/// The job as it is now, for an error; without one, at least whose API it would have been.
[[nodiscard]] engine::Snapshot snapshot_of(const engine::JobHandle* job,
                                           const RequestProperties& properties);

/// Whether it is an error that an element of ours posted.
[[nodiscard]] bool is_own_error(GstMessage* message);

}  // namespace prompt::element
