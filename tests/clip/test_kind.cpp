// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "../support/check.h"

#include "clip/bytes.h"
#include "clip/kind.h"
#include "made_files.h"

namespace {

using namespace prompt::clip;
using namespace prompt::clip::test;
using prompt::Media;

void assert_kind(const std::string& file, Kind kind) {
  const Sniffed sniffed = sniff(as_bytes(file), true);
  fail_unless(sniffed.kind == kind, "%s instead of %s", sniffed.looks_like, facts_of(kind).name);
  assert_text(sniffed.looks_like, facts_of(kind).name);
}

void assert_refused(const std::string& file, const char* looks_like) {
  const Sniffed sniffed = sniff(as_bytes(file), true);
  fail_unless(!sniffed.kind && !sniffed.needs_more, "'%.20s' is %s", file.c_str(),
              sniffed.looks_like);
  assert_text(sniffed.looks_like, looks_like);
}

GST_START_TEST(every_kind_is_known_by_its_beginning) {
  assert_kind(mp4(), Kind::mp4);
  assert_kind(mp4({.moov_in_front = true}), Kind::mp4);
  assert_kind(ftyp("qt  ") + box("mdat", noise(100)), Kind::mp4);
  assert_kind(ftyp("M4A ") + box("mdat", noise(100)), Kind::m4a);
  assert_kind(ebml("webm"), Kind::webm);
  assert_kind(ebml("webm\0\0"sv), Kind::webm);
  assert_kind(ebml("matroska"), Kind::matroska);
  assert_kind(riff("AVI "), Kind::avi);
  assert_kind(riff("WAVE"), Kind::wav);
  assert_kind(riff("WEBP"), Kind::webp);
  assert_kind(png(), Kind::png);
  assert_kind(jpeg(), Kind::jpeg);
  assert_kind(gif(), Kind::gif);
  assert_kind(mp3_frames(), Kind::mp3);
  assert_kind(adts_frames(), Kind::aac);
  assert_kind(ogg(), Kind::ogg);
  assert_kind(flac(), Kind::flac);
  assert_kind(ftyp("avif") + box("meta", noise(100)), Kind::avif);
  assert_kind(ftyp("heic") + box("meta", noise(100)), Kind::heif);
  assert_kind("RF64\xFF\xFF\xFF\xFFWAVEds64"s + noise(100), Kind::rf64);
  assert_kind("FORM"s + big(1'000, 4) + "AIFFCOMM"s + noise(1'000), Kind::aiff);
  assert_kind("FLV\x01\x05\0\0\0\x09"s + noise(1'000), Kind::flv);
  std::string packets;
  for (unsigned i = 0; i < 10; ++i) packets += "\x47"s + noise(187, i);
  assert_kind(packets, Kind::mpeg_ts);
  assert_refused("G" + noise(1'000), "data of an unknown kind");
}
GST_END_TEST

GST_START_TEST(mp4_may_have_other_boxes_in_front) {
  for (const char* type : {"free", "skip", "wide", "uuid", "moov"})
    assert_kind(box(type, noise(50'000)) + mp4(), Kind::mp4);
  assert_kind(wide_box("uuid", noise(500)) + mp4(), Kind::mp4);
  // Media data could be anything.
  assert_refused(box("mdat", noise(500)) + mp4(), "QuickTime data without a file type box");
  assert_refused(box("wide", "") + box("mdat", noise(500)) + mp4(), "data of an unknown kind");
  // Nor without end.
  std::string many;
  for (int i = 0; i < 100; ++i) many += box("free", "");
  fail_unless(!sniff(as_bytes(many + mp4()), true).kind);
}
GST_END_TEST

GST_START_TEST(audio_is_found_behind_tags) {
  assert_kind(id3(100) + mp3_frames(), Kind::tagged_mp3);
  assert_kind(id3(300'000) + mp3_frames(), Kind::tagged_mp3);
  // A cover of several MB.
  assert_kind(id3(7'000'000) + mp3_frames(), Kind::tagged_mp3);
  assert_kind(id3(100, 0x10) + mp3_frames(), Kind::tagged_mp3);
  assert_kind(id3(100) + id3(50) + mp3_frames(), Kind::tagged_mp3);
  assert_kind(id3(100) + std::string(2'000, '\0') + mp3_frames(), Kind::tagged_mp3);
  assert_kind(id3(100) + adts_frames(), Kind::tagged_aac);
  assert_kind(id3(100) + flac(), Kind::tagged_flac);
  assert_refused(id3(100) + "#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1/a.ts\n", "an HLS playlist");
  assert_refused(id3(100) + mp4(), "data of an unknown kind");
  assert_refused(id3(100), "an ID3 tag without audio behind it");
  assert_refused(id3(2'000'000) + "#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1/a.ts\n",
                 "an HLS playlist");
}
GST_END_TEST

GST_START_TEST(one_frame_header_proves_nothing) {
  assert_refused(mp3_frames(1) + noise(1'000), "data of an unknown kind");
  assert_refused(adts_frames(1) + noise(1'000), "data of an unknown kind");
  // The second is of another sample rate.
  std::string mixed = mp3_frames(2);
  mixed[417 + 2] = '\x96';
  assert_refused(mixed + noise(1'000), "data of an unknown kind");
}
GST_END_TEST

GST_START_TEST(what_is_refused_has_a_name) {
  assert_refused("", "an empty file");
  assert_refused(" \r\n ", "a file of nothing but white space");
  assert_refused("<!DOCTYPE html>\n<html>", "an HTML page");
  assert_refused("\xEF\xBB\xBF\n <HTML lang='x'>", "an HTML page");
  assert_refused("<!-- hello --><html>", "an HTML page");
  assert_refused("{\"error\": \"gone\"}", "JSON text");
  assert_refused("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
                 "an XML document (an error of the storage service?)");
  assert_refused("<?xml version='1.0'?><rss>", "an XML document");
  assert_refused("#EXTM3U\n#EXT-X-VERSION:3\n", "an HLS playlist");
  assert_refused("\xEF\xBB\xBF#EXTM3U\n", "an HLS playlist");
  assert_refused("<?xml version='1.0'?>\n<!-- x -->\n<MPD xmlns='urn:mpeg:dash'>",
                 "a DASH manifest");
  assert_refused("<smil><body>", "a SMIL document");
  assert_refused("<?xml version='1.0'?><SmoothStreamingMedia>", "a Smooth Streaming manifest");
  assert_refused("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n", "an SDP description");
  assert_refused("http://127.0.0.1/clip.mp4\n", "a list of addresses");
  assert_refused("# a comment\r\n\r\nrtsp://127.0.0.1/clip\r\n", "a list of addresses");
  assert_refused("[playlist]\nFile1=http://127.0.0.1/a", "a PLS playlist");
  assert_refused("Not found.", "plain text");
  assert_refused(
      "nicht gefunden: Fr\xC3\xBChst\xC3\xBC"
      "ck",
      "plain text");
  assert_refused("\x1F\x8B\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s, "data compressed with gzip");
  assert_refused(box("styp", "msdh") + box("moof", noise(10)), "a segment of a DASH or HLS stream");
  assert_refused(ftyp("crx ") + box("meta", noise(100)), "a raw camera image");
  assert_refused(ebml("evil"), "an EBML file of an unknown kind");
  assert_refused(riff("ACON"), "a RIFF file of an unknown kind");
  assert_refused(noise(2'000), "data of an unknown kind");
}
GST_END_TEST

// Whatever the pieces in which it arrives, the verdict is the one over the whole, and a kind that
// was named once stays.
GST_START_TEST(the_verdict_does_not_depend_on_the_pieces) {
  for (const std::string& file :
       {mp4(), box("free", noise(3'000)) + mp4(), ebml("webm"), riff("WAVE"), png(), jpeg(), gif(),
        mp3_frames(), id3(5'000) + mp3_frames(), adts_frames(), ogg(), flac(),
        "<!DOCTYPE html><html>"s, "#EXTM3U\n"s, noise(3'000)}) {
    const Sniffed all = sniff(as_bytes(file), true);
    bool decided = false;
    for (std::size_t size = 0; size < std::min<std::size_t>(file.size(), 8'000); ++size) {
      const Sniffed part = sniff(as_bytes(file).first(size), false);
      fail_unless(!decided || !part.needs_more, "undecided again at %zu", size);
      decided = !part.needs_more;
      if (decided) fail_unless(part.kind == all.kind, "%s at %zu", part.looks_like, size);
    }
    fail_unless(decided || file.size() < 1024, "never decided: %s", all.looks_like);
  }
}
GST_END_TEST

GST_START_TEST(a_long_tag_is_not_looked_at_again_and_again) {
  const std::string file = id3(7'000'000) + mp3_frames();
  const Sniffed begun = sniff(as_bytes(file).first(5'000), false);
  fail_unless(begun.needs_more && begun.at_least > 7'000'000 && begun.at_least < file.size());
  fail_unless(sniff(as_bytes(file).first(7'001'000), false).kind == Kind::tagged_mp3);
}
GST_END_TEST

GST_START_TEST(containers_for_both_fit_both) {
  for (const Kind kind :
       {Kind::mp4, Kind::webm, Kind::matroska, Kind::ogg, Kind::mpeg_ts, Kind::flv})
    fail_unless(facts_of(kind).can_be(Media::video) && facts_of(kind).can_be(Media::audio) &&
                !facts_of(kind).can_be(Media::image));
  fail_unless(facts_of(Kind::gif).can_be(Media::video) && facts_of(Kind::gif).can_be(Media::image));
  fail_unless(!facts_of(Kind::mp3).can_be(Media::video) &&
              !facts_of(Kind::png).can_be(Media::video));
}
GST_END_TEST

GST_START_TEST(each_kind_has_fixed_caps_and_a_medium) {
  gst_init(nullptr, nullptr);
  for (std::size_t i = 0; i < kind_count; ++i) {
    const KindFacts& facts = facts_of(static_cast<Kind>(i));
    GstCaps* caps = gst_caps_from_string(facts.caps);
    fail_unless(caps != nullptr && gst_caps_is_fixed(caps), "caps of %s", facts.name);
    gst_caps_unref(caps);
    fail_unless(facts.media[0] != Media::automatic && static_cast<std::size_t>(facts.kind) == i);
  }
}
GST_END_TEST

Suite* kind_suite() {
  Suite* suite = suite_create("clip kind");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, every_kind_is_known_by_its_beginning);
  tcase_add_test(tests, mp4_may_have_other_boxes_in_front);
  tcase_add_test(tests, audio_is_found_behind_tags);
  tcase_add_test(tests, one_frame_header_proves_nothing);
  tcase_add_test(tests, what_is_refused_has_a_name);
  tcase_add_test(tests, the_verdict_does_not_depend_on_the_pieces);
  tcase_add_test(tests, a_long_tag_is_not_looked_at_again_and_again);
  tcase_add_test(tests, containers_for_both_fit_both);
  tcase_add_test(tests, each_kind_has_fixed_caps_and_a_medium);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(kind)
