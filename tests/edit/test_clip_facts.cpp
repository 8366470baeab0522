// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Facts of files that GStreamer's encoders made, of real ones, and of broken ones.
#include <glib/gstdio.h>
#include <sys/stat.h>

#include <random>

#include "check.h"
#include "edit/clip_facts.h"
#include "made_media.h"

namespace {

using namespace prompt;
using namespace prompt::edit;
using namespace prompt::edit::test;

std::string picture(int frames, const char* rate, const char* more = "width=128,height=72") {
  return "videotestsrc num-buffers=" + std::to_string(frames) +
         " ! video/x-raw,format=I420,framerate=" + rate + "," + more;
}

std::string sound(int rate, int channels, int buffers) {
  return "audiotestsrc samplesperbuffer=" + std::to_string(rate / 10) +
         " num-buffers=" + std::to_string(buffers) + " ! audio/x-raw,rate=" + std::to_string(rate) +
         ",channels=" + std::to_string(channels);
}

constexpr const char* h264 =
    " ! x264enc speed-preset=ultrafast bframes=2 b-adapt=false key-int-max=24 ! ";

ClipFacts facts_of(const std::string& path) {
  const auto facts = read_clip_facts(path);
  fail_unless(facts.has_value(), "%s", facts ? "" : facts.error().message.c_str());
  return *facts;
}

void assert_rate(FrameRate rate, int numerator, int denominator) {
  fail_unless((rate == FrameRate{numerator, denominator}), "got %d/%d",
              static_cast<int>(rate.numerator), static_cast<int>(rate.denominator));
}

void assert_near(std::int64_t actual, std::int64_t expected, std::int64_t tolerance) {
  fail_unless(actual >= expected - tolerance && actual <= expected + tolerance,
              "got %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, actual, expected);
}

void assert_wrong(const std::string& path, ErrorKind kind, const char* part) {
  const auto facts = read_clip_facts(path);
  fail_unless(!facts, "%s was read", path.c_str());
  fail_unless(facts.error().kind == kind, "%s: kind %s", facts.error().message.c_str(),
              to_string(facts.error().kind));
  fail_unless(facts.error().message.find(part) != std::string::npos, "%s",
              facts.error().message.c_str());
}

GST_START_TEST(test_an_mp4_with_sound) {
  const Folder folder;
  const std::string path = folder.file("ä fox & a 100% #1.mp4");
  make_media(path, sound(44100, 2, 20) + " ! avenc_aac ! m. " +
                       picture(48, "24/1", "width=864,height=496") + h264 + "mp4mux name=m");
  const ClipFacts facts = facts_of(path);
  fail_unless(facts.medium == Media::video && facts.has_video() && facts.has_audio());
  assert_text(facts.container, "MP4");
  fail_unless(facts.width == 864 && facts.height == 496);
  fail_unless(facts.pixel_aspect_numerator == 1 && facts.pixel_aspect_denominator == 1);
  assert_rate(facts.rate, 24, 1);
  fail_unless(facts.frames == 48, "%d frames", static_cast<int>(facts.frames));
  fail_unless(facts.key_frames == 2, "%d key frames", static_cast<int>(facts.key_frames));
  fail_unless(facts.video_ns == 2000000000);
  assert_near(facts.audio_ns, 2000000000, 50000000);
  assert_text(facts.video_codec, "H.264");
  assert_text(facts.audio_codec, "AAC");
  fail_unless(facts.sample_rate == 44100 && facts.channels == 2);
  fail_unless(!facts.start_frame && !facts.has_c2pa);
  fail_unless(facts.bytes == static_cast<std::int64_t>(bytes_of(path).size()));
}
GST_END_TEST;

struct Form {
  const char* name;
  const char* encoder;
  const char* container;
  const char* codec;
};

GST_START_TEST(test_every_container_at_every_rate) {
  const Folder folder;
  const std::string ultra = h264;
  const struct {
    const char* text;
    int numerator;
    int denominator;
  } rates[] = {{"24000/1001", 24000, 1001},
               {"24/1", 24, 1},
               {"25/1", 25, 1},
               {"30000/1001", 30000, 1001},
               {"30/1", 30, 1}};
  const Form forms[] = {
      {"a.mp4", "x264enc speed-preset=ultrafast bframes=2 b-adapt=false ! mp4mux", "MP4", "H.264"},
      {"a.mov", "avenc_prores_ks ! qtmux", "QuickTime", "ProRes"},
      {"a.mkv", "x264enc speed-preset=ultrafast ! matroskamux", "Matroska", "H.264"},
      {"b.mkv", "avenc_ffv1 ! matroskamux", "Matroska", "FFV1"},
      {"a.webm", "vp8enc deadline=1 cpu-used=16 ! webmmux", "WebM", "VP8"},
      {"a.avi", "jpegenc ! avimux", "AVI", "MJPEG"},
      {"a.mxf", "avenc_dnxhd profile=dnxhr_hq ! mxfmux", "MXF", "DNxHR"},
      {"a.ts", "x264enc speed-preset=ultrafast bframes=0 ! h264parse ! mpegtsmux", "MPEG-TS",
       "H.264"},
  };
  for (const Form& form : forms) {
    for (const auto& rate : rates) {
      const std::string path = folder.file(form.name);
      std::string source = picture(49, rate.text);
      const std::string_view encoder = form.encoder;
      // These take certain sizes and formats only.
      const bool is_dnxhr = encoder.starts_with("avenc_dnxhd");
      if (is_dnxhr)
        source = picture(49, rate.text, "width=1280,height=720") +
                 " ! videoconvert ! video/x-raw,format=Y42B";
      if (encoder.starts_with("avenc_prores"))
        source += " ! videoconvert ! video/x-raw,format=I422_10LE";
      make_media(path, source + " ! " + form.encoder);
      const ClipFacts facts = facts_of(path);
      assert_text(facts.container, form.container);
      assert_text(facts.video_codec, form.codec);
      fail_unless(facts.frames == 49, "%s at %s: %d frames", form.name, rate.text,
                  static_cast<int>(facts.frames));
      fail_unless((facts.rate == FrameRate{rate.numerator, rate.denominator}),
                  "%s at %s: got %d/%d", form.name, rate.text,
                  static_cast<int>(facts.rate.numerator), static_cast<int>(facts.rate.denominator));
      fail_unless(facts.video_ns == nanoseconds_of(49, facts.rate), "%s", form.name);
      fail_unless(facts.width == (is_dnxhr ? 1280 : 128) && !facts.has_audio());
      fail_unless(facts.height == (is_dnxhr ? 720 : 72), "%s", form.name);
      fail_unless(facts.audio_ns == 0 && facts.audio_codec.empty());
    }
  }
}
GST_END_TEST;

GST_START_TEST(test_a_rate_that_is_none) {
  const Folder folder;
  const std::string path = folder.file("gaps.mkv");
  make_media(path,
             picture(60, "25/1") + " ! identity drop-probability=0.4 ! jpegenc ! matroskamux");
  const ClipFacts facts = facts_of(path);
  assert_rate(facts.rate, 0, 1);
  fail_unless(facts.frames > 5 && facts.frames < 60 && facts.video_ns > 1000000000);
}
GST_END_TEST;

GST_START_TEST(test_pixels_that_are_not_square) {
  const Folder folder;
  const std::string path = folder.file("wide.mp4");
  make_media(path,
             picture(5, "25/1", "width=128,height=72,pixel-aspect-ratio=4/3") + h264 + "mp4mux");
  const ClipFacts facts = facts_of(path);
  fail_unless(facts.pixel_aspect_numerator == 4 && facts.pixel_aspect_denominator == 3);
}
GST_END_TEST;

GST_START_TEST(test_colours_as_the_file_tags_them) {
  const Folder folder;
  const std::string path = folder.file("tagged.mp4");
  make_media(path, picture(5, "25/1", "width=128,height=72,colorimetry=bt709") + h264 + "mp4mux");
  const ClipFacts tagged = facts_of(path);
  assert_text(tagged.colour.matrix, "bt709");
  assert_text(tagged.colour.transfer, "bt709");
  assert_text(tagged.colour.primaries, "bt709");
  assert_text(tagged.colour.range, "limited");
}
GST_END_TEST;

GST_START_TEST(test_no_guess_where_the_file_has_no_tags) {
  const Folder folder;
  const std::string path = folder.file("untagged.mp4");
  // This coder writes none into its stream; the container's box is made another.
  make_media(path,
             picture(5, "25/1", "width=1280,height=720") + " ! openh264enc ! h264parse ! mp4mux");
  std::string bytes = bytes_of(path);
  if (const std::size_t at = bytes.find("colr"); at != std::string::npos)
    bytes.replace(at, 4, "free");
  write_bytes(path, bytes);
  const ClipFacts facts = facts_of(path);
  assert_text(facts.video_codec, "H.264");
  fail_unless(facts.colour.is_untagged(), "got %s %s %s %s", facts.colour.matrix.c_str(),
              facts.colour.transfer.c_str(), facts.colour.primaries.c_str(),
              facts.colour.range.c_str());
}
GST_END_TEST;

GST_START_TEST(test_a_timecode_track) {
  const Folder folder;
  const std::string path = folder.file("tc.mov");
  const std::string stamp = " ! timecodestamper set=always set-internal-timecode=";
  make_media(path, picture(24, "24/1") + stamp + "01:00:00:00 ! jpegenc ! qtmux");
  ClipFacts facts = facts_of(path);
  fail_unless(facts.start_frame == 86400 && !facts.is_drop_frame);
  fail_unless(facts.frames == 24);
  make_media(path,
             picture(24, "30000/1001") + stamp + "01:00:00;00 drop-frame=true ! jpegenc ! qtmux");
  facts = facts_of(path);
  fail_unless(facts.start_frame == 107892 && facts.is_drop_frame, "%d",
              static_cast<int>(facts.start_frame.value_or(-1)));
}
GST_END_TEST;

GST_START_TEST(test_content_credentials_are_seen) {
  const Folder folder;
  const std::string mp4 = folder.file("a.mp4");
  make_media(mp4, picture(5, "25/1") + h264 + "mp4mux");
  using namespace std::string_literals;
  const std::string box =
      "\0\0\0\x1Cuuid\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81"s + "c2pa";
  write_bytes(mp4, bytes_of(mp4) + box);
  fail_unless(facts_of(mp4).has_c2pa && facts_of(mp4).frames == 5);

  const std::string png = folder.file("a.png");
  make_media(png, picture(1, "25/1") + " ! videoconvert ! pngenc");
  fail_unless(!facts_of(png).has_c2pa);
  std::string bytes = bytes_of(png);
  // Behind the header's chunk, which has 25 bytes.
  bytes.insert(8 + 25,
               "\0\0\0\x04"
               "caBXc2pa\0\0\0\0"s);
  write_bytes(png, bytes);
  fail_unless(facts_of(png).has_c2pa);

  const std::string jpeg = folder.file("a.jpg");
  make_media(jpeg, picture(1, "25/1") + " ! jpegenc");
  fail_unless(!facts_of(jpeg).has_c2pa);
  bytes = bytes_of(jpeg);
  bytes.insert(2, "\xFF\xEB\0\x16JP\0\x01\0\0\0\x01\0\0\0\x10jumb\0\0\0\0"s);
  write_bytes(jpeg, bytes);
  fail_unless(facts_of(jpeg).has_c2pa);
}
GST_END_TEST;

GST_START_TEST(test_stills) {
  const Folder folder;
  const Form stills[] = {{"a.png", "videoconvert ! pngenc", "PNG", "PNG"},
                         {"a.jpg", "jpegenc", "JPEG", "JPEG"},
                         {"a.webp", "webpenc", "WebP", "WebP"},
                         {"b.webp", "videoconvert ! webpenc lossless=true", "WebP", "WebP"}};
  for (const Form& still : stills) {
    const std::string path = folder.file(still.name);
    make_media(path, picture(1, "25/1", "width=321,height=123") + " ! " + still.encoder);
    const ClipFacts facts = facts_of(path);
    fail_unless(facts.medium == Media::image && !facts.has_video() && !facts.has_audio());
    fail_unless(facts.width == 321 && facts.height == 123, "%s: %dx%d", still.name, facts.width,
                facts.height);
    fail_unless(facts.frames == 1 && !facts.rate.is_known());
    assert_text(facts.container, still.container);
    assert_text(facts.video_codec, still.codec);
    const std::string bytes = bytes_of(path);
    write_bytes(path, bytes.substr(0, bytes.size() / 2));
    assert_wrong(path, ErrorKind::wrong_media, "is cut");
  }
}
GST_END_TEST;

GST_START_TEST(test_music) {
  const Folder folder;
  const Form songs[] = {
      {"a.mp3", "lamemp3enc", "MP3", "MP3"},
      {"b.mp3", "lamemp3enc ! id3v2mux", "MP3", "MP3"},
      {"a.wav", "audioconvert ! wavenc", "WAV", "PCM"},
      {"a.flac", "flacenc", "FLAC", "FLAC"},
      {"a.ogg", "audioconvert ! vorbisenc ! oggmux", "Ogg", "Vorbis"},
      {"a.aac", "avenc_aac ! aacparse ! audio/mpeg,stream-format=adts", "AAC", "AAC"},
      {"a.m4a", "avenc_aac ! mp4mux", "MP4", "AAC"}};
  for (const Form& song : songs) {
    const std::string path = folder.file(song.name);
    make_media(path, sound(48000, 1, 30) + " ! audioconvert ! " + song.encoder);
    const ClipFacts facts = facts_of(path);
    fail_unless(facts.medium == Media::audio && !facts.has_video(), "%s", song.name);
    assert_text(facts.container, song.container);
    assert_text(facts.audio_codec, song.codec);
    fail_unless(facts.sample_rate == 48000 && facts.channels == 1, "%s", song.name);
    assert_near(facts.audio_ns, 3000000000, 80000000);
    fail_unless(facts.frames == 0 && facts.width == 0);
  }
}
GST_END_TEST;

GST_START_TEST(test_what_is_no_media) {
  const Folder folder;
  assert_wrong(folder.file("absent.mp4"), ErrorKind::not_found, "cannot be opened");
  assert_wrong(folder.file(""), ErrorKind::storage, "no regular file");
  const std::string pipe = folder.file("pipe.mp4");
  fail_unless(mkfifo(pipe.c_str(), 0600) == 0);
  assert_wrong(pipe, ErrorKind::storage, "no regular file");
  const std::string path = folder.file("x.mp4");
  write_bytes(path, "");
  assert_wrong(path, ErrorKind::wrong_media, "is empty");
  // A playlist would lead a demuxer to a stranger's addresses.
  write_bytes(path, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n");
  assert_wrong(path, ErrorKind::wrong_media, "no media known here");
  using namespace std::string_literals;
  write_bytes(path,
              "\0\0\0\x10"
              "ftypisom\0\0\0\0"s);
  assert_wrong(path, ErrorKind::wrong_media, "x.mp4");
  write_bytes(path,
              "\0\0\0\x10"
              "ftypisom\0\0\0\0\0\0\0\x03moov"s);
  assert_wrong(path, ErrorKind::wrong_media, "cannot be followed");
}
GST_END_TEST;

GST_START_TEST(test_a_file_that_is_cut) {
  const Folder folder;
  const std::string path = folder.file("cut.mp4");
  make_media(path, picture(48, "24/1") + h264 + "mp4mux faststart=true");
  const std::string bytes = bytes_of(path);
  write_bytes(path, bytes.substr(0, bytes.size() * 2 / 3));
  assert_wrong(path, ErrorKind::wrong_media, "is cut");
}
GST_END_TEST;

GST_START_TEST(test_damaged_files_end_in_an_answer) {
  // GStreamer 1.22's Matroska reader tells of some damage in the name of an element that is none,
  // which is a critical warning and no more.
  g_log_set_always_fatal(G_LOG_LEVEL_ERROR);
  _gst_check_expecting_log = TRUE;
  const Folder folder;
  std::mt19937 random(7);
  const char* const muxers[] = {"mp4mux", "matroskamux", "h264parse ! mpegtsmux", "avimux"};
  for (const char* const muxer : muxers) {
    const std::string path = folder.file("damaged");
    make_media(path, picture(12, "24/1") + h264 + muxer);
    const std::string whole = bytes_of(path);
    for (int round = 0; round < 12; ++round) {
      std::string bytes = whole;
      for (int i = 0; i <= round; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
      write_bytes(path, bytes);
      const auto facts = read_clip_facts(path);
      if (!facts)
        fail_unless(facts.error().message.find("damaged") != std::string::npos, "%s",
                    facts.error().message.c_str());
    }
  }
}
GST_END_TEST;

GST_START_TEST(test_reading_is_given_up_in_time) {
  const Folder folder;
  const std::string path = folder.file("late.mp4");
  make_media(path, picture(48, "24/1") + h264 + "mp4mux");
  const auto facts =
      read_clip_facts(path, {std::chrono::milliseconds(0), std::chrono::milliseconds(0)});
  fail_unless(!facts && facts.error().kind == ErrorKind::deadline);
  fail_unless(facts_of(path).frames == 48);
}
GST_END_TEST;

GST_START_TEST(test_a_clip_as_a_provider_sends_it) {
  const char* const path = g_getenv("PROMPT_TEST_REAL_CLIP");
  if (path == nullptr || !g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_print("no real clip here: skipped\n");
    return;
  }
  const ClipFacts facts = facts_of(path);
  fail_unless(facts.width == 1280 && facts.height == 720);
  assert_rate(facts.rate, 24, 1);
  fail_unless(facts.frames == 121 && facts.key_frames == 1, "%d, %d",
              static_cast<int>(facts.frames), static_cast<int>(facts.key_frames));
  assert_near(facts.video_ns, 5041666667, 1);
  assert_near(facts.audio_ns, 5061958000, 25000000);
  assert_text(facts.video_codec, "H.264");
  assert_text(facts.audio_codec, "AAC");
  fail_unless(facts.sample_rate == 44100 && facts.channels == 2);
  fail_unless(facts.has_c2pa && facts.colour.is_untagged() && !facts.start_frame);
}
GST_END_TEST;

Suite* clip_facts_suite() {
  Suite* const suite = suite_create("clip_facts");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_an_mp4_with_sound);
  tcase_add_test(tests, test_every_container_at_every_rate);
  tcase_add_test(tests, test_a_rate_that_is_none);
  tcase_add_test(tests, test_pixels_that_are_not_square);
  tcase_add_test(tests, test_colours_as_the_file_tags_them);
  tcase_add_test(tests, test_no_guess_where_the_file_has_no_tags);
  tcase_add_test(tests, test_a_timecode_track);
  tcase_add_test(tests, test_content_credentials_are_seen);
  tcase_add_test(tests, test_stills);
  tcase_add_test(tests, test_music);
  tcase_add_test(tests, test_what_is_no_media);
  tcase_add_test(tests, test_a_file_that_is_cut);
  tcase_add_test(tests, test_damaged_files_end_in_an_answer);
  tcase_add_test(tests, test_reading_is_given_up_in_time);
  tcase_add_test(tests, test_a_clip_as_a_provider_sends_it);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(clip_facts)
