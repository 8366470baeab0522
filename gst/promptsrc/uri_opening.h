// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How the job of a URI is opened. URIs come from playlists and projects of strangers, so one that a
// demuxer or a downloader opens by itself never pays, and one that an application was handed says
// what it costs before it pays. GST_PROMPT_URI=play keeps all URIs from paying.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/guarded.h"
#include "base/wake.h"
#include "engine/job_handle.h"
#include "engine/settings.h"

namespace prompt::element {

/// One per start of a source. Holds on to what was opened, so that an interrupted opening goes on
/// where it was.
class UriOpening {
 public:
  /// The job, nullptr if the wait was interrupted. Looks into the library first; what is not there
  /// is paid for, after one WARNING on the element's bus that says the price, if this may pay.
  /// Blocks as long as the library takes; no lock may be held. Errors: those of Engine::open(), and
  /// settings for a GST_PROMPT_URI that is neither `play` nor `pay`.
  [[nodiscard]] Result<std::shared_ptr<engine::JobHandle>> open(GstElement* element,
                                                                engine::Settings settings,
                                                                const std::shared_ptr<Wake>& wake,
                                                                Wake::Ticket& ticket);

  /// A job's error as it is to be told: a clip that is not there, and may not be paid for, says
  /// why, and how to go on.
  [[nodiscard]] Error explain(Error error) const;

 private:
  struct State {
    std::shared_ptr<engine::JobHandle> look;     ///< Opened with cache=only.
    std::shared_ptr<engine::JobHandle> payment;  ///< Opened when the look had found nothing.
    bool has_told_price = false;
    std::string refusal;  ///< Why this may not pay; empty: it may.
  };
  mutable Guarded<State> state_;
};

}  // namespace prompt::element
