// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/filter.h"

#include <array>

#include "base/text.h"

namespace prompt::tool {
namespace {

constexpr std::array states = {JobState::submitting, JobState::queued,   JobState::running,
                               JobState::fetching,   JobState::ready,    JobState::failed,
                               JobState::cancelled,  JobState::uncertain};

}  // namespace

Result<JobState> parse_state(const std::string& text) {
  std::string known;
  for (const JobState state : states) {
    if (text == to_string(state)) return state;
    known += std::string(known.empty() ? "" : ", ") + to_string(state);
  }
  return fail(ErrorKind::settings, "'" + text + "' is no state: there are " + known + ".");
}

Options filter_options() {
  return {{"name", 0, "NAME", "Only jobs of the shot of this name"},
          {"provider", 0, "NAME", "Only jobs of this provider"},
          {"state", 0, "STATE", "Only jobs in this state, as in ready or failed"},
          {"media", 0, "MEDIUM", "Only this medium: video, image or audio"},
          {"since", 0, "TIME", "Only what was made since then: today, 7d, 12h, 2026-12-01"}};
}

Result<engine::LibraryFilter> read_filter(const Line& line) {
  engine::LibraryFilter filter;
  filter.text = join(line.words, " ");
  filter.name = line.text("name");
  filter.provider = line.text("provider");
  if (line.has("state")) {
    const Result<JobState> state = parse_state(line.text("state"));
    if (!state) return fail(state.error());
    filter.state = *state;
  }
  if (line.has("media")) {
    const std::optional<Media> media = media_from_string(line.text("media"));
    if (!media || *media == Media::automatic)
      return fail(ErrorKind::settings,
                  "'" + line.text("media") + "' is no medium: there are video, image and audio.");
    filter.media = *media;
  }
  if (line.has("since")) {
    const Result<std::int64_t> since = parse_since(line.text("since"));
    if (!since) return fail(since.error());
    filter.since_ms = *since;
  }
  return filter;
}

}  // namespace prompt::tool
