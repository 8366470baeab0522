// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// OpenTimelineIO. The oldest schemas that say what is wanted: a reader refuses a whole file for one
// that it does not know.
#include "edit/timeline.h"
#include "edit/timeline_text.h"
#include "json/write.h"

namespace prompt::edit {
namespace {

using json::Array;
using json::Object;
using json::Value;

double rate_value(FrameRate rate) {
  return static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator);
}

Object schema(const char* name) {
  Object object;
  object.set("OTIO_SCHEMA", Value(name));
  return object;
}

Value rational_time(std::int64_t frame, FrameRate rate) {
  Object time = schema("RationalTime.1");
  time.set("rate", Value(rate_value(rate)));
  time.set("value", Value(static_cast<double>(frame)));
  return Value(std::move(time));
}

Value time_range(std::int64_t start, std::int64_t frames, FrameRate rate) {
  Object range = schema("TimeRange.1");
  range.set("start_time", rational_time(start, rate));
  range.set("duration", rational_time(frames, rate));
  return Value(std::move(range));
}

// What every part of a timeline has.
Object composable(const char* name, std::string_view title, Value source_range) {
  Object object = schema(name);
  object.set("name", Value(title));
  object.set("source_range", std::move(source_range));
  object.set("effects", Value(Array{}));
  object.set("markers", Value(Array{}));
  object.set("enabled", Value(true));
  object.set("metadata", Value(Object{}));
  return object;
}

Value gap(std::int64_t frames, FrameRate rate) {
  return Value(composable("Gap.1", "", time_range(0, frames, rate)));
}

Value track(std::string_view name, const char* kind, Array children, bool is_enabled = true) {
  Object object = composable("Track.1", name, Value());
  object.set("kind", Value(kind));
  object.set("enabled", Value(is_enabled));
  object.set("children", Value(std::move(children)));
  return Value(std::move(object));
}

class OtioWriter {
 public:
  OtioWriter(const Cut& cut, const TimelineOptions& options) : cut_(cut), options_(options) {}

  std::string write() const {
    Array video;
    Array audio;
    bool sounds = false;
    std::int64_t number = 0;
    for (const Placed& placed : lay_out(cut_)) {
      ++number;
      video.push_back(shot_clip(placed, number, true));
      const bool has_audio = placed.shot->facts.has_audio();
      audio.push_back(has_audio ? shot_clip(placed, number, false)
                                : gap(placed.length(), cut_.rate));
      sounds = sounds || has_audio;
    }
    Array tracks;
    tracks.push_back(track("V1", "Video", std::move(video)));
    if (options_.alternates == Alternates::track) add_alternates(tracks);
    if (sounds) tracks.push_back(track("A1", "Audio", std::move(audio)));
    Object stack = composable("Stack.1", "tracks", Value());
    stack.set("children", Value(std::move(tracks)));
    Object timeline = schema("Timeline.1");
    timeline.set("name", Value(one_line(cut_.name)));
    timeline.set("global_start_time", rational_time(cut_.start_frame, cut_.rate));
    timeline.set("tracks", Value(std::move(stack)));
    timeline.set("metadata", Value(Object{}));
    return json::write(Value(std::move(timeline))) + "\n";
  }

 private:
  Value reference(const std::string& path, const ClipFacts& facts) const {
    const MediaRange range = media_range(facts, cut_);
    Object object = schema("ExternalReference.1");
    object.set("name", Value(file_name(path)));
    object.set("target_url", Value(url_of(path)));
    object.set("available_range", time_range(range.start, range.frames, range.rate));
    object.set("metadata", Value(Object{}));
    return Value(std::move(object));
  }

  std::string url_of(const std::string& path) const {
    if (!options_.relative_to) return "file://" + url_path(path);
    const std::string url = url_path(relative_path(path, *options_.relative_to));
    return url;
  }

  // In real time: readers look whether a source range lies inside the available one.
  std::int64_t source_start(const ClipFacts& facts) const {
    const MediaRange range = media_range(facts, cut_);
    return rescale_frames(range.start, range.rate, cut_.rate);
  }

  Object clip(const char* name, std::string_view title, const ClipFacts& facts,
              std::int64_t frames) const {
    return composable(name, title, time_range(source_start(facts), frames, cut_.rate));
  }

  Value shot_clip(const Placed& placed, std::int64_t number, bool is_video) const {
    const Shot& shot = *placed.shot;
    const bool has_refs =
        options_.alternates == Alternates::refs && is_video && !shot.alternates.empty();
    Object object =
        clip(has_refs ? "Clip.2" : "Clip.1", one_line(shot.name), shot.facts, placed.length());
    if (has_refs) {
      Object references;
      references.set("DEFAULT_MEDIA", reference(shot.path, shot.facts));
      for (const Alternate& other : shot.alternates)
        references.set(take_name(shot, other.take), reference(other.path, other.facts));
      object.set("media_references", Value(std::move(references)));
      object.set("active_media_reference_key", Value("DEFAULT_MEDIA"));
    } else {
      object.set("media_reference", reference(shot.path, shot.facts));
    }
    Object metadata;
    Object ours;
    ours.set("take", Value(shot.take));
    ours.set("prompt", Value(shot.prompt));
    metadata.set("gst-prompt", Value(std::move(ours)));
    // How Resolve finds the sound that belongs to a picture.
    Object resolve;
    resolve.set("Link Group ID", Value(number));
    metadata.set("Resolve_OTIO", Value(std::move(resolve)));
    object.set("metadata", Value(std::move(metadata)));
    if (is_video && !shot.prompt.empty()) object.set("markers", Value(Array{marker(shot)}));
    return Value(std::move(object));
  }

  Value marker(const Shot& shot) const {
    Object object = schema("Marker.2");
    object.set("name", Value(take_name(shot, shot.take)));
    // Kdenlive shows the comment, Resolve the note.
    object.set("comment", Value(shot.prompt));
    object.set("color", Value("GREEN"));
    object.set("marked_range", time_range(source_start(shot.facts), 1, cut_.rate));
    Object note;
    note.set("Keywords", Value(Array{}));
    note.set("Note", Value(shot.prompt));
    Object metadata;
    metadata.set("Resolve_OTIO", Value(std::move(note)));
    object.set("metadata", Value(std::move(metadata)));
    return Value(std::move(object));
  }

  void add_alternates(Array& tracks) const {
    for (const std::vector<PlacedAlternate>& row : lay_out_alternates(cut_)) {
      Array children;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const PlacedAlternate& item = row[i];
        if (item.alternate == nullptr) {
          children.push_back(gap(item.slot, cut_.rate));
          continue;
        }
        Object object = clip("Clip.1", take_name(cut_.shots[i], item.alternate->take),
                             item.alternate->facts, item.length);
        object.set("media_reference", reference(item.alternate->path, item.alternate->facts));
        children.push_back(Value(std::move(object)));
        if (item.slot > item.length) children.push_back(gap(item.slot - item.length, cut_.rate));
      }
      const std::string name = "other takes " + std::to_string(tracks.size());
      tracks.push_back(track(name, "Video", std::move(children), false));
    }
  }

  const Cut& cut_;
  const TimelineOptions& options_;
};

}  // namespace

Result<std::string> write_otio(const Cut& cut, const TimelineOptions& options) {
  if (auto checked = check_cut(cut); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_options(options, "OTIO", true, true, true); !checked)
    return tl::unexpected(checked.error());
  return OtioWriter(cut, options).write();
}

}  // namespace prompt::edit
