// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// GStreamer Editing Services. Settings stand as texts of GstStructure inside attributes.
#include <gst/gst.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "edit/timeline.h"
#include "edit/timeline_text.h"

namespace prompt::edit {
namespace {

// As gst_value_serialize() writes a string.
std::string structure_text(std::string_view text) {
  std::string inner;
  bool is_bare = !text.empty();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (g_ascii_isalnum(c) || std::string_view("_-+/:.").find(c) != std::string_view::npos) {
      inner.push_back(c);
      continue;
    }
    is_bare = false;
    if (byte < 0x20 || byte >= 0x7F)
      inner += format("\\%03o", static_cast<unsigned>(byte));
    else
      inner.append({'\\', c});
  }
  return "(string)" + (is_bare ? inner : "\"" + inner + "\"");
}

// Rounded down, as the mixer's own time stamps are: a clip that began a nanosecond after its first
// frame would be seen a frame late.
std::int64_t ges_time(std::int64_t frame, const Cut& cut) {
  return static_cast<std::int64_t>(gst_util_uint64_scale(
      static_cast<guint64>(frame), static_cast<guint64>(cut.rate.denominator) * GST_SECOND,
      static_cast<guint64>(cut.rate.numerator)));
}

// What a source gives: GES's GES_TRACK_TYPE_AUDIO and _VIDEO.
int track_types(const ClipFacts& facts) { return facts.has_audio() ? 6 : 4; }

std::string asset_id(const std::string& path) { return "file://" + url_path(path); }

void write_assets(XmlWriter& xml, const Cut& cut) {
  std::set<std::string> written;
  for (const Shot& shot : cut.shots) {
    if (!written.insert(shot.path).second) continue;
    const std::int64_t length = std::max(shot.facts.video_ns, shot.facts.audio_ns);
    xml.empty("asset", {{"id", asset_id(shot.path)},
                        {"extractable-type-name", "GESUriClip"},
                        {"properties", format("properties, supported-formats=(int)%d, "
                                              "duration=(guint64)%" G_GINT64_FORMAT ";",
                                              track_types(shot.facts), length)},
                        {"metadatas", "metadatas;"}});
  }
}

void write_track(XmlWriter& xml, int type, int id, const std::string& caps,
                 const std::string& restriction) {
  xml.empty("track", {{"caps", caps},
                      {"track-type", std::to_string(type)},
                      {"track-id", std::to_string(id)},
                      {"properties", "properties, restriction-caps=" + structure_text(restriction) +
                                         ", mixing=(boolean)true;"},
                      {"metadatas", "metadatas;"}});
}

void write_tracks(XmlWriter& xml, const Cut& cut) {
  write_track(xml, 4, 0, "video/x-raw(ANY)",
              format("video/x-raw, width=(int)%d, height=(int)%d, framerate=(fraction)"
                     "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT ", pixel-aspect-ratio=(fraction)1/1",
                     cut.width, cut.height, cut.rate.numerator, cut.rate.denominator));
  write_track(xml, 2, 1, "audio/x-raw(ANY)",
              format("audio/x-raw, rate=(int)%d, channels=(int)2", cut.sample_rate));
}

}  // namespace

Result<std::string> write_ges(const Cut& cut, const TimelineOptions& options) {
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_options(options, "A GES project", false, false, false); !checked)
    return tl::unexpected(checked.error());
  XmlWriter xml;
  xml.open("ges", {{"version", "0.7"}});
  xml.open("project",
           {{"properties", "properties;"},
            {"metadatas", "metadatas, name=" + structure_text(one_line(cut.name)) + ";"}});
  xml.open("ressources");
  write_assets(xml, cut);
  xml.close();
  xml.open("timeline", {{"properties", "properties, auto-transition=(boolean)false;"},
                        {"metadatas", "metadatas;"}});
  write_tracks(xml, cut);
  xml.open("layer", {{"priority", "0"},
                     {"properties", "properties, auto-transition=(boolean)false;"},
                     {"metadatas", "metadatas, volume=(float)1;"}});
  std::int64_t number = 0;
  for (const Placed& placed : lay_out(cut)) {
    const std::int64_t start = ges_time(placed.begin, cut);
    const std::int64_t end = ges_time(placed.end, cut);
    const Shot& shot = *placed.shot;
    // Names are unique in a timeline, and a shot may come twice.
    const std::string name =
        format("%s_%" G_GINT64_FORMAT, one_line(shot.name).c_str(), number + 1);
    xml.empty("clip",
              {{"id", std::to_string(number)},
               {"asset-id", asset_id(shot.path)},
               {"type-name", "GESUriClip"},
               {"layer-priority", "0"},
               {"track-types", std::to_string(track_types(shot.facts))},
               {"start", std::to_string(start)},
               {"duration", std::to_string(end - start)},
               {"inpoint", "0"},
               {"rate", "0"},
               {"properties", "properties, name=" + structure_text(name) + ";"},
               {"metadatas", "metadatas, shot=" + structure_text(one_line(shot.name)) +
                                 ", prompt=" + structure_text(plain_text(shot.prompt)) + ";"}});
    ++number;
  }
  xml.close();
  xml.empty("groups");
  return xml.take();
}

}  // namespace prompt::edit
