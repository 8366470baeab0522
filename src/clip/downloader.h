// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fetches a result into a ClipFile, one attempt per call, on a worker. It asks nobody: an URL that
// is not valid any more is ErrorKind::expired, and whoever owns the job asks the status for a fresh
// one.
#pragma once

#include <chrono>
#include <cstdint>

#include "clip/clip_file.h"
#include "http/client.h"

namespace prompt::clip {

struct Source {
  std::string job;        ///< Its id, for the log; empty: none.
  http::Request request;  ///< GET of the media URL; with a credential only where it may go.
  bool allow_private_addresses = false;  ///< The API itself is on one.
  bool allow_http = false;               ///< Plain http to other than loopback.
  std::uint64_t max_bytes = 2ULL * 1024 * 1024 * 1024;
  /// Less than `stall_bytes` within `stall_window` ends an attempt; the next one resumes.
  std::chrono::milliseconds stall_window{30'000};
  std::size_t stall_bytes = 16 * 1024;
};

/// One attempt: resumes with Range and If-Range where the clip holds bytes and a strong validator
/// (where the server's answer does not fit, the whole file is asked for in the same attempt),
/// follows redirects (at most 5, https stays https, no credential to another origin), stops where a
/// window at the end begins, ends with ClipFile::finish(keeper). Calls ClipFile::begin_attempt()
/// and limit_size(). Errors by what to do:
///  - expired (4xx but 401, 402, 407, 408, 425 and 429): fetch a fresh URL;
///  - retriable: try the same again later (cut, stall, 5xx, short body, changed content; busy for
///  429;
///    `retry_after` where the server gave one);
///  - wrong_media, too_large, no_space, storage, not_authorized, rejected, malformed: do not;
///  - cancelled.
/// A short disk and a broken line keep the prefix. Worker thread only.
[[nodiscard]] Result<void> download(http::Client& client, const Source& source, ClipFile& clip,
                                    const http::Cancel& cancel, const Keeper& keeper = {});

/// Fetches the window [begin, size) by a Range request of its own and gives it to the clip, unless
/// the download has come so near meanwhile that it would be sent twice. Errors are for the log: the
/// download itself goes on. Worker thread only.
[[nodiscard]] Result<void> download_tail(http::Client& client, const Source& source, ClipFile& clip,
                                         std::uint64_t begin, const http::Cancel& cancel);

}  // namespace prompt::clip
