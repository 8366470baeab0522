// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt takes, choose and timeline: from a folder of takes to what an editor opens.
#include <glib.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/ordinary_file.h"
#include "edit/take_folder.h"
#include "edit/timeline.h"
#include "tool/command.h"
#include "tool/found.h"
#include "tool/show.h"
#include "tool/table.h"

namespace prompt::tool {
namespace {

const json::Value* delivered(const edit::FoundTake& take, const char* name) {
  const json::Value* const facts = take.facts.find("delivered");
  return facts != nullptr ? facts->find(name) : nullptr;
}

std::string size_text(const edit::FoundTake& take) {
  const auto width = json::integer_of(delivered(take, "width"));
  const auto height = json::integer_of(delivered(take, "height"));
  if (!width || !height) return {};
  return format("%lldx%lld", static_cast<long long>(*width), static_cast<long long>(*height));
}

std::string length_text(const edit::FoundTake& take) {
  for (const char* const name : {"video-seconds", "audio-seconds"})
    if (const auto seconds = json::number_of(delivered(take, name)))
      return format("%.2f s", *seconds);
  return {};
}

std::string cost_text(const edit::FoundTake& take) {
  const edit::TakePrice price = edit::price_of(take);
  return price.is_rehearsed ? "rehearsed" : price_text(price.credits, price.unit);
}

// 1920x1080
Result<std::pair<int, int>> parse_size(const std::string& text) {
  int width = 0;
  int height = 0;
  const char* const end = text.data() + text.size();
  const auto [mark, error] = std::from_chars(text.data(), end, width);
  const bool has_mark = error == std::errc() && mark != end && *mark == 'x';
  const auto [rest, second] =
      has_mark ? std::from_chars(mark + 1, end, height) : std::from_chars_result{end, error};
  if (!has_mark || second != std::errc() || rest != end || width < 1 || height < 1 ||
      width > 32768 || height > 32768)
    return fail(ErrorKind::settings,
                "The option '--size' takes WIDTHxHEIGHT, as in 1920x1080, and "
                "not '" +
                    text + "'.");
  return std::pair(width, height);
}

Result<edit::CutWishes> read_wishes(const Line& line) {
  edit::CutWishes wishes;
  if (line.has("rate")) {
    const Result<edit::FrameRate> rate = edit::parse_frame_rate(line.text("rate"));
    if (!rate) return fail(rate.error());
    wishes.rate = *rate;
  }
  if (line.has("size")) {
    const Result<std::pair<int, int>> size = parse_size(line.text("size"));
    if (!size) return fail(size.error());
    std::tie(wishes.width, wishes.height) = *size;
  }
  wishes.start = line.text("start");
  return wishes;
}

Result<edit::TimelineOptions> read_timeline_options(const Line& line, const std::string& output) {
  edit::TimelineOptions options;
  const std::string alternates = line.text("alternates");
  if (alternates == "refs") options.alternates = edit::Alternates::refs;
  if (alternates == "track") options.alternates = edit::Alternates::track;
  if (line.has("alternates") && options.alternates == edit::Alternates::none)
    return fail(ErrorKind::settings,
                "The option '--alternates' takes 'refs' or 'track', and not '" + alternates + "'.");
  if (line.has("relative")) {
    const OwnedString absolute(g_canonicalize_filename(output.c_str(), nullptr));
    const OwnedString folder(g_path_get_dirname(absolute.get()));
    options.relative_to = folder.get();
  }
  return options;
}

/// A shot as a timeline has it, whatever its sidecar says of the file.
Result<edit::Shot> read_shot(const edit::FoundShot& found, bool has_alternates) {
  const edit::FoundTake& chosen = found.chosen();
  if (chosen.path.empty())
    return fail(ErrorKind::not_found, "The clip of '" + chosen.sidecar + "' is not beside it.");
  Result<edit::ClipFacts> facts = edit::read_clip_facts(chosen.path);
  if (!facts) return fail(facts.error());
  edit::Shot shot{
      found.name, static_cast<int>(chosen.take), chosen.path, std::move(*facts), chosen.prompt, {}};
  for (const edit::FoundTake& take : found.takes) {
    if (!has_alternates || &take == &chosen || take.path.empty()) continue;
    Result<edit::ClipFacts> other = edit::read_clip_facts(take.path);
    if (!other) return fail(other.error());
    shot.alternates.push_back({static_cast<int>(take.take), take.path, std::move(*other)});
  }
  return shot;
}

}  // namespace

Options takes_options() {
  return {folder_option(), {"json", 0, "", "The sidecars, one JSON object a line"}};
}

ExitCode takes(const Line& line) {
  const Result<std::vector<edit::FoundShot>> shots = find_shots(line, line.words);
  if (!shots) return say_error(shots.error());
  Table table({{"SHOT"},
               {"TAKE", true},
               {""},
               {.heading = "SIZE", .is_extra = true},
               {.heading = "LENGTH", .is_number = true, .is_extra = true},
               {.heading = "PRICE", .is_number = true, .is_extra = true},
               {.heading = "PROMPT", .is_elastic = true}});
  for (const edit::FoundShot& shot : *shots)
    for (const edit::FoundTake& take : shot.takes) {
      if (line.has("json")) {
        json::Object facts = take.facts;
        facts.set("path", take.path.empty() ? json::Value() : json::Value(take.path));
        print_json(std::move(facts));
        continue;
      }
      const bool is_missing = take.path.empty();
      table.add({shot.name, format("%u", take.take),
                 is_missing ? "missing" : (&take == &shot.chosen() ? "*" : ""), size_text(take),
                 length_text(take), cost_text(take), take.prompt});
    }
  table.print(look_at_terminal(1));
  return ExitCode::ok;
}

Options choose_options() { return {folder_option()}; }

ExitCode choose(const Line& line) {
  const Command& self = *find_command("choose");
  unsigned take = 0;
  const std::string number = line.words.size() == 2 ? line.words[1] : std::string();
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), take);
  if (error != std::errc() || end != number.data() + number.size() || number.empty())
    return say_usage(self, Error{ErrorKind::settings,
                                 "It takes a shot and the number of its take, "
                                 "as in 'gst-prompt choose Shot_01 2'."});
  const Result<std::vector<edit::FoundShot>> shots = find_shots(line, {line.words[0]});
  if (!shots) return say_error(shots.error());
  if (const Result<void> done = edit::choose_take(shots->front(), take); !done)
    return say_error(done.error());
  say(shots->front().name + format(": take %u is the chosen one.", take));
  return ExitCode::ok;
}

Options timeline_options() {
  return {
      {"output", 'o', "FILE", "Where to: .otio, .xges, .mlt, .edl or .xml (Final Cut Pro 7)"},
      folder_option(),
      {"rate", 0, "FPS", "Of the sequence, as in 24, 29.97 or 30000/1001 (else the first shot's)"},
      {"size", 0, "WIDTHxHEIGHT", "Of the sequence (else the first shot's)"},
      {"start", 0, "TIMECODE", "Of the sequence (01:00:00:00); with ; drop-frame"},
      {"alternates", 0, "refs|track",
       "The other takes: as references (OTIO), or on tracks that are switched off"},
      {"relative", 0, "", "Paths relative to the file (OTIO, MLT)"}};
}

ExitCode timeline(const Line& line) {
  const Command& self = *find_command("timeline");
  const std::string output = line.text("output");
  const auto format_of = edit::timeline_format_of(output);
  if (!format_of)
    return say_usage(self, Error{ErrorKind::settings,
                                 "The option '-o' takes a file that ends in "
                                 ".otio, .xges, .mlt, .edl or .xml, and not '" +
                                     output + "'."});
  const Result<edit::CutWishes> wishes = read_wishes(line);
  if (!wishes) return say_usage(self, wishes.error());
  const Result<edit::TimelineOptions> options = read_timeline_options(line, output);
  if (!options) return say_usage(self, options.error());
  const Result<std::vector<edit::FoundShot>> found = find_shots(line, line.words);
  if (!found) return say_error(found.error());
  std::vector<edit::Shot> shots;
  for (const edit::FoundShot& one : *found) {
    Result<edit::Shot> shot = read_shot(one, line.has("alternates"));
    if (!shot) return say_error(shot.error());
    shots.push_back(std::move(*shot));
  }
  const OwnedString name(g_path_get_basename(output.c_str()));
  const std::string title = std::string(name.get()).substr(0, std::string(name.get()).rfind('.'));
  const Result<edit::Cut> cut = edit::make_cut(title, std::move(shots), *wishes);
  if (!cut) return say_usage(self, cut.error());
  const Result<std::string> text = edit::write_timeline(*format_of, *cut, *options);
  if (!text) return say_usage(self, text.error());
  if (const Result<void> written = edit::replace_file(output, *text); !written)
    return say_error(written.error());
  const std::vector<edit::Placed> placed = edit::lay_out(*cut);
  for (const edit::Placed& shot : placed)
    say(edit::timecode_text(cut->start_frame + shot.begin, cut->rate, cut->is_drop_frame) + "  " +
        shot.shot->name + format(", take %d", shot.shot->take));
  say(format("%zu shots, %lld frames at %s, %dx%d%s", placed.size(),
             static_cast<long long>(placed.back().end), edit::to_string(cut->rate).c_str(),
             cut->width, cut->height,
             line.has("rate") && line.has("size") ? "" : " (as the first shot, where not given)") +
      ".");
  print(output);
  return ExitCode::ok;
}

}  // namespace prompt::tool
