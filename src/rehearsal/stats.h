// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What has been counted, for tests to assert on: GET /rehearsal/stats.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace prompt::rehearsal {

struct ProviderCounts {
  std::uint64_t requests = 0;  ///< to this provider's API, also to paths that it has not
  std::uint64_t submits = 0;   ///< requests that would make a task, whatever became of them
  std::uint64_t created = 0;   ///< tasks made
  std::uint64_t queries = 0;
  std::uint64_t lists = 0;
  std::uint64_t refused = 0;  ///< answered with a status of 400 or above
};

struct MediaCounts {
  std::uint64_t requests = 0;
  std::uint64_t partial = 0;  ///< answered with 206
  std::uint64_t bytes = 0;    ///< of bodies, as far as they were written
};

struct Stats {
  std::map<std::string, ProviderCounts> providers;
  std::map<std::string, MediaCounts> media;    ///< by path
  std::uint64_t media_refused = 0;             ///< wrong path, method or signature
  std::uint64_t media_with_authorization = 0;  ///< media requests that carried the header
  std::uint64_t callbacks_sent = 0;
  std::uint64_t callbacks_delivered = 0;  ///< answered with a status of 2xx
  std::uint64_t callbacks_refused = 0;    ///< not on this machine, so not called
};

}  // namespace prompt::rehearsal
