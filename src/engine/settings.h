// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What somebody asks the engine for: the properties of an element, unchecked, in plain C++.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/media.h"
#include "base/secret.h"
#include "json/value.h"

namespace prompt::engine {

enum class CachePolicy {
  use,      ///< A finished clip of the same request is played without paying.
  refresh,  ///< Pay for a new one; an unfinished job of the same request is joined.
  only,     ///< Never pay: not_found where there is none.
};

/// What becomes of an unfinished job when the last element that uses it stops.
enum class OnStop { keep, cancel };

struct Settings {
  std::string provider;  ///< Empty: GST_PROMPT_PROVIDER, else "vibegen".
  std::string model;
  std::string prompt;
  Media media = Media::automatic;
  unsigned duration_s = 0;
  std::string aspect_ratio;
  std::string resolution;
  std::optional<bool> generate_audio;
  std::vector<std::string> images;  ///< http(s) URLs, file: URIs or paths.
  std::optional<std::int64_t> seed;
  unsigned take = 1;
  unsigned result = 0;  ///< Which of several is played: no other request, a task has them all.
  json::Object parameters;
  std::string callback_url;
  Secret api_key;        ///< Empty: looked up (see key.h).
  std::string base_url;  ///< Empty: the description's variable, else the description's.
  std::string task_id;   ///< Attach to this task of the provider's instead of submitting.
  CachePolicy cache = CachePolicy::use;
  /// With cache=use, after a refresh: waits for what that brings although there is a clip.
  bool follows_refresh = false;
  double max_credits = 0;                      ///< 0: no cap.
  std::chrono::milliseconds poll_interval{0};  ///< 0: the description's.
  std::chrono::seconds generation_timeout{0};  ///< 0: the description's.
  OnStop on_stop = OnStop::keep;
  StartPolicy start_policy = StartPolicy::safe;  ///< A reader's; the engine does not look at it.
  std::string library;  ///< Empty: GST_PROMPT_HOME, else $XDG_DATA_HOME/gst-prompt.
};

}  // namespace prompt::engine
