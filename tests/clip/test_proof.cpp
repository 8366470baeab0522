// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "../support/check.h"

#include "base/text.h"
#include "clip/mp4_walk.h"
#include "clip/proof.h"
#include "made_files.h"

namespace {

using namespace prompt::clip;
using namespace prompt::clip::test;

Proof prove_text(Kind kind, std::string_view file) {
  return prove(kind, MemoryBytes(as_bytes(file)));
}

void assert_proof(Kind kind, std::string_view file, Wholeness wholeness) {
  const Proof proof = prove_text(kind, file);
  fail_unless(proof.wholeness == wholeness, "%s: %d instead of %d (%s)", facts_of(kind).name,
              static_cast<int>(proof.wholeness), static_cast<int>(wholeness), proof.reason.c_str());
  fail_unless(proof.reason.empty() == (wholeness == Wholeness::whole));
}

struct Sample {
  Kind kind;
  std::string file;
};

std::vector<Sample> provable_samples() {
  return {{Kind::mp4, mp4()},
          {Kind::mp4, mp4({.moov_in_front = true})},
          {Kind::mp4, ftyp() + wide_box("mdat", noise(70'000)) + box("moov", noise(900))},
          {Kind::webm, ebml("webm")},
          {Kind::avi, riff("AVI ") + riff("AVIX")},
          {Kind::wav, riff("WAVE")},
          {Kind::webp, riff("WEBP")},
          {Kind::png, png()},
          {Kind::jpeg, jpeg()},
          {Kind::gif, gif()},
          {Kind::ogg, ogg()}};
}

GST_START_TEST(whole_files_are_whole) {
  for (const Sample& sample : provable_samples())
    assert_proof(sample.kind, sample.file, Wholeness::whole);
  std::string fragmented = ftyp() + box("moov", noise(500));
  for (int i = 0; i < 5; ++i) fragmented += box("moof", noise(100)) + box("mdat", noise(5'000));
  assert_proof(Kind::mp4, fragmented + box("mfra", noise(50)), Wholeness::whole);
}
GST_END_TEST

// A player shows a cut file without an error, so this is all that stands between a broken download
// and half a clip in the library.
GST_START_TEST(every_cut_of_a_thousand_is_noticed) {
  for (const Sample& sample : provable_samples()) {
    const std::string_view whole = sample.file;
    for (std::size_t i = 0; i < 1'000; ++i) {
      const std::size_t size = whole.size() * i / 1'000;
      // An AVI may end between its RIFF chunks.
      if (sample.kind == Kind::avi && size == riff("AVI ").size()) continue;
      const Proof proof = prove_text(sample.kind, whole.substr(0, size));
      fail_unless(proof.wholeness != Wholeness::whole, "%s cut at %zu of %zu",
                  facts_of(sample.kind).name, size, whole.size());
    }
    const Proof proof = prove_text(sample.kind, whole.substr(0, whole.size() - 1));
    fail_unless(proof.wholeness != Wholeness::whole, "%s without its last byte",
                facts_of(sample.kind).name);
  }
}
GST_END_TEST

GST_START_TEST(every_cut_of_a_real_clip_is_noticed) {
  const char* path = g_getenv("PROMPT_TEST_CLIP");
  char* content = nullptr;
  gsize size = 0;
  if (path == nullptr || !g_file_get_contents(path, &content, &size, nullptr)) return;
  const std::string_view whole(content, size);
  assert_proof(Kind::mp4, whole, Wholeness::whole);
  for (std::size_t i = 0; i < 1'000; ++i) {
    const Proof proof = prove_text(Kind::mp4, whole.substr(0, size * i / 1'000));
    fail_unless(proof.wholeness == Wholeness::cut, "cut at %zu", size * i / 1'000);
  }
  g_free(content);
}
GST_END_TEST

GST_START_TEST(kinds_without_an_end_need_a_length) {
  assert_proof(Kind::mp3, mp3_frames(), Wholeness::not_provable);
  assert_proof(Kind::aac, adts_frames(), Wholeness::not_provable);
  assert_proof(Kind::flac, flac(), Wholeness::not_provable);
  assert_proof(Kind::webm, ebml("webm", 5'000, false), Wholeness::not_provable);
  assert_proof(Kind::ogg, ogg(20, false), Wholeness::not_provable);
  assert_proof(Kind::wav, "RIFF\xFF\xFF\xFF\xFFWAVE"s + noise(100), Wholeness::not_provable);
  const std::string open_ended = ftyp() + box("moov", noise(500)) + "\0\0\0\0mdat"s + noise(5'000);
  assert_proof(Kind::mp4, open_ended, Wholeness::not_provable);
  const std::string fragmented =
      ftyp() + box("moov", noise(500)) + box("moof", noise(100)) + box("mdat", noise(5'000));
  assert_proof(Kind::mp4, fragmented, Wholeness::not_provable);
  assert_proof(Kind::mp4, mp4() + std::string(5, '\0'), Wholeness::not_provable);
}
GST_END_TEST

GST_START_TEST(what_players_ignore_does_not_spoil_a_file) {
  for (const Kind kind : {Kind::png, Kind::jpeg, Kind::gif}) {
    const std::string file = kind == Kind::png ? png() : kind == Kind::jpeg ? jpeg() : gif();
    assert_proof(kind, file + noise(100), Wholeness::whole);
  }
  assert_proof(Kind::mp4, mp4() + box("free", noise(20)), Wholeness::whole);
}
GST_END_TEST

GST_START_TEST(an_mp4_lacks_something) {
  assert_proof(Kind::mp4, ftyp() + box("moov", noise(500)), Wholeness::cut);
  assert_proof(Kind::mp4, ftyp() + box("mdat", noise(500)), Wholeness::cut);
  assert_proof(Kind::mp4, box("moov", noise(500)) + box("mdat", noise(500)), Wholeness::damaged);
  assert_proof(Kind::mp4, mp4() + noise(5), Wholeness::cut);
}
GST_END_TEST

GST_START_TEST(impossible_sizes_end_the_walk) {
  const std::string front = ftyp() + box("moov", noise(500));
  for (const std::uint64_t size :
       {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - front.size() + 1,
        std::uint64_t{1} << 62, std::uint64_t{15}, std::uint64_t{0}})
    assert_proof(Kind::mp4, front + big(1, 4) + "mdat" + big(size, 8) + noise(1'000),
                 Wholeness::damaged);
  for (const std::uint64_t size : {2U, 7U})
    assert_proof(Kind::mp4, front + big(size, 4) + "mdat" + noise(1'000), Wholeness::damaged);
  assert_proof(Kind::mp4, front + big(0xFFFFFFFF, 4) + "mdat" + noise(1'000), Wholeness::cut);
}
GST_END_TEST

// A track of two chunks whose samples fill the content of the media box, which is at `media`.
std::string track(std::size_t media, std::size_t bytes) {
  const auto table = [](std::string_view type, const std::string& content) {
    return box(type, big(0, 4) + content);
  };
  const std::size_t half = bytes / 2;
  const std::string tables = table("stsc", big(1, 4) + big(1, 4) + big(2, 4) + big(1, 4)) +
                             table("stsz", big(0, 4) + big(4, 4) + big(half - 10, 4) + big(10, 4) +
                                               big(7, 4) + big(bytes - half - 7, 4)) +
                             table("stco", big(2, 4) + big(media, 4) + big(media + half, 4));
  return box("trak", box("mdia", box("minf", box("stbl", tables))));
}

// With an index that can be read.
std::string film(std::size_t bytes = 3'000) {
  const std::string front = ftyp();
  return front + box("mdat", noise(bytes)) +
         box("moov", box("mvhd", noise(100)) + track(front.size() + 8, bytes));
}

GST_START_TEST(surplus_behind_a_film_is_forgiven) {
  assert_proof(Kind::mp4, film(), Wholeness::whole);
  for (const std::string& tail :
       {"\r\n\r\n"s, "\n"s, "{\"code\":0,\"message\":\"ok\"}"s, "Content-Type: video/mp4\r\n"s,
        noise(5), noise(20), "uploaded by a program"s, "\0\0\0\x02 two"s})
    assert_proof(Kind::mp4, film() + tail, Wholeness::not_provable);
  // What is cut stays cut: a box of a type that is known, and a film that lacks a byte.
  const std::string whole = film();
  assert_proof(Kind::mp4, whole + box("free", noise(20)).substr(0, 27), Wholeness::cut);
  for (std::size_t size = 0; size < whole.size(); ++size)
    fail_unless(prove_text(Kind::mp4, whole.substr(0, size)).wholeness == Wholeness::cut, "%zu",
                size);
  // The index speaks of more than there is.
  const std::string front = ftyp();
  const std::string liar =
      front + box("mdat", noise(2'999)) + box("moov", track(front.size() + 8, 9'000)) + "\r\n\r\n";
  assert_proof(Kind::mp4, liar, Wholeness::cut);
}
GST_END_TEST

GST_START_TEST(headers_of_a_wav_may_lie_where_the_sound_is_there) {
  const std::string data = noise(5'000);
  const auto wav = [&data](std::uint64_t riff_size, std::uint64_t data_size) {
    return "RIFF"s + little(riff_size, 4) + "WAVEfmt " + little(16, 4) + noise(16) + "data" +
           little(data_size, 4) + data;
  };
  const std::uint64_t right = 36 + data.size();
  assert_proof(Kind::wav, wav(right, data.size()), Wholeness::whole);
  assert_proof(Kind::wav, wav(right, data.size()) + "\r\n", Wholeness::whole);
  for (const std::uint64_t size : {0x7FFFF024U, 0x7FFFFFFFU, 0xFFFFFFFFU, 0x80000000U, 0U}) {
    assert_proof(Kind::wav, wav(size, size), Wholeness::not_provable);
    assert_proof(Kind::wav, wav(size, 0x7FFFF000), Wholeness::not_provable);
    assert_proof(Kind::wav, wav(size, data.size()), Wholeness::not_provable);
  }
  assert_proof(Kind::wav, wav(right + 8, data.size()), Wholeness::not_provable);
  assert_proof(Kind::wav, wav(right + 1, data.size() + 1), Wholeness::cut);
  const std::string listed = wav(right + 28, data.size()) + "LIST" + little(20, 4) + noise(20);
  assert_proof(Kind::wav, listed, Wholeness::whole);
  assert_proof(Kind::wav, listed.substr(0, listed.size() - 1), Wholeness::cut);
}
GST_END_TEST

// Counts what a proof costs.
class CountedBytes : public ByteSource {
 public:
  explicit CountedBytes(std::string_view bytes) : bytes_(as_bytes(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
    ++reads;
    return bytes_.read(offset, into);
  }
  mutable int reads = 0;

 private:
  MemoryBytes bytes_;
};

GST_START_TEST(a_million_tiny_boxes_are_bounded) {
  std::string many = ftyp();
  for (int i = 0; i < 1'000'000; ++i)
    many +=
        "\0\0\0\x08"
        "free"sv;
  const CountedBytes counted(many);
  const Proof proof = prove(Kind::mp4, counted);
  fail_unless(proof.wholeness == Wholeness::damaged && counted.reads <= 70'000, "%d reads",
              counted.reads);
  std::string chunks = png().substr(0, 33);
  for (int i = 0; i < 1'100'000; ++i) chunks += "\0\0\0\0tEXt    "sv;
  assert_proof(Kind::png, chunks, Wholeness::damaged);
  // 10,000 boxes within each other are one to the walk.
  std::string nested;
  for (int i = 0; i < 10'000; ++i) nested = big(nested.size() + 8, 4) + "moov" + nested;
  nested = ftyp() + nested + box("mdat", noise(10));
  const CountedBytes deep(nested);
  fail_unless(prove(Kind::mp4, deep).wholeness == Wholeness::whole && deep.reads < 10);
}
GST_END_TEST

GST_START_TEST(the_walk_tells_early_where_the_moov_stands) {
  const std::string file = mp4({.media_bytes = 400'000, .moov_bytes = 4'000});
  const MemoryBytes source(as_bytes(file));
  Mp4Walk walk;
  walk.advance(source, 1'000);
  fail_unless(!walk.moov_behind_data());
  walk.advance(source, 10'000);
  fail_unless(walk.moov_behind_data() == file.size() - 4'000);
  walk.advance(source, file.size());
  fail_unless(!walk.moov_behind_data());
  fail_unless(walk.prove(file.size()).wholeness == Wholeness::whole);

  const std::string front = mp4({.moov_in_front = true});
  Mp4Walk other;
  for (std::size_t at = 0; at <= front.size(); at += 100) {
    other.advance(MemoryBytes(as_bytes(front)), at);
    fail_unless(!other.moov_behind_data());
  }
}
GST_END_TEST

// However the file arrives, byte by byte too, the verdict is the same.
GST_START_TEST(the_walk_does_not_depend_on_the_pieces) {
  const std::string file = mp4({.media_bytes = 3'000, .moov_bytes = 400});
  for (const std::size_t step : {1U, 7U, 8U, 9U, 16U, 1'000U}) {
    Mp4Walk walk;
    const MemoryBytes source(as_bytes(file));
    for (std::size_t at = 0; at < file.size(); at += step) walk.advance(source, at);
    walk.advance(source, file.size());
    fail_unless(walk.prove(file.size()).wholeness == Wholeness::whole, "step %zu", step);
  }
}
GST_END_TEST

Suite* proof_suite() {
  Suite* suite = suite_create("clip proof");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, whole_files_are_whole);
  tcase_add_test(tests, every_cut_of_a_thousand_is_noticed);
  tcase_add_test(tests, every_cut_of_a_real_clip_is_noticed);
  tcase_add_test(tests, kinds_without_an_end_need_a_length);
  tcase_add_test(tests, what_players_ignore_does_not_spoil_a_file);
  tcase_add_test(tests, an_mp4_lacks_something);
  tcase_add_test(tests, impossible_sizes_end_the_walk);
  tcase_add_test(tests, surplus_behind_a_film_is_forgiven);
  tcase_add_test(tests, headers_of_a_wav_may_lie_where_the_sound_is_there);
  tcase_add_test(tests, a_million_tiny_boxes_are_bounded);
  tcase_add_test(tests, the_walk_tells_early_where_the_moov_stands);
  tcase_add_test(tests, the_walk_does_not_depend_on_the_pieces);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(proof)
