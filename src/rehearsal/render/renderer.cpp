// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/renderer.h"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "rehearsal/render/mp4_times.h"
#include "rehearsal/render/music.h"
#include "rehearsal/render/painter.h"

namespace prompt::rehearsal {
namespace {

struct MessageFree {
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};

struct Choice {
  const char* element;
  const char* package;
  const char* launch;
};

// One key frame and B-frames, as Seedance's clips have them. Constant quality and a fixed number of
// threads: with a bitrate to keep, x264 gives other bytes from run to run (seen in 2 of 8 runs). So
// there is no buffer that a rate would be kept by (vbv-buf-capacity=0): the level comes from the
// size alone then, and the bitrate, set for each clip, is only what the file says of itself.
constexpr std::array video_encoders = {
    Choice{"x264enc", "gstreamer1.0-plugins-ugly",
           "x264enc name=h264 pass=qual quantizer=20 vbv-buf-capacity=0 speed-preset=superfast "
           "key-int-max=10000 option-string=scenecut=0:threads=2 ! video/x-h264,profile=high"},
    Choice{"openh264enc", "gstreamer1.0-plugins-bad",
           "openh264enc name=h264 gop-size=10000 ! h264parse"},
};

constexpr std::array aac_encoders = {
    Choice{"avenc_aac", "gstreamer1.0-libav", "avenc_aac bitrate=128000"},
    Choice{"voaacenc", "gstreamer1.0-plugins-bad", "voaacenc bitrate=128000"},
    Choice{"fdkaacenc", "gstreamer1.0-plugins-bad", "fdkaacenc bitrate=128000"},
};

constexpr std::array mp3_encoders = {
    Choice{"lamemp3enc", "gstreamer1.0-plugins-good", "lamemp3enc target=bitrate bitrate=128"},
};

constexpr std::array single_elements = {
    Choice{"mp4mux", "gstreamer1.0-plugins-good", ""},
    Choice{"pngenc", "gstreamer1.0-plugins-good", ""},
    Choice{"appsrc", "gstreamer1.0-plugins-base", ""},
    Choice{"videoconvert", "gstreamer1.0-plugins-base", ""},
    Choice{"audioconvert", "gstreamer1.0-plugins-base", ""},
};

bool is_installed(const char* element) {
  return Ref<GstElementFactory>::adopt(gst_element_factory_find(element)).get() != nullptr;
}

template <std::size_t N>
Result<const Choice*> choose(const std::array<Choice, N>& choices) {
  std::string wanted;
  for (const Choice& choice : choices) {
    if (is_installed(choice.element)) return &choice;
    if (!wanted.empty()) wanted += ", or ";
    wanted += format("%s (Debian package %s)", choice.element, choice.package);
  }
  return fail(ErrorKind::settings,
              format("Rendering needs the GStreamer element %s; install it.", wanted.c_str()));
}

// What feeds the pipeline: a picture or a piece of sound each time an appsrc asks for one. Called
// on that appsrc's streaming thread only.
class Feed {
 public:
  virtual ~Feed() = default;
  /// The next buffer (transfer full), or nullptr at the end.
  virtual GstBuffer* next() = 0;
};

class PictureFeed final : public Feed {
 public:
  PictureFeed(const RenderSpec& spec, int first, int count)
      : painter_(spec), index_(first), first_(first), end_(first + count) {
    gst_video_info_set_format(&info_, GST_VIDEO_FORMAT_I420, static_cast<guint>(spec.width),
                              static_cast<guint>(spec.height));
    info_.fps_n = frame_rate;
    info_.fps_d = 1;
  }

  [[nodiscard]] GstCaps* caps() { return gst_video_info_to_caps(&info_); }

  GstBuffer* next() override {
    if (index_ >= end_) return nullptr;
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, info_.size, nullptr);
    GstVideoFrame mapped;
    if (gst_video_frame_map(&mapped, &info_, buffer, GST_MAP_WRITE) == 0) {
      gst_buffer_unref(buffer);
      return nullptr;
    }
    const auto plane = [&](guint i) {
      return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, i));
    };
    Frame frame{info_.width,
                info_.height,
                plane(0),
                plane(1),
                plane(2),
                GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 0),
                GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 1)};
    painter_.paint(frame, index_);
    gst_video_frame_unmap(&mapped);
    const auto time = [](int i) {
      return gst_util_uint64_scale(static_cast<guint64>(i), GST_SECOND, frame_rate);
    };
    GST_BUFFER_PTS(buffer) = time(index_ - first_);
    GST_BUFFER_DURATION(buffer) = time(index_ - first_ + 1) - time(index_ - first_);
    ++index_;
    return buffer;
  }

 private:
  GstVideoInfo info_{};
  Painter painter_;
  int index_;
  int first_;
  int end_;
};

class SoundFeed final : public Feed {
 public:
  SoundFeed(const RenderSpec& spec, std::int64_t frames)
      : music_(spec.prompt, spec.variant, frames), total_(frames) {}

  [[nodiscard]] static GstCaps* caps() {
    return gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                               G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, sample_rate,
                               "channels", G_TYPE_INT, 2, nullptr);
  }

  GstBuffer* next() override {
    if (position_ >= total_) return nullptr;
    const auto count = static_cast<int>(std::min<std::int64_t>(4096, total_ - position_));
    std::vector<std::int16_t> samples(static_cast<std::size_t>(count) * 2);
    music_.write(samples.data(), count);
    const gsize bytes = samples.size() * sizeof(std::int16_t);
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes, nullptr);
    gst_buffer_fill(buffer, 0, samples.data(), bytes);
    const auto time = [](std::int64_t frame) {
      return gst_util_uint64_scale(static_cast<guint64>(frame), GST_SECOND, sample_rate);
    };
    GST_BUFFER_PTS(buffer) = time(position_);
    GST_BUFFER_DURATION(buffer) = time(position_ + count) - time(position_);
    position_ += count;
    return buffer;
  }

 private:
  Music music_;
  std::int64_t total_;
  std::int64_t position_ = 0;
};

void on_need_data(GstAppSrc* source, guint, gpointer data) {
  GstBuffer* buffer = static_cast<Feed*>(data)->next();
  if (buffer == nullptr)
    gst_app_src_end_of_stream(source);
  else
    gst_app_src_push_buffer(source, buffer);
}

class Pipeline {
 public:
  static Result<Pipeline> parse(const std::string& description) {
    GErrorPtr error;
    GstElement* element = gst_parse_launch(description.c_str(), error.out());
    if (element == nullptr || error) {
      if (element != nullptr) gst_object_unref(element);
      return fail(ErrorKind::settings,
                  format("The rendering pipeline could not be built: %s.", error->message));
    }
    gst_object_ref_sink(element);
    return Pipeline(Ref<GstElement>::adopt(element));
  }

  template <typename... Values>
  void set(const char* element, Values... values) const {
    const Ref<GstElement> child =
        Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), element));
    if (child) g_object_set(child.get(), values..., nullptr);
  }

  void feed(const char* element, std::unique_ptr<Feed> feed, GstCaps* caps) {
    const Ref<GstElement> source =
        Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), element));
    gst_app_src_set_caps(GST_APP_SRC(source.get()), caps);
    gst_caps_unref(caps);
    GstAppSrcCallbacks callbacks{};
    callbacks.need_data = on_need_data;
    gst_app_src_set_callbacks(GST_APP_SRC(source.get()), &callbacks, feed.get(), nullptr);
    feeds_.push_back(std::move(feed));
  }

  Result<void> run() {
    const Ref<GstBus> bus = Ref<GstBus>::adopt(gst_element_get_bus(element_.get()));
    gst_element_set_state(element_.get(), GST_STATE_PLAYING);
    const std::unique_ptr<GstMessage, MessageFree> message(gst_bus_timed_pop_filtered(
        bus.get(), 10 * 60 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(element_.get(), GST_STATE_NULL);
    if (!message) return fail(ErrorKind::failed, "Rendering took longer than ten minutes.");
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return {};
    GErrorPtr error;
    gst_message_parse_error(message.get(), error.out(), nullptr);
    return fail(ErrorKind::failed, format("Rendering failed: %s", error->message));
  }

 private:
  explicit Pipeline(Ref<GstElement> element) : element_(std::move(element)) {}

  Ref<GstElement> element_;
  std::vector<std::unique_ptr<Feed>> feeds_;
};

// The queue lets a frame be painted while another is encoded.
constexpr const char* video_source =
    "appsrc name=video format=time ! queue max-size-buffers=4 max-size-bytes=0 ! ";
constexpr const char* audio_source = "appsrc name=audio format=time ! audioconvert ! ";

// The most that a scene takes: 2.6, 5.5 and 12 Mbit/s for 480p, 720p and 1080p.
void set_bitrate(const Pipeline& pipeline, const Choice& encoder, const RenderSpec& spec) {
  constexpr int bits_per_pixel_and_second = 6;
  const int bits = std::max(spec.width * spec.height * bits_per_pixel_and_second, 256'000);
  const bool in_kilobits = std::string_view(encoder.element) == "x264enc";
  pipeline.set("h264", "bitrate", static_cast<guint>(in_kilobits ? bits / 1000 : bits));
}

Result<void> render_video(const RenderSpec& spec, const std::string& path) {
  const Result<const Choice*> video = choose(video_encoders);
  if (!video) return fail(video.error());
  std::string description = std::string("mp4mux name=mux ! filesink name=out ") + video_source +
                            (*video)->launch + " ! queue ! mux. ";
  if (spec.with_audio) {
    const Result<const Choice*> audio = choose(aac_encoders);
    if (!audio) return fail(audio.error());
    description += std::string(audio_source) + (*audio)->launch + " ! queue ! mux. ";
  }
  Result<Pipeline> pipeline = Pipeline::parse(description);
  if (!pipeline) return fail(pipeline.error());
  const std::string scratch = path + ".mux";
  pipeline->set("out", "location", path.c_str());
  set_bitrate(*pipeline, **video, spec);
  pipeline->set("mux", "faststart", static_cast<gboolean>(spec.moov_first), "faststart-file",
                scratch.c_str());
  auto pictures = std::make_unique<PictureFeed>(spec, 0, frame_count(spec));
  GstCaps* caps = pictures->caps();
  pipeline->feed("video", std::move(pictures), caps);
  if (spec.with_audio) {
    // 20 ms longer than the picture, as measured on Seedance's clips.
    const std::int64_t frames =
        std::int64_t{sample_rate} * frame_count(spec) / frame_rate + sample_rate / 50;
    pipeline->feed("audio", std::make_unique<SoundFeed>(spec, frames), SoundFeed::caps());
  }
  const Result<void> done = pipeline->run();
  if (!done) return done;
  return clear_mp4_times(path);
}

Result<void> render_image(const RenderSpec& spec, const std::string& path) {
  Result<Pipeline> pipeline = Pipeline::parse(
      std::string(video_source) +
      "videoconvert ! video/x-raw,format=RGB ! pngenc snapshot=true ! filesink name=out");
  if (!pipeline) return fail(pipeline.error());
  pipeline->set("out", "location", path.c_str());
  // A moment at which every word has arrived.
  auto picture = std::make_unique<PictureFeed>(spec, frame_rate * 2, 1);
  GstCaps* caps = picture->caps();
  pipeline->feed("video", std::move(picture), caps);
  return pipeline->run();
}

Result<void> render_music(const RenderSpec& spec, const std::string& path) {
  const Result<const Choice*> encoder = choose(mp3_encoders);
  if (!encoder) return fail(encoder.error());
  Result<Pipeline> pipeline =
      Pipeline::parse(std::string(audio_source) + (*encoder)->launch + " ! filesink name=out");
  if (!pipeline) return fail(pipeline.error());
  pipeline->set("out", "location", path.c_str());
  pipeline->feed("audio",
                 std::make_unique<SoundFeed>(spec, std::int64_t{sample_rate} * spec.seconds),
                 SoundFeed::caps());
  return pipeline->run();
}

}  // namespace

Result<void> check_elements() {
  for (const Choice& single : single_elements)
    if (!is_installed(single.element))
      return fail(ErrorKind::settings,
                  format("Rendering needs the GStreamer element %s; install the Debian package %s.",
                         single.element, single.package));
  const Result<const Choice*> video = choose(video_encoders);
  if (!video) return fail(video.error());
  const Result<const Choice*> audio = choose(aac_encoders);
  if (!audio) return fail(audio.error());
  return {};
}

Result<void> render_to_file(const RenderSpec& spec, const std::string& path) {
  // Several servers may share the folder and render the same.
  const std::string part = format("%s.%d.part", path.c_str(), static_cast<int>(::getpid()));
  Result<void> done;
  switch (spec.kind) {
    case MediaKind::video:
      done = render_video(spec, part);
      break;
    case MediaKind::image:
      done = render_image(spec, part);
      break;
    case MediaKind::music:
      done = render_music(spec, part);
      break;
  }
  if (!done) {
    static_cast<void>(::unlink(part.c_str()));
    return done;
  }
  if (std::rename(part.c_str(), path.c_str()) != 0)
    return fail(storage_error(path, "rename", errno));
  return {};
}

}  // namespace prompt::rehearsal
