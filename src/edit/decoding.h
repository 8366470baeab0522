// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Pipelines that decode one media file to its end: exports and single frames. The demuxer is the
// one that the file's first bytes name, and no file leads to another.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "edit/gst_ready.h"
#include "edit/media_file.h"

namespace prompt::edit {

/// From 0 to 1, about four times a second; false stops it.
using Progress = std::function<bool(double done)>;

/// A pipeline as gst-launch writes it. Its elements `picture` and, if wanted, `sound` get the
/// file's first video and audio stream, still coded. Errors: unavailable for elements that are not
/// installed; wrong_media for a file of no known kind.
[[nodiscard]] Result<Ref<GstElement>> make_decoding(const MediaFile& file,
                                                    const std::string& description);

/// Plays it to its end as fast as can be. Blocks. The pipeline is stopped afterwards, and let go
/// where it hangs. Errors: wrong_media with GStreamer's words; no_space; deadline where nothing
/// moves for `idle`; interrupted.
[[nodiscard]] Result<void> run_decoding(const Ref<GstElement>& pipeline, const MediaFile& file,
                                        const Progress& progress,
                                        std::chrono::milliseconds idle = std::chrono::minutes(2));

}  // namespace prompt::edit
