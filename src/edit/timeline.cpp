// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/timeline.h"

#include <glib.h>

namespace prompt::edit {

std::optional<TimelineFormat> timeline_format_of(std::string_view path) {
  struct Ending {
    std::string_view text;
    TimelineFormat format;
  };
  constexpr Ending endings[] = {{".otio", TimelineFormat::otio},
                                {".xges", TimelineFormat::ges},
                                {".mlt", TimelineFormat::mlt},
                                {".edl", TimelineFormat::edl},
                                {".xml", TimelineFormat::fcp7}};
  for (const Ending& ending : endings) {
    if (path.size() <= ending.text.size()) continue;
    const std::string_view last = path.substr(path.size() - ending.text.size());
    if (g_ascii_strncasecmp(last.data(), ending.text.data(), ending.text.size()) == 0)
      return ending.format;
  }
  return std::nullopt;
}

Result<std::string> write_timeline(TimelineFormat format, const Cut& cut,
                                   const TimelineOptions& options) {
  switch (format) {
    case TimelineFormat::otio:
      return write_otio(cut, options);
    case TimelineFormat::ges:
      return write_ges(cut, options);
    case TimelineFormat::mlt:
      return write_mlt(cut, options);
    case TimelineFormat::edl:
      return write_edl(cut, options);
    case TimelineFormat::fcp7:
      return write_fcp7(cut, options);
  }
  return fail(ErrorKind::settings, "The format of the timeline is unknown.");
}

}  // namespace prompt::edit
