// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Final Cut Pro 7 XML. Clips are measured on the sequence's grid whatever the rate of their media
// (so Premiere and Resolve read it); only a file has its own. Outs and ends are exclusive.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "edit/timeline.h"
#include "edit/timeline_text.h"

namespace prompt::edit {
namespace {

bool is_sayable(FrameRate rate) { return rate.denominator == 1 || is_ntsc(rate); }

void write_rate(XmlWriter& xml, FrameRate rate) {
  xml.open("rate");
  xml.element("timebase", nominal(rate));
  xml.element("ntsc", is_ntsc(rate) ? "TRUE" : "FALSE");
  xml.close();
}

void write_timecode(XmlWriter& xml, std::int64_t frame, FrameRate rate, bool is_drop) {
  xml.open("timecode");
  write_rate(xml, rate);
  xml.element("string", timecode_text(frame, rate, is_drop));
  xml.element("frame", frame);
  xml.element("displayformat", is_drop ? "DF" : "NDF");
  xml.close();
}

void write_picture(XmlWriter& xml, FrameRate rate, int width, int height) {
  xml.open("samplecharacteristics");
  write_rate(xml, rate);
  xml.element("width", width);
  xml.element("height", height);
  xml.element("pixelaspectratio", "square");
  xml.element("fielddominance", "none");
  xml.close();
}

void write_sound(XmlWriter& xml, int sample_rate) {
  xml.open("samplecharacteristics");
  xml.element("depth", 16);
  xml.element("samplerate", sample_rate);
  xml.close();
}

void end_track(XmlWriter& xml, bool is_enabled = true) {
  xml.element("enabled", is_enabled ? "TRUE" : "FALSE");
  xml.element("locked", "FALSE");
}

// One of up to three items that are one clip: its picture and its channels.
struct Linked {
  std::string id;
  const char* medium;
  int track;
  std::int64_t index;  // among its track's items, from 1
};

class Fcp7Writer {
 public:
  explicit Fcp7Writer(const Cut& cut) : cut_(cut), placed_(lay_out(cut)) {}

  std::string write(bool has_other_tracks) {
    find_links();
    xml_.open("xmeml", {{"version", "5"}});
    xml_.open("sequence", {{"id", "sequence-1"}});
    xml_.element("name", one_line(cut_.name));
    xml_.element("duration", placed_.back().end);
    write_rate(xml_, cut_.rate);
    write_timecode(xml_, cut_.start_frame, cut_.rate, cut_.is_drop_frame);
    xml_.open("media");
    // Without a format Resolve shows no timeline, and no error.
    xml_.open("video");
    xml_.open("format");
    write_picture(xml_, cut_.rate, cut_.width, cut_.height);
    xml_.close();
    write_video();
    if (has_other_tracks) write_others();
    xml_.close();
    xml_.open("audio");
    xml_.element("numOutputChannels", 2);
    xml_.open("format");
    write_sound(xml_, cut_.sample_rate);
    xml_.close();
    for (const int channel : {1, 2}) write_audio(channel);
    return xml_.take();
  }

 private:
  // Media whose rate cannot be said is told at the sequence's.
  MediaRange range_of(const ClipFacts& facts) const {
    MediaRange range = media_range(facts, cut_);
    if (is_sayable(range.rate)) return range;
    range.frames = std::max<std::int64_t>(rescale_frames(range.frames, range.rate, cut_.rate), 1);
    range.start = rescale_frames(range.start, range.rate, cut_.rate);
    range.rate = cut_.rate;
    range.is_drop_frame = false;
    return range;
  }

  static int channels_in_use(const ClipFacts& facts) { return std::min(facts.channels, 2); }

  void find_links() {
    std::array<std::int64_t, 3> counted{};
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      std::vector<Linked> items;
      items.push_back({format("clipitem-%zu-v", i + 1), "video", 1, ++counted[0]});
      for (int channel = 1; channel <= channels_in_use(placed_[i].shot->facts); ++channel)
        items.push_back({format("clipitem-%zu-a%d", i + 1, channel), "audio", channel,
                         ++counted[static_cast<std::size_t>(channel)]});
      links_.push_back(std::move(items));
    }
  }

  void write_file(const std::string& path, const ClipFacts& facts) {
    const auto [known, is_new] = files_.try_emplace(path, format("file-%zu", files_.size() + 1));
    // Whole once, and by its name afterwards: a second whole one is missing media to readers.
    if (!is_new) {
      xml_.empty("file", {{"id", known->second}});
      return;
    }
    const MediaRange range = range_of(facts);
    xml_.open("file", {{"id", known->second}});
    xml_.element("name", file_name(path));
    xml_.element("pathurl", "file://localhost" + url_path(path));
    write_rate(xml_, range.rate);
    xml_.element("duration", range.frames);
    write_timecode(xml_, range.start, range.rate,
                   range.is_drop_frame && has_drop_frame(range.rate));
    xml_.open("media");
    xml_.open("video");
    write_picture(xml_, range.rate, facts.width, facts.height);
    xml_.close();
    if (facts.has_audio()) {
      xml_.open("audio");
      write_sound(xml_, facts.sample_rate);
      xml_.element("channelcount", facts.channels);
      xml_.close();
    }
    xml_.close();
    xml_.close();
  }

  // Up to its file; the caller closes it.
  void open_item(const std::string& id, std::string_view name, std::int64_t begin,
                 std::int64_t length, const ClipFacts& facts, bool is_enabled) {
    const MediaRange range = media_range(facts, cut_);
    xml_.open("clipitem", {{"id", id}});
    xml_.element("name", name);
    xml_.element("enabled", is_enabled ? "TRUE" : "FALSE");
    xml_.element("duration", std::max(length, rescale_frames(range.frames, range.rate, cut_.rate)));
    write_rate(xml_, cut_.rate);
    xml_.element("start", begin);
    xml_.element("end", begin + length);
    xml_.element("in", std::int64_t{0});
    xml_.element("out", length);
  }

  void write_links(std::size_t shot) {
    if (links_[shot].size() < 2) return;
    for (const Linked& item : links_[shot]) {
      xml_.open("link");
      xml_.element("linkclipref", item.id);
      xml_.element("mediatype", item.medium);
      xml_.element("trackindex", item.track);
      xml_.element("clipindex", item.index);
      xml_.close();
    }
  }

  void write_video() {
    xml_.open("track");
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      const Shot& shot = *placed_[i].shot;
      open_item(links_[i].front().id, one_line(shot.name), placed_[i].begin, placed_[i].length(),
                shot.facts, true);
      write_file(shot.path, shot.facts);
      if (!shot.prompt.empty()) {
        xml_.open("marker");
        xml_.element("name", take_name(shot, shot.take));
        xml_.element("comment", shot.prompt);
        xml_.element("in", std::int64_t{0});
        xml_.element("out", std::int64_t{-1});
        xml_.close();
      }
      write_links(i);
      xml_.close();
    }
    end_track(xml_);
    xml_.close();
  }

  void write_others() {
    std::size_t number = 0;
    for (const std::vector<PlacedAlternate>& row : lay_out_alternates(cut_)) {
      xml_.open("track");
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].alternate == nullptr) continue;
        const Alternate& other = *row[i].alternate;
        open_item(format("other-%zu", ++number), take_name(cut_.shots[i], other.take), row[i].begin,
                  row[i].length, other.facts, false);
        write_file(other.path, other.facts);
        xml_.close();
      }
      end_track(xml_, false);
      xml_.close();
    }
  }

  void write_audio(int channel) {
    xml_.open("track");
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      const Shot& shot = *placed_[i].shot;
      if (channel > channels_in_use(shot.facts)) continue;
      open_item(links_[i][static_cast<std::size_t>(channel)].id, one_line(shot.name),
                placed_[i].begin, placed_[i].length(), shot.facts, true);
      write_file(shot.path, shot.facts);
      xml_.open("sourcetrack");
      xml_.element("mediatype", "audio");
      xml_.element("trackindex", channel);
      xml_.close();
      write_links(i);
      xml_.close();
    }
    end_track(xml_);
    xml_.element("outputchannelindex", channel);
    xml_.close();
  }

  const Cut& cut_;
  const std::vector<Placed> placed_;
  std::vector<std::vector<Linked>> links_;  // of each shot: its picture, then its channels
  std::map<std::string, std::string> files_;
  XmlWriter xml_{"<!DOCTYPE xmeml>\n"};
};

}  // namespace

Result<std::string> write_fcp7(const Cut& cut, const TimelineOptions& options) {
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_options(options, "Final Cut Pro 7 XML", false, true, false); !checked)
    return tl::unexpected(checked.error());
  if (!is_sayable(cut.rate))
    return fail(ErrorKind::settings, "Final Cut Pro 7 XML cannot say " + to_string(cut.rate) +
                                         " frames per second: give the sequence another rate.");
  return Fcp7Writer(cut).write(options.alternates == Alternates::track);
}

}  // namespace prompt::edit
