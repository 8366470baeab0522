// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Exports have the take's frames, length and sound, and say what they have not.
#include <glib/gstdio.h>

#include <vector>

#include "check.h"
#include "edit/export.h"
#include "edit/last_frame.h"
#include "made_media.h"

namespace {

using namespace prompt;
using namespace prompt::edit;
using namespace prompt::edit::test;

constexpr ExportFormat all_formats[] = {ExportFormat::prores, ExportFormat::dnxhr,
                                        ExportFormat::ffv1, ExportFormat::mjpeg,
                                        ExportFormat::proxy};

std::string take_of(int frames, const char* rate, const char* size, bool has_sound) {
  std::string text = "videotestsrc pattern=ball num-buffers=" + std::to_string(frames) +
                     " ! video/x-raw,format=I420,framerate=" + rate + "," + size +
                     " ! x264enc speed-preset=ultrafast bframes=2 b-adapt=false key-int-max=250 ! "
                     "queue ! m. ";
  if (has_sound)
    text +=
        "audiotestsrc num-buffers=21 samplesperbuffer=4410 ! audio/x-raw,rate=44100,channels=2 "
        "! avenc_aac ! queue ! m. ";
  return text + "mp4mux name=m";
}

ClipFacts facts_of(const std::string& path) {
  const auto facts = read_clip_facts(path);
  fail_unless(facts.has_value(), "%s", facts ? "" : facts.error().message.c_str());
  return *facts;
}

Exported exported(const std::string& from, const std::string& to, ExportFormat format,
                  const ExportOptions& options = {}) {
  const auto done = export_take(from, facts_of(from), to, format, options);
  fail_unless(done.has_value(), "%s: %s", edit::to_string(format),
              done ? "" : done.error().message.c_str());
  return *done;
}

// Of all decoded frames, one after another.
std::string pictures_of(const std::string& path) {
  const std::string raw = path + ".raw";
  make_media(raw, "filesrc location=\"" + path +
                      "\" ! decodebin ! videoconvert ! video/x-raw,format=I420");
  return bytes_of(raw);
}

GST_START_TEST(test_every_format_has_the_takes_frames_and_sound) {
  const Folder folder;
  const std::string take = folder.file("take ü 100% #1.mp4");
  make_media(take, take_of(50, "24/1", "width=864,height=496", true));
  const ClipFacts facts = facts_of(take);
  const struct {
    ExportFormat format;
    const char* container;
    const char* codec;
    int width;
    int height;
  } wanted[] = {{ExportFormat::prores, "QuickTime", "ProRes", 864, 496},
                {ExportFormat::dnxhr, "MXF", "DNxHR", 1280, 720},
                {ExportFormat::ffv1, "Matroska", "FFV1", 864, 496},
                {ExportFormat::mjpeg, "QuickTime", "MJPEG", 864, 496},
                {ExportFormat::proxy, "QuickTime", "H.264", 640, 368}};
  for (const auto& row : wanted) {
    const std::string to = folder.file(std::string("out") + edit::to_string(row.format) +
                                       export_extension(row.format));
    const Exported done = exported(take, to, row.format);
    const ClipFacts made = facts_of(to);
    assert_text(made.container, row.container);
    assert_text(made.video_codec, row.codec);
    fail_unless(made.width == row.width && made.height == row.height, "%s: %dx%d",
                edit::to_string(row.format), made.width, made.height);
    fail_unless(made.frames == 50 && made.key_frames == 50 && made.rate == facts.rate);
    fail_unless(made.video_ns == facts.video_ns);
    assert_text(made.audio_codec, "PCM");
    fail_unless(made.sample_rate == 48000 && made.channels == 2);
    fail_unless(std::llabs(made.audio_ns - facts.audio_ns) < 50000000);
    fail_unless(done.is_letterboxed == (row.format == ExportFormat::dnxhr));
    fail_unless(!done.is_colour_assumed && !done.has_lost_c2pa);
    fail_unless(done.warnings.size() == (done.is_letterboxed ? 1U : 0U));
    const bool has_timecode = std::string_view(export_extension(row.format)) == ".mov";
    fail_unless(
        (made.start_frame == (has_timecode ? std::optional<std::int64_t>(0) : std::nullopt)), "%s",
        edit::to_string(row.format));
  }
}
GST_END_TEST;

GST_START_TEST(test_rates_and_odd_sizes) {
  const Folder folder;
  const char* const rates[] = {"24000/1001", "25/1", "30000/1001", "30/1"};
  for (const char* const rate : rates) {
    const std::string take = folder.file("take.mp4");
    make_media(take, take_of(25, rate, "width=322,height=178", false));
    for (const ExportFormat format : all_formats) {
      const std::string to = folder.file("out");
      const Exported done = exported(take, to, format);
      fail_unless(done.facts.frames == 25 && !done.facts.has_audio());
      g_unlink(to.c_str());
    }
  }
}
GST_END_TEST;

GST_START_TEST(test_ffv1_has_the_same_pixels) {
  const Folder folder;
  const std::string take = folder.file("take.mp4");
  make_media(take, take_of(12, "24/1", "width=320,height=180", false));
  const std::string to = folder.file("take.mkv");
  (void)exported(take, to, ExportFormat::ffv1);
  const std::string before = pictures_of(take);
  fail_unless(before.size() == 12UL * 320 * 180 * 3 / 2);
  fail_unless(before == pictures_of(to), "FFV1 lost something");
}
GST_END_TEST;

GST_START_TEST(test_a_timecode_track_as_wished) {
  const Folder folder;
  const std::string take = folder.file("take.mp4");
  make_media(take, take_of(12, "30000/1001", "width=320,height=180", false));
  ExportOptions options;
  options.start = "01:00:00;00";
  Exported done = exported(take, folder.file("a.mov"), ExportFormat::mjpeg, options);
  fail_unless(done.facts.start_frame == 107892 && done.facts.is_drop_frame);
  options.start = "10:00:00:00";
  done = exported(take, folder.file("b.mov"), ExportFormat::prores, options);
  fail_unless(done.facts.start_frame == 1080000 && !done.facts.is_drop_frame);
  // A take with a timecode of its own keeps it.
  done = exported(folder.file("a.mov"), folder.file("c.mov"), ExportFormat::proxy);
  fail_unless(done.facts.start_frame == 107892 && done.facts.is_drop_frame);
  options.start = "1 o'clock";
  const auto refused =
      export_take(take, facts_of(take), folder.file("d.mov"), ExportFormat::mjpeg, options);
  fail_unless(!refused && refused.error().kind == ErrorKind::settings);
}
GST_END_TEST;

GST_START_TEST(test_what_is_lost_or_assumed_is_said) {
  const Folder folder;
  const std::string take = folder.file("take.mp4");
  make_media(take,
             "videotestsrc num-buffers=12 ! video/x-raw,format=I420,width=320,height=180,"
             "framerate=24/1 ! openh264enc ! h264parse ! mp4mux");
  std::string bytes = bytes_of(take);
  if (const std::size_t at = bytes.find("colr"); at != std::string::npos)
    bytes.replace(at, 4, "free");
  using namespace std::string_literals;
  bytes +=
      "\0\0\0\x1Cuuid\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81"
      "c2pa"s;
  write_bytes(take, bytes);
  fail_unless(facts_of(take).colour.is_untagged() && facts_of(take).has_c2pa);
  for (const ExportFormat format :
       {ExportFormat::prores, ExportFormat::ffv1, ExportFormat::proxy}) {
    const Exported done = exported(take, folder.file(edit::to_string(format)), format);
    fail_unless(done.is_colour_assumed && done.has_lost_c2pa && done.warnings.size() == 2);
    // At that height GStreamer's own guess would be BT.601.
    assert_text(done.facts.colour.matrix, "bt709");
  }
}
GST_END_TEST;

GST_START_TEST(test_nothing_is_written_over_and_nothing_is_left) {
  const Folder folder;
  const std::string take = folder.file("take.mp4");
  make_media(take, take_of(48, "24/1", "width=320,height=180", true));
  const ClipFacts facts = facts_of(take);
  const std::string to = folder.file("out.mov");
  write_bytes(to, "somebody's");
  const auto refused = export_take(take, facts, to, ExportFormat::mjpeg);
  fail_unless(!refused && refused.error().kind == ErrorKind::settings);
  assert_text(bytes_of(to), "somebody's");

  ExportOptions options;
  options.progress = [](double) {
    return false;
  };
  const auto stopped = export_take(take, facts, folder.file("a.mov"), ExportFormat::mjpeg, options);
  fail_unless(!stopped && stopped.error().kind == ErrorKind::interrupted);
  // A take of which more frames are told than it has.
  ClipFacts more = facts;
  ++more.frames;
  const auto differs = export_take(take, more, folder.file("b.mov"), ExportFormat::mjpeg);
  fail_unless(!differs && differs.error().kind == ErrorKind::wrong_media);
  fail_unless(differs.error().message.find("48 frames came out of 49") != std::string::npos, "%s",
              differs.error().message.c_str());
  ClipFacts still = facts;
  still.medium = Media::image;
  fail_unless(!export_take(take, still, folder.file("c.mov"), ExportFormat::mjpeg));
  GDir* const listing = g_dir_open(folder.file("").c_str(), 0, nullptr);
  int files = 0;
  while (g_dir_read_name(listing) != nullptr) ++files;
  g_dir_close(listing);
  fail_unless(files == 2, "%d files are there", files);
}
GST_END_TEST;

GST_START_TEST(test_the_last_frame) {
  const Folder folder;
  const std::string take = folder.file("take.mp4");
  // Sharp but for the last three frames.
  const std::string frames =
      "video/x-raw,format=I420,width=320,height=180,framerate=24/1 ! queue ! c. ";
  make_media(take, "videotestsrc pattern=smpte num-buffers=20 ! " + frames +
                       "videotestsrc pattern=gradient num-buffers=3 ! " + frames +
                       "concat name=c ! x264enc speed-preset=ultrafast ! mp4mux");
  const ClipFacts facts = facts_of(take);
  fail_unless(facts.frames == 23);
  const std::string exact = folder.file("exact.png");
  const auto last = write_last_frame(take, facts, exact, LastFrame::exact);
  fail_unless(last.has_value(), "%s", last ? "" : last.error().message.c_str());
  fail_unless(last->frame == 22 && last->width == 320 && last->height == 180);
  const ClipFacts still = facts_of(exact);
  fail_unless(still.medium == Media::image && still.width == 320 && still.height == 180);
  const auto sharp = write_last_frame(take, facts, folder.file("sharp.png"), LastFrame::sharpest);
  fail_unless(sharp && sharp->frame == 19, "%d", sharp ? static_cast<int>(sharp->frame) : -1);
  fail_unless(bytes_of(folder.file("sharp.png")) != bytes_of(exact));
  const auto again = write_last_frame(take, facts, exact, LastFrame::exact);
  fail_unless(!again && again.error().kind == ErrorKind::settings);
}
GST_END_TEST;

GST_START_TEST(test_a_clip_as_a_provider_sends_it) {
  const char* const path = g_getenv("PROMPT_TEST_REAL_CLIP");
  if (path == nullptr || !g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_print("no real clip here: skipped\n");
    return;
  }
  const Folder folder;
  for (const ExportFormat format : {ExportFormat::mjpeg, ExportFormat::proxy}) {
    const Exported done = exported(path, folder.file(edit::to_string(format)), format);
    fail_unless(done.facts.frames == 121 && done.facts.key_frames == 121);
    fail_unless(done.has_lost_c2pa && done.is_colour_assumed);
  }
  const auto last =
      write_last_frame(path, facts_of(path), folder.file("last.png"), LastFrame::exact);
  fail_unless(last && last->frame == 120);
}
GST_END_TEST;

Suite* export_take_suite() {
  Suite* const suite = suite_create("export");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_every_format_has_the_takes_frames_and_sound);
  tcase_add_test(tests, test_rates_and_odd_sizes);
  tcase_add_test(tests, test_ffv1_has_the_same_pixels);
  tcase_add_test(tests, test_a_timecode_track_as_wished);
  tcase_add_test(tests, test_what_is_lost_or_assumed_is_said);
  tcase_add_test(tests, test_nothing_is_written_over_and_nothing_is_left);
  tcase_add_test(tests, test_the_last_frame);
  tcase_add_test(tests, test_a_clip_as_a_provider_sends_it);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(export_take)
