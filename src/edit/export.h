// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A take in a coding that editors like: every frame by itself, sound as PCM of 48 kHz. The frames
// and lengths of what was written are compared with the take's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "edit/clip_facts.h"
#include "edit/decoding.h"

namespace prompt::edit {

enum class ExportFormat {
  prores,  ///< ProRes 422 in QuickTime, with a timecode track.
  dnxhr,   ///< DNxHR HQ in MXF, 1920x1080 or 1280x720.
  ffv1,    ///< FFV1 in Matroska: without loss.
  mjpeg,   ///< Motion JPEG in QuickTime, with a timecode track.
  proxy,   ///< H.264 of key frames, at most 640 wide or high, in QuickTime, with a timecode track.
};

/// "prores", "dnxhr", "ffv1", "mjpeg", "proxy".
[[nodiscard]] const char* to_string(ExportFormat format);
[[nodiscard]] std::optional<ExportFormat> export_format_from_string(std::string_view name);
/// ".mov", ".mxf" or ".mkv".
[[nodiscard]] const char* export_extension(ExportFormat format);

struct ExportOptions {
  /// The first frame's timecode in .mov; empty: the take's own, which is 00:00:00:00 where it has
  /// none, so that a timeline of takes finds exports at the same places.
  std::string start;
  Progress progress;
};

struct Exported {
  ClipFacts facts;
  bool is_letterboxed = false;
  /// The take has no colour tags: it was taken for BT.709 and is labelled so.
  bool is_colour_assumed = false;
  bool has_lost_c2pa = false;
  /// The same three as sentences.
  std::vector<std::string> warnings;
};

/// Writes `to`, which must not be there; under another name in its folder first. `facts` are of
/// `from`. Blocks. Errors: settings (the name is taken, no constant frame rate, no video, a start
/// that is no timecode); wrong_media where the take cannot be decoded, or where frames, lengths or
/// sound of what was written are not the take's; no_space, storage, unavailable, deadline,
/// interrupted. Nothing of it is left then.
[[nodiscard]] Result<Exported> export_take(const std::string& from, const ClipFacts& facts,
                                           const std::string& to, ExportFormat format,
                                           const ExportOptions& options = {});

}  // namespace prompt::edit
