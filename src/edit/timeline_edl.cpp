// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// CMX 3600: one line an event. Source and record times are counted at the sequence's rate, which
// stands nowhere but in the title; outs are exclusive.
#include <glib.h>

#include "base/text.h"
#include "edit/timeline.h"
#include "edit/timeline_text.h"

namespace prompt::edit {
namespace {

constexpr std::size_t most_events = 999;
constexpr std::size_t most_note = 120;

// Three digits to the base of 36 are enough for what 999 events can hold of shots; takes may be
// more than 99, too.
Result<std::string> reel_part(char letter, std::int64_t number) {
  if (number < 100) return format("%c%02d", letter, static_cast<int>(number));
  if (number < 1000) return format("%c%03d", letter, static_cast<int>(number));
  // Told apart from decimal ones by their first digit, which is a letter.
  std::int64_t rest = number - 1000;
  constexpr std::int64_t most = 26 * 36 * 36;
  if (rest >= most)
    return fail(ErrorKind::settings, "An EDL has no reel name for take " + std::to_string(number) +
                                         ": write .otio, .mlt or .xml.");
  const auto digit = [](std::int64_t value) {
    return static_cast<char>(value < 10 ? '0' + value : 'A' + value - 10);
  };
  return std::string{letter, digit(10 + rest / 1296), digit(rest / 36 % 36), digit(rest % 36)};
}

// At most eight letters, and no two alike: whoever cuts a file's name gives every take one reel.
Result<std::string> reel_of(std::int64_t shot, int take) {
  auto name = reel_part('S', shot);
  if (!name) return name;
  auto part = reel_part('T', take);
  if (!part) return part;
  return *name + *part;
}

const char* channels_of(const ClipFacts& facts) {
  if (!facts.has_audio()) return "V";
  return facts.channels == 1 ? "B" : "AA/V";
}

}  // namespace

Result<std::string> write_edl(const Cut& cut, const TimelineOptions& options) {
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_options(options, "An EDL", false, false, false); !checked)
    return tl::unexpected(checked.error());
  if (cut.shots.size() > most_events)
    return fail(ErrorKind::settings,
                format("An EDL holds 999 events and this timeline has %zu shots: write several, or "
                       ".otio, .mlt or .xml.",
                       cut.shots.size()));
  if (cut.rate.denominator != 1 && !is_ntsc(cut.rate))
    return fail(ErrorKind::settings, "An EDL cannot count " + to_string(cut.rate) +
                                         " frames per second: give the sequence another rate.");
  if (nominal(cut.rate) > 100)
    return fail(ErrorKind::settings,
                "An EDL counts at most 100 frames per second, not " + to_string(cut.rate) + ".");
  const auto code = [&cut](std::int64_t frame) {
    return timecode_text(frame, cut.rate, cut.is_drop_frame);
  };
  std::string text = "TITLE: " + ascii_line(cut.name).substr(0, 50) + " (" + to_string(cut.rate) +
                     " FPS)\nFCM: " + (cut.is_drop_frame ? "DROP FRAME" : "NON-DROP FRAME") +
                     "\n\n";
  std::int64_t number = 0;
  for (const Placed& placed : lay_out(cut)) {
    const Shot& shot = *placed.shot;
    const auto reel = reel_of(++number, shot.take);
    if (!reel) return reel;
    const std::int64_t source = source_start_label(shot.facts, cut);
    const std::int64_t record = cut.start_frame;
    text += format("%03d  %-8s %-5s C        %s %s %s %s\n", static_cast<int>(number),
                   reel->c_str(), channels_of(shot.facts), code(source).c_str(),
                   code(source + placed.length()).c_str(), code(record + placed.begin).c_str(),
                   code(record + placed.end).c_str());
    // Not FROM CLIP or FROM FILE, which make Premiere call the media unknown.
    text += "* FROM CLIP NAME: " + ascii_line(file_name(shot.path)) + "\n";
    if (!is_blank(shot.prompt))
      text += "* LOC: " + code(record + placed.begin) + " GREEN   " +
              ascii_line(shot.prompt).substr(0, most_note) + "\n";
  }
  return text;
}

}  // namespace prompt::edit
