// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A cut as a file that an editor opens. What each format can say, and how its readers take it, is
// in docs/editing.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "edit/cut.h"

namespace prompt::edit {

enum class TimelineFormat {
  otio,  ///< OpenTimelineIO: Resolve, Premiere, Kdenlive from 25.04.
  ges,   ///< GStreamer Editing Services: ges-launch, Pitivi.
  mlt,   ///< MLT XML: melt, Shotcut; a clip to Kdenlive.
  edl,   ///< CMX 3600: everybody; one video track, file names only.
  fcp7,  ///< Final Cut Pro 7 XML: Premiere, Resolve.
};

/// By its last letters: .otio, .xges, .mlt, .edl, .xml. Nothing for others.
[[nodiscard]] std::optional<TimelineFormat> timeline_format_of(std::string_view path);

/// What becomes of the takes that were not chosen.
enum class Alternates {
  none,
  refs,   ///< Other references of the same clip: only OTIO can.
  track,  ///< On tracks that are switched off: OTIO, MLT, FCP 7.
};

struct TimelineOptions {
  Alternates alternates = Alternates::none;
  /// Paths relative to this folder, where the timeline will lie (absolute): only OTIO and MLT.
  std::optional<std::string> relative_to;
};

/// The file's text, UTF-8. Pure; any thread. Errors: settings, a sentence: what check_cut()
/// refuses, and what the format cannot say.
[[nodiscard]] Result<std::string> write_timeline(TimelineFormat format, const Cut& cut,
                                                 const TimelineOptions& options = {});

/// The same, one by one.
[[nodiscard]] Result<std::string> write_otio(const Cut& cut, const TimelineOptions& options = {});
[[nodiscard]] Result<std::string> write_ges(const Cut& cut, const TimelineOptions& options = {});
[[nodiscard]] Result<std::string> write_mlt(const Cut& cut, const TimelineOptions& options = {});
[[nodiscard]] Result<std::string> write_edl(const Cut& cut, const TimelineOptions& options = {});
[[nodiscard]] Result<std::string> write_fcp7(const Cut& cut, const TimelineOptions& options = {});

}  // namespace prompt::edit
