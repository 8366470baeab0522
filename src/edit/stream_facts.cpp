// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/stream_facts.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/guarded.h"
#include "base/text.h"

namespace prompt::edit {
namespace {

using Clock = std::chrono::steady_clock;

// A film of ten hours at 60 has that many frames; more are not believed.
constexpr std::size_t most_frames = 2200000;
constexpr std::size_t most_streams = 64;

struct Stream {
  GstSegment segment{};
  Ref<GstCaps> caps;
  std::int64_t buffers = 0;
  std::int64_t key_frames = 0;
  GstClockTime begin = GST_CLOCK_TIME_NONE;
  GstClockTime end = 0;
  std::vector<GstClockTime> times;  // of frames, in the order of the file
  bool is_video = false;
};

// What the streaming threads write; it lives as long as one of them can.
struct Reading {
  struct State {
    std::vector<Stream> streams;
    std::int64_t progress = 0;
    std::string trouble;
  };
  Guarded<State> state;
  Ref<GstElement> pipeline;           // constant; dropped by whoever reads, which breaks the circle
  bool counts_before_parser = false;  // constant
};

// Of one pad: which stream it belongs to, and whether it is where buffers are counted.
struct Tap {
  std::shared_ptr<Reading> reading;
  std::size_t stream = 0;
  bool counts = false;
  bool tells_caps = false;
};

void count(Reading::State& state, std::size_t index, GstBuffer* buffer) {
  Stream& stream = state.streams[index];
  ++state.progress;
  // A header in the stream or a hole is no frame.
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) && !stream.is_video) return;
  const GstClockTime begin =
      GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
  if (GST_CLOCK_TIME_IS_VALID(begin)) {
    const bool has_length = GST_BUFFER_DURATION_IS_VALID(buffer) && GST_BUFFER_DURATION(buffer) > 0;
    const GstClockTime length = has_length ? GST_BUFFER_DURATION(buffer) : 0;
    guint64 from = begin;
    guint64 to = begin + length;
    if (stream.segment.format == GST_FORMAT_TIME) {
      if (gst_segment_clip(&stream.segment, GST_FORMAT_TIME, begin, begin + length, &from, &to) ==
          FALSE)
        return;
      // Times are rounded: a frame of which a sliver is inside is one that is hidden.
      if (stream.is_video && has_length && to - from < length / 2) return;
    }
    stream.begin = GST_CLOCK_TIME_IS_VALID(stream.begin) ? std::min(stream.begin, from) : from;
    stream.end = std::max(stream.end, to);
    if (stream.is_video) stream.times.push_back(begin);
  }
  ++stream.buffers;
  if (stream.is_video && stream.times.size() > most_frames) state.trouble = "has too many frames";
  if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) ++stream.key_frames;
}

GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer data) noexcept {
  const Tap& tap = *static_cast<const Tap*>(data);
  const auto state = tap.reading->state.lock();
  if (!state->trouble.empty()) return GST_PAD_PROBE_DROP;
  if (GstBuffer* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
      (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    if (tap.counts) count(*state, tap.stream, buffer);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
  Stream& stream = state->streams[tap.stream];
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT && tap.counts) {
    gst_event_copy_segment(event, &stream.segment);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const char* const name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    stream.is_video = g_str_has_prefix(name, "video/") || g_str_has_prefix(name, "image/");
    if (tap.tells_caps) stream.caps = Ref<GstCaps>::share(caps);
  }
  return GST_PAD_PROBE_OK;
}

void watch(GstPad* pad, const Tap& tap) {
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      on_data, new Tap(tap), [](gpointer data) { delete static_cast<Tap*>(data); });
}

// What takes a stream apart into frames, and reads the headers inside it.
const char* parser_for(GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_any(caps) || gst_caps_is_empty(caps)) return nullptr;
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  const std::string_view name = gst_structure_get_name(structure);
  int version = 0;
  gst_structure_get_int(structure, "mpegversion", &version);
  if (name == "video/x-h264") return "h264parse";
  if (name == "video/x-h265") return "h265parse";
  if (name == "video/x-av1") return "av1parse";
  if (name == "video/mpeg") return version == 4 ? "mpeg4videoparse" : "mpegvideoparse";
  if (name == "audio/mpeg") return version == 1 ? "mpegaudioparse" : "aacparse";
  if (name == "audio/x-opus") return "opusparse";
  if (name == "audio/x-vorbis") return "vorbisparse";
  if (name == "audio/x-ac3") return "ac3parse";
  if (name == "audio/x-flac") return "flacparse";
  return nullptr;
}

Ref<GstPad> static_pad(const Ref<GstElement>& element, const char* name) {
  return Ref<GstPad>::adopt(gst_element_get_static_pad(element.get(), name));
}

Result<Ref<GstElement>> add_element(const Ref<GstElement>& pipeline, const char* factory) {
  auto element = make_element(factory);
  if (element) gst_bin_add(GST_BIN(pipeline.get()), element->get());
  return element;
}

// Asked for each time: who kept it would keep each other alive.
Ref<GstElement> pipeline_of(GstPad* pad) {
  const Ref<GstElement> element = Ref<GstElement>::adopt(gst_pad_get_parent_element(pad));
  GstObject* const parent = element ? gst_element_get_parent(element.get()) : nullptr;
  return Ref<GstElement>::adopt(parent != nullptr ? GST_ELEMENT(parent) : nullptr);
}

// Lets a stream end in nothing, watched on its way.
Result<void> follow_pad(const std::shared_ptr<Reading>& reading, GstPad* pad,
                        const char* factory = nullptr) {
  const Ref<GstElement> pipeline = pipeline_of(pad);
  if (!pipeline) return {};
  Tap tap{reading};
  {
    const auto state = reading->state.lock();
    if (state->streams.size() >= most_streams)
      return fail(ErrorKind::wrong_media, "has too many streams");
    tap.stream = state->streams.size();
    state->streams.emplace_back();
  }
  Ref<GstCaps> caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  if (!caps) caps = Ref<GstCaps>::adopt(gst_pad_query_caps(pad, nullptr));
  auto sink = add_element(pipeline, "fakesink");
  if (!sink) return tl::unexpected(sink.error());
  // They come one after another: a sink that waited for the others would stop them all.
  g_object_set(sink->get(), "sync", FALSE, "async", FALSE, nullptr);
  const Ref<GstPad> end = static_pad(*sink, "sink");
  Ref<GstPad> next = end;
  Ref<GstElement> parser;
  if (factory == nullptr) factory = parser_for(caps.get());
  if (factory != nullptr) {
    auto made = add_element(pipeline, factory);
    if (!made) return tl::unexpected(made.error());
    parser = *made;
    next = static_pad(parser, "sink");
    gst_element_link(parser.get(), sink->get());
  }
  const bool counts_here = reading->counts_before_parser || !parser;
  if (parser) {
    tap.counts = counts_here;
    watch(pad, tap);
  }
  tap.counts = !parser || !counts_here;
  tap.tells_caps = true;
  watch(end.get(), tap);
  gst_element_sync_state_with_parent(sink->get());
  if (parser) gst_element_sync_state_with_parent(parser.get());
  if (GST_PAD_LINK_FAILED(gst_pad_link(pad, next.get())))
    return fail(ErrorKind::wrong_media, "has a stream of a kind that nothing reads");
  return {};
}

void on_pad_added(GstElement*, GstPad* pad, gpointer data) noexcept {
  const auto& reading = *static_cast<std::shared_ptr<Reading>*>(data);
  if (auto followed = follow_pad(reading, pad); !followed)
    reading->state.lock()->trouble = followed.error().message;
}

struct Outcome {
  std::optional<Error> error;
  bool hangs = false;
};

std::pair<std::string, std::int64_t> look(Reading& reading) {
  const auto state = reading.state.lock();
  return {state->trouble, state->progress};
}

Outcome wait_for_end(const Ref<GstElement>& pipeline, Reading& reading, const MediaFile& file,
                     const ReadLimits& limits) {
  const Ref<GstBus> bus = Ref<GstBus>::adopt(gst_pipeline_get_bus(GST_PIPELINE(pipeline.get())));
  const Clock::time_point begin = Clock::now();
  std::int64_t progress = 0;
  for (;;) {
    const std::chrono::nanoseconds left = limits.whole - (Clock::now() - begin);
    if (left.count() <= 0) break;
    const std::chrono::nanoseconds patience = std::min<std::chrono::nanoseconds>(limits.idle, left);
    const Ref<GstMessage> message = Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(
        bus.get(), static_cast<GstClockTime>(patience.count()),
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    const auto [trouble, seen] = look(reading);
    if (!trouble.empty()) return {file.broken(trouble), false};
    if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return {};
    if (message)
      return {file.broken("cannot be read as media: " + bus_error_text(message.get())), false};
    if (seen == progress) break;
    progress = seen;
  }
  Error late = file.broken("takes too long to read; it may be damaged");
  late.kind = ErrorKind::deadline;
  return {late, true};
}

// Whether all frames lie on a grid of this rate, each within `tolerance` nanoseconds of its place.
bool is_on_grid(const std::vector<GstClockTime>& times, FrameRate rate, double tolerance) {
  const double step = static_cast<double>(GST_SECOND) * static_cast<double>(rate.denominator) /
                      static_cast<double>(rate.numerator);
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double real = static_cast<double>(times[i] - times.front());
    if (std::abs(real - static_cast<double>(i) * step) > std::min(tolerance, step / 2))
      return false;
  }
  return true;
}

FrameRate rate_of(GstCaps* caps, std::vector<GstClockTime> times) {
  std::vector<FrameRate> candidates;
  int over = 0;
  int under = 1;
  if (gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &over, &under) !=
          FALSE &&
      over > 0)
    candidates.push_back({over, under});
  if (times.size() < 2) return candidates.empty() ? FrameRate{} : candidates.front();
  std::sort(times.begin(), times.end());
  const GstClockTime step = (times.back() - times.front()) / (times.size() - 1);
  if (step > 0 && gst_video_guess_framerate(step, &over, &under) != FALSE)
    candidates.push_back({over, under});
  // Matroska's times are whole milliseconds.
  constexpr double rounding = 1.5 * GST_MSECOND;
  for (const double tolerance : {rounding, static_cast<double>(GST_SECOND)})
    for (const FrameRate rate : candidates)
      if (is_on_grid(times, rate, tolerance)) return rate;
  return {};
}

StreamFacts facts_of(Stream&& stream) {
  StreamFacts facts;
  facts.caps = stream.caps;
  facts.buffers = stream.buffers;
  facts.key_frames = stream.key_frames;
  if (GST_CLOCK_TIME_IS_VALID(stream.begin) && stream.end > stream.begin)
    facts.duration_ns = static_cast<std::int64_t>(stream.end - stream.begin);
  if (stream.is_video) {
    facts.rate = rate_of(stream.caps.get(), std::move(stream.times));
    if (facts.rate.is_known()) facts.duration_ns = nanoseconds_of(stream.buffers, facts.rate);
  }
  return facts;
}

Result<void> build(const Ref<GstElement>& pipeline, const std::shared_ptr<Reading>& reading,
                   const MediaFile& file, const FileKind& kind) {
  auto source = add_element(pipeline, "filesrc");
  if (!source) return tl::unexpected(source.error());
  auto head = add_element(pipeline, kind.element);
  if (!head) return tl::unexpected(head.error());
  g_object_set(source->get(), "location", file.path().c_str(), nullptr);
  gst_element_link(source->get(), head->get());
  if (const Ref<GstPad> pad = static_pad(*head, "src"))
    return follow_pad(reading, pad.get(), kind.parser);
  g_signal_connect_data(
      head->get(), "pad-added", G_CALLBACK(on_pad_added), new std::shared_ptr<Reading>(reading),
      [](gpointer data, GClosure*) { delete static_cast<std::shared_ptr<Reading>*>(data); },
      static_cast<GConnectFlags>(0));
  return {};
}

}  // namespace

Result<std::vector<StreamFacts>> read_streams(const MediaFile& file, const FileKind& kind,
                                              const ReadLimits& limits) {
  if (auto ready = ready_gstreamer(); !ready) return tl::unexpected(ready.error());
  const auto reading = std::make_shared<Reading>();
  const Ref<GstElement> pipeline =
      Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  reading->counts_before_parser = kind.is_indexed;
  if (auto built = build(pipeline, reading, file, kind); !built) {
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return tl::unexpected(built.error());
  }
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Outcome outcome = wait_for_end(pipeline, *reading, file, limits);
  if (outcome.hangs)
    abandon_pipeline(pipeline);
  else
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  if (outcome.error) return fail(*outcome.error);
  std::vector<StreamFacts> all;
  const auto state = reading->state.lock();
  for (Stream& stream : state->streams)
    if (stream.caps && stream.buffers > 0) all.push_back(facts_of(std::move(stream)));
  if (all.empty()) return fail(file.broken("has neither picture nor sound"));
  return all;
}

}  // namespace prompt::edit
