// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A render spec to a file, with GStreamer: H.264 and AAC in MP4, PNG, or MP3. The server never
// renders in its own process (see render_queue.h): GStreamer's threads stay out of it.
#pragma once

#include <string>

#include "base/error.h"
#include "rehearsal/render/render_spec.h"

namespace prompt::rehearsal {

/// Whether the GStreamer elements for videos are installed; gst_init() must have been called.
/// Error: settings, naming the elements that are missing and the Debian packages that have them.
[[nodiscard]] Result<void> check_elements();

/// Renders to `path`, which appears only when it is whole. Takes well below the clip's duration;
/// blocks until done. Errors: settings (missing elements), storage, failed.
[[nodiscard]] Result<void> render_to_file(const RenderSpec& spec, const std::string& path);

}  // namespace prompt::rehearsal
