// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// MLT XML, as melt plays it and Shotcut opens it as a timeline. All positions are frames of the
// sequence, also inside clips of another rate; outs are inclusive.
#include <glib.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "edit/timeline.h"
#include "edit/timeline_text.h"

namespace prompt::edit {
namespace {

// Paths are no URLs here.
Result<std::string> resource_of(const std::string& path, const TimelineOptions& options) {
  const std::string resource =
      options.relative_to ? relative_path(path, *options.relative_to) : path;
  if (plain_text(resource) != resource || resource.find_first_of("\t\n\r") != std::string::npos)
    return fail(ErrorKind::settings,
                "The file name \"" + show_safely(path, {}, 200) +
                    "\" has characters that MLT XML has no place for: rename it.");
  // Before a colon MLT looks for the name of a service, unless the path begins with a slash.
  if (options.relative_to && resource.find(':') != std::string::npos)
    return fail(ErrorKind::settings, "The file name \"" + show_safely(resource, {}, 200) +
                                         "\" has a colon, which MLT does not take in a relative "
                                         "path: leave paths absolute, or rename it.");
  return resource;
}

void property(XmlWriter& xml, const char* name, std::string_view value) {
  xml.element("property", value, {{"name", name}});
}

std::string clock_text(std::int64_t frame, FrameRate rate) {
  const std::int64_t ms = (nanoseconds_of(frame, rate) + 500000) / 1000000;
  return format("%02d:%02d:%02d.%03d", static_cast<int>(ms / 3600000),
                static_cast<int>(ms / 60000 % 60), static_cast<int>(ms / 1000 % 60),
                static_cast<int>(ms % 1000));
}

struct Producer {
  std::string id;
  std::string resource;
  std::string caption;
  std::string comment;
  bool has_audio = true;
  std::int64_t length = 0;
};

void write_producer(XmlWriter& xml, const Producer& producer) {
  const std::string out = std::to_string(producer.length - 1);
  xml.open("producer", {{"id", producer.id}, {"in", "0"}, {"out", out}});
  property(xml, "length", std::to_string(producer.length));
  property(xml, "eof", "pause");
  property(xml, "resource", producer.resource);
  property(xml, "mlt_service", "avformat");
  if (!producer.has_audio) property(xml, "audio_index", "-1");
  property(xml, "shotcut:caption", producer.caption);
  if (!producer.comment.empty()) property(xml, "shotcut:comment", producer.comment);
  xml.close();
}

void write_entry(XmlWriter& xml, const std::string& producer, std::int64_t frames) {
  xml.empty("entry", {{"producer", producer}, {"in", "0"}, {"out", std::to_string(frames - 1)}});
}

class MltWriter {
 public:
  MltWriter(const Cut& cut, const TimelineOptions& options)
      : cut_(cut), options_(options), placed_(lay_out(cut)), total_(placed_.back().end) {}

  Result<std::string> write() {
    if (options_.alternates == Alternates::track) others_ = lay_out_alternates(cut_);
    xml_.open("mlt",
              {{"LC_NUMERIC", "C"}, {"title", one_line(cut_.name)}, {"producer", "main_bin"}});
    write_profile();
    if (auto written = write_producers(); !written) return tl::unexpected(written.error());
    write_playlists();
    write_tractor();
    return xml_.take();
  }

 private:
  void write_profile() {
    const int common = std::gcd(cut_.width, cut_.height);
    xml_.empty("profile", {{"description", "sequence"},
                           {"width", std::to_string(cut_.width)},
                           {"height", std::to_string(cut_.height)},
                           {"progressive", "1"},
                           {"sample_aspect_num", "1"},
                           {"sample_aspect_den", "1"},
                           {"display_aspect_num", std::to_string(cut_.width / common)},
                           {"display_aspect_den", std::to_string(cut_.height / common)},
                           {"frame_rate_num", std::to_string(cut_.rate.numerator)},
                           {"frame_rate_den", std::to_string(cut_.rate.denominator)},
                           {"colorspace", "709"}});
  }

  Result<void> write_producers() {
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      const Shot& shot = *placed_[i].shot;
      const auto resource = resource_of(shot.path, options_);
      if (!resource) return tl::unexpected(resource.error());
      write_producer(xml_, {format("shot%zu", i), *resource, one_line(shot.name), shot.prompt,
                            shot.facts.has_audio(), placed_[i].length()});
    }
    for (std::size_t row = 0; row < others_.size(); ++row) {
      for (std::size_t i = 0; i < others_[row].size(); ++i) {
        const PlacedAlternate& item = others_[row][i];
        if (item.alternate == nullptr) continue;
        const auto resource = resource_of(item.alternate->path, options_);
        if (!resource) return tl::unexpected(resource.error());
        write_producer(
            xml_, {other_id(row, i), *resource, take_name(cut_.shots[i], item.alternate->take), "",
                   item.alternate->facts.has_audio(), item.length});
      }
    }
    // Shotcut wants something below the first track that is as long as all.
    xml_.open("producer", {{"id", "black"}, {"in", "0"}, {"out", std::to_string(total_ - 1)}});
    property(xml_, "length", std::to_string(total_));
    property(xml_, "eof", "pause");
    property(xml_, "resource", "0");
    property(xml_, "mlt_service", "color");
    property(xml_, "mlt_image_format", "rgba");
    xml_.close();
    return {};
  }

  static std::string other_id(std::size_t row, std::size_t shot) {
    return format("other%zu_%zu", row, shot);
  }

  void write_playlists() {
    xml_.open("playlist", {{"id", "main_bin"}});
    property(xml_, "xml_retain", "1");
    for (std::size_t i = 0; i < placed_.size(); ++i)
      write_entry(xml_, format("shot%zu", i), placed_[i].length());
    xml_.close();
    xml_.open("playlist", {{"id", "background"}});
    write_entry(xml_, "black", total_);
    xml_.close();
    xml_.open("playlist", {{"id", "V1"}});
    property(xml_, "shotcut:video", "1");
    property(xml_, "shotcut:name", "V1");
    for (std::size_t i = 0; i < placed_.size(); ++i)
      write_entry(xml_, format("shot%zu", i), placed_[i].length());
    xml_.close();
    for (std::size_t row = 0; row < others_.size(); ++row) write_others(row);
  }

  void write_others(std::size_t row) {
    const std::string name = format("V%zu", row + 2);
    xml_.open("playlist", {{"id", name}});
    property(xml_, "shotcut:video", "1");
    property(xml_, "shotcut:name", name);
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      const PlacedAlternate& item = others_[row][i];
      std::int64_t rest = placed_[i].length();
      if (item.alternate != nullptr) {
        write_entry(xml_, other_id(row, i), item.length);
        rest -= item.length;
      }
      if (rest > 0) xml_.empty("blank", {{"length", std::to_string(rest)}});
    }
    xml_.close();
  }

  void write_tractor() {
    xml_.open("tractor", {{"id", "timeline"}, {"in", "0"}, {"out", std::to_string(total_ - 1)}});
    property(xml_, "shotcut", "1");
    write_markers();
    xml_.empty("track", {{"producer", "background"}});
    xml_.empty("track", {{"producer", "V1"}});
    for (std::size_t row = 0; row < others_.size(); ++row)
      xml_.empty("track", {{"producer", format("V%zu", row + 2)}, {"hide", "both"}});
    xml_.close();
  }

  void write_markers() {
    xml_.open("properties", {{"name", "shotcut:markers"}});
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      if (placed_[i].shot->prompt.empty()) continue;
      xml_.open("properties", {{"name", std::to_string(i)}});
      property(xml_, "text",
               take_name(*placed_[i].shot, placed_[i].shot->take) + ": " +
                   one_line(placed_[i].shot->prompt));
      property(xml_, "start", clock_text(placed_[i].begin, cut_.rate));
      property(xml_, "end", clock_text(placed_[i].begin, cut_.rate));
      property(xml_, "color", "#008000");
      xml_.close();
    }
    xml_.close();
  }

  const Cut& cut_;
  const TimelineOptions& options_;
  const std::vector<Placed> placed_;
  const std::int64_t total_;
  std::vector<std::vector<PlacedAlternate>> others_;
  XmlWriter xml_;
};

}  // namespace

Result<std::string> write_mlt(const Cut& cut, const TimelineOptions& options) {
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_options(options, "MLT XML", false, true, true); !checked)
    return tl::unexpected(checked.error());
  return MltWriter(cut, options).write();
}

}  // namespace prompt::edit
