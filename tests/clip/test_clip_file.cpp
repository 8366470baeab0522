// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One clip from its first byte to its place in the library, as writer and readers see it.
#include "../support/check.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "clip/bytes.h"
#include "clip/clip_file.h"
#include "made_files.h"
#include "server_process.h"

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;
using prompt::test::TemporaryFolder;

std::shared_ptr<ClipFile> begin_clip(const TemporaryFolder& folder,
                                     const Validators& validators = {},
                                     std::optional<std::uint64_t> size = {}) {
  auto clip = ClipFile::begin(folder.path(), "job", validators, size);
  fail_unless(clip.has_value(), "%s", clip ? "" : clip.error().message.c_str());
  return *clip;
}

void ok(const Result<void>& result) {
  fail_unless(result.has_value(), "%s", result ? "" : result.error().message.c_str());
}

Error failed(const Result<void>& result, ErrorKind kind, bool retriable) {
  fail_unless(!result.has_value(), "no error");
  fail_unless(result.error().kind == kind && result.error().retriable == retriable, "%s: %s",
              to_string(result.error().kind), result.error().message.c_str());
  return result.error();
}

void append_all(ClipFile& clip, std::string_view bytes, std::size_t step = 16'384) {
  for (std::size_t at = 0; at < bytes.size(); at += step)
    ok(clip.append(as_bytes(bytes.substr(at, step))));
}

std::string read_text(const ClipFile& clip, std::uint64_t offset, std::size_t size,
                      Reading* reading = nullptr) {
  std::string text(size, '\0');
  Reading own;
  const ReadResult got = clip.read(offset, std::as_writable_bytes(std::span(text)),
                                   reading != nullptr ? *reading : own);
  fail_unless(!got.error, "%s", got.error ? got.error->message.c_str() : "");
  text.resize(got.bytes);
  return text;
}

std::string content_of(const std::string& path) {
  auto content = read_file(path, 100'000'000);
  fail_unless(content.has_value());
  return *content;
}

GST_START_TEST(a_clip_arrives_whole) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  fail_unless(clip->facts().path == folder.file("job.part"));
  ok(clip->set_head(file.size(), {"\"a\"", ""}));
  append_all(*clip, file);
  fail_unless(clip->has_all() && !clip->facts().complete && clip->sha256().empty());
  ok(clip->finish());
  const ClipFacts facts = clip->facts();
  fail_unless(facts.complete && facts.kind == Kind::mp4 && facts.size == file.size() &&
              facts.received == file.size());
  assert_text(facts.path, folder.file("job.mp4"));
  assert_text(clip->sha256(), sha256_hex(file));
  fail_unless(content_of(facts.path) == file);
  fail_unless(!g_file_test(folder.file("job.part").c_str(), G_FILE_TEST_EXISTS));
  ok(clip->finish());  // again is no error
}
GST_END_TEST

GST_START_TEST(readers_see_what_is_here) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  fail_unless(read_text(*clip, 0, 100).empty());
  append_all(*clip, std::string_view(file).substr(0, 100'000));
  fail_unless(read_text(*clip, 50'000, 200'000) == file.substr(50'000, 50'000));
  fail_unless(read_text(*clip, 100'000, 10).empty());
  std::byte buffer[10];
  fail_unless(clip->read(file.size(), buffer).at_end);
  fail_unless(clip->read(file.size() + 1'000, buffer).at_end);
  // An error takes nothing away.
  clip->fail(Error{ErrorKind::network, "It broke."});
  fail_unless(read_text(*clip, 0, 10) == file.substr(0, 10));
  const ReadResult missing = clip->read(100'000, buffer);
  fail_unless(missing.bytes == 0 && missing.error && missing.error->message == "It broke.");
  clip->begin_attempt();
  fail_unless(!clip->read(100'000, buffer).error && !clip->facts().error);
}
GST_END_TEST

// A demuxer must not see the beginning of what may turn out to be a playlist.
GST_START_TEST(nothing_is_released_before_the_kind_is_known) {
  const TemporaryFolder folder;
  const std::string file = id3(100'000) + mp3_frames();
  const auto clip = begin_clip(folder);
  clip->expect(Media::audio);
  append_all(*clip, std::string_view(file).substr(0, 90'000));
  fail_unless(!clip->facts().kind && read_text(*clip, 0, 100).empty());
  append_all(*clip, std::string_view(file).substr(90'000));
  ok(clip->set_head(file.size(), {}));
  ok(clip->finish());
  fail_unless(clip->facts().kind == Kind::tagged_mp3 &&
              read_text(*clip, 0, 100) == file.substr(0, 100));
}
GST_END_TEST

GST_START_TEST(wrong_media_is_named_and_thrown_away) {
  const TemporaryFolder folder;
  const auto clip = begin_clip(folder);
  clip->expect(Media::video);
  const std::string page = "<!DOCTYPE html><html>" + std::string(2'000, 'x');
  assert_text(failed(clip->append(as_bytes(page)), ErrorKind::wrong_media, false).message,
              "The downloaded file is an HTML page, not a video.");
  fail_unless(clip->facts().received == 0 && content_of(clip->facts().path).empty());
  assert_text(failed(clip->append(as_bytes(png())), ErrorKind::wrong_media, false).message,
              "The downloaded file is a PNG image, not a video.");
  fail_unless(read_text(*clip, 0, 10).empty());
  // Too short to be told while it arrives.
  ok(clip->append(as_bytes("{\"error\": 1}"sv)));
  assert_text(failed(clip->finish(), ErrorKind::wrong_media, false).message,
              "The downloaded file is JSON text, not a video.");
}
GST_END_TEST

GST_START_TEST(a_short_body_is_retriable_and_kept) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {"\"a\"", ""}));
  append_all(*clip, std::string_view(file).substr(0, 200'000));
  failed(clip->finish(), ErrorKind::network, true);
  fail_unless(clip->facts().received == 200'000);
  ok(clip->set_head(file.size(), {"\"a\"", ""}, BodyBegin::at_prefix));
  append_all(*clip, std::string_view(file).substr(200'000));
  ok(clip->finish());
  assert_text(clip->sha256(), sha256_hex(file));
}
GST_END_TEST

// Nothing but the length tells.
GST_START_TEST(a_short_body_without_structure_is_noticed) {
  const TemporaryFolder folder;
  const std::string file = mp3_frames(100);
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  append_all(*clip, std::string_view(file).substr(0, file.size() - 1));
  assert_text(failed(clip->finish(), ErrorKind::network, true).message,
              format("The download ended after %zu of %zu bytes.", file.size() - 1, file.size()));
}
GST_END_TEST

GST_START_TEST(an_empty_body_is_retriable) {
  const TemporaryFolder folder;
  const auto clip = begin_clip(folder);
  ok(clip->set_head(0, {}));
  failed(clip->finish(), ErrorKind::network, true);
}
GST_END_TEST

GST_START_TEST(more_than_announced_is_ignored) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  append_all(*clip, file + noise(50'000));
  ok(clip->finish());
  fail_unless(content_of(clip->facts().path) == file);
}
GST_END_TEST

GST_START_TEST(without_a_length_the_structure_decides) {
  const std::string file = mp4();
  for (const std::size_t size : {file.size(), file.size() - 1, file.size() - 6'000}) {
    const TemporaryFolder folder;
    const auto clip = begin_clip(folder);
    ok(clip->set_head(std::nullopt, {}));
    append_all(*clip, std::string_view(file).substr(0, size));
    if (size == file.size())
      ok(clip->finish());
    else
      failed(clip->finish(), ErrorKind::network, true);
    fail_unless(clip->facts().complete == (size == file.size()));
  }
  const TemporaryFolder folder;
  const auto clip = begin_clip(folder);
  ok(clip->set_head(std::nullopt, {}));
  append_all(*clip, mp3_frames());
  const Error error = failed(clip->finish(), ErrorKind::network, true);
  fail_unless(error.message.find("an MP3 audio file") != std::string::npos);
}
GST_END_TEST

GST_START_TEST(a_damaged_structure_is_final) {
  const TemporaryFolder folder;
  const std::string file = ftyp() + box("moov", noise(500)) + "\0\0\0\x03mdat"s + noise(1'000);
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  append_all(*clip, file);
  failed(clip->finish(), ErrorKind::wrong_media, false);
}
GST_END_TEST

GST_START_TEST(the_size_is_limited) {
  const TemporaryFolder folder;
  const auto clip = begin_clip(folder);
  clip->limit_size(100'000);
  failed(clip->set_head(100'001, {}), ErrorKind::too_large, false);
  ok(clip->set_head(std::nullopt, {}));
  const std::string file = mp4();
  ok(clip->append(as_bytes(file).first(100'000)));
  failed(clip->append(as_bytes(file).subspan(100'000, 1)), ErrorKind::too_large, false);
  fail_unless(content_of(clip->facts().path).empty());
}
GST_END_TEST

GST_START_TEST(a_window_at_the_end_is_read_and_joined) {
  const TemporaryFolder folder;
  const std::string file = mp4({.media_bytes = 500'000});
  const std::size_t moov = file.size() - 5'000;
  const auto clip = begin_clip(folder);
  std::vector<std::uint64_t> asked;
  clip->on_tail_wanted([&](std::uint64_t begin) { asked.push_back(begin); });
  const Validators validators{"\"a\"", ""};
  ok(clip->set_head(file.size(), validators));
  append_all(*clip, std::string_view(file).substr(0, 65'536));
  fail_unless(asked == std::vector<std::uint64_t>{moov}, "the index was not asked for");
  clip->want(moov);
  fail_unless(asked.size() == 1);

  clip->set_tail(moov, file.substr(moov), validators);
  fail_unless(clip->facts().tail_begin == moov);
  fail_unless(read_text(*clip, moov, 10'000) == file.substr(moov));
  fail_unless(read_text(*clip, moov + 100, 100) == file.substr(moov + 100, 100));
  fail_unless(read_text(*clip, moov - 1, 10).empty());

  append_all(*clip, std::string_view(file).substr(65'536, moov - 65'536 - 100));
  fail_unless(!clip->has_all());
  append_all(*clip, std::string_view(file).substr(moov - 100));
  fail_unless(clip->has_all() && clip->facts().received == moov);
  ok(clip->finish());
  fail_unless(content_of(clip->facts().path) == file && !clip->facts().tail_begin);
  assert_text(clip->sha256(), sha256_hex(file));
}
GST_END_TEST

GST_START_TEST(a_window_of_another_version_is_dropped) {
  const TemporaryFolder folder;
  const std::string file = mp4({.media_bytes = 500'000});
  const std::size_t moov = file.size() - 5'000;
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {"\"a\"", "", "\"a\"\n"}));
  append_all(*clip, std::string_view(file).substr(0, 65'536));
  clip->set_tail(moov, file.substr(moov), {"\"b\"", "", "\"b\"\n"});
  clip->set_tail(moov, file.substr(moov + 1), {"\"a\"", ""});
  clip->set_tail(60'000, file.substr(60'000), {"\"a\"", ""});
  fail_unless(!clip->facts().tail_begin);
  // Weak ones say little, but a difference is a difference.
  const auto weak = begin_clip(folder);
  ok(weak->set_head(file.size(), {"", "", "W/\"a\"\n"}));
  append_all(*weak, std::string_view(file).substr(0, 65'536));
  weak->set_tail(moov, file.substr(moov), {"", "", "W/\"b\"\n"});
  fail_unless(!weak->facts().tail_begin);
  weak->set_tail(moov, file.substr(moov), {"", "", "W/\"a\"\n"});
  fail_unless(weak->facts().tail_begin == moov);
  // It is not kept over an attempt that nothing ties it to.
  weak->begin_attempt();
  fail_unless(!weak->facts().tail_begin);
}
GST_END_TEST

GST_START_TEST(a_window_that_the_download_passed_is_not_needed) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {"\"a\"", ""}));
  append_all(*clip, std::string_view(file).substr(0, file.size() - 1'000));
  clip->set_tail(file.size() - 5'000, file.substr(file.size() - 5'000), {"\"a\"", ""});
  fail_unless(!clip->facts().tail_begin);
  append_all(*clip, std::string_view(file).substr(file.size() - 1'000));
  ok(clip->finish());
}
GST_END_TEST

// A process that ended: the next one goes on where it was.
GST_START_TEST(a_prefix_is_resumed_in_another_process) {
  const TemporaryFolder folder;
  const std::string file = mp4({.media_bytes = 500'000});
  const Validators validators{"\"a\"", ""};
  {
    const auto clip = begin_clip(folder);
    ok(clip->set_head(file.size(), validators));
    append_all(*clip, std::string_view(file).substr(0, 123'456));
  }
  const auto clip = begin_clip(folder, validators, file.size());
  const ClipFacts facts = clip->facts();
  fail_unless(facts.received == 123'456 && facts.kind == Kind::mp4 && facts.size == file.size() &&
              facts.validators == validators);
  std::vector<std::uint64_t> asked;
  clip->on_tail_wanted([&](std::uint64_t begin) { asked.push_back(begin); });
  ok(clip->set_head(file.size(), validators, BodyBegin::at_prefix));
  fail_unless(asked == std::vector<std::uint64_t>{file.size() - 5'000});
  append_all(*clip, std::string_view(file).substr(123'456));
  ok(clip->finish());
  assert_text(clip->sha256(), sha256_hex(file));
}
GST_END_TEST

GST_START_TEST(without_a_validator_a_prefix_of_another_process_is_worthless) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  {
    const auto clip = begin_clip(folder);
    append_all(*clip, std::string_view(file).substr(0, 100'000));
  }
  for (const auto& clip :
       {begin_clip(folder, {}, file.size()), begin_clip(folder, {"\"a\"", ""}, std::nullopt)})
    fail_unless(clip->facts().received == 0 && content_of(clip->facts().path).empty());
}
GST_END_TEST

GST_START_TEST(a_changed_validator_drops_everything) {
  const TemporaryFolder folder;
  const std::string old_file = mp4({.seed = 1});
  const std::string new_file = mp4({.seed = 50});
  const auto clip = begin_clip(folder);
  ok(clip->set_head(old_file.size(), {"\"a\"", ""}));
  append_all(*clip, std::string_view(old_file).substr(0, 200'000));
  Reading early;
  fail_unless(read_text(*clip, 0, 50'000, &early) == old_file.substr(0, 50'000));

  ok(clip->set_head(new_file.size(), {"\"b\"", ""}, BodyBegin::at_zero));
  fail_unless(clip->facts().received == 0);
  append_all(*clip, new_file);
  ok(clip->finish());
  fail_unless(content_of(clip->facts().path) == new_file);
  // Who has seen the old one gets no more, and hears why; who comes now is served.
  std::byte buffer[10];
  const ReadResult stale = clip->read(50'000, buffer, early);
  fail_unless(stale.bytes == 0 && stale.error && stale.error->retriable &&
              stale.error->message.find("changed") != std::string::npos);
  fail_unless(read_text(*clip, 0, new_file.size()) == new_file);
}
GST_END_TEST

GST_START_TEST(a_later_last_modified_beside_the_same_etag_is_no_change) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {"\"a\"", ""}));
  append_all(*clip, std::string_view(file).substr(0, 100'000));
  ok(clip->set_head(file.size(), {"\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT"}, BodyBegin::at_prefix));
  fail_unless(clip->facts().received == 100'000);
}
GST_END_TEST

// The server begins anew and does not say whether it is the same file.
GST_START_TEST(the_same_bytes_again_disturb_no_reader) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  append_all(*clip, std::string_view(file).substr(0, 200'000));
  Reading reading;
  fail_unless(read_text(*clip, 0, 200'000, &reading).size() == 200'000);
  clip->begin_attempt();
  ok(clip->set_head(file.size(), {}, BodyBegin::at_zero));
  append_all(*clip, std::string_view(file).substr(0, 100'000), 7'777);
  fail_unless(read_text(*clip, 150'000, 100, &reading) == file.substr(150'000, 100));
  fail_unless(clip->facts().received == 200'000);
  append_all(*clip, std::string_view(file).substr(100'000), 7'777);
  ok(clip->finish());
  fail_unless(read_text(*clip, 150'000, 100'000, &reading) == file.substr(150'000, 100'000));
  assert_text(clip->sha256(), sha256_hex(file));
}
GST_END_TEST

GST_START_TEST(other_bytes_again_are_noticed_where_they_begin) {
  const TemporaryFolder folder;
  const std::string old_file = mp4();
  std::string new_file = old_file;
  for (std::size_t at = 150'000; at < new_file.size() - 5'000; ++at) new_file[at] ^= 1;
  const auto clip = begin_clip(folder);
  ok(clip->set_head(old_file.size(), {}));
  append_all(*clip, std::string_view(old_file).substr(0, 200'000));
  Reading early;
  Reading late;
  fail_unless(read_text(*clip, 0, 200'000, &late).size() == 200'000);
  clip->begin_attempt();
  ok(clip->set_head(new_file.size(), {}, BodyBegin::at_zero));
  append_all(*clip, std::string_view(new_file).substr(0, 160'000));
  fail_unless(clip->facts().received == 160'000);
  append_all(*clip, std::string_view(new_file).substr(160'000));
  ok(clip->finish());
  fail_unless(content_of(clip->facts().path) == new_file);
  assert_text(clip->sha256(), sha256_hex(new_file));
  std::byte buffer[10];
  fail_unless(clip->read(200'000, buffer, late).error.has_value());
  fail_unless(read_text(*clip, 0, new_file.size(), &early) == new_file);
}
GST_END_TEST

// A validator that comes with a body vouches for that body, not for what was here before.
GST_START_TEST(a_validator_does_not_vouch_for_unread_bytes) {
  const TemporaryFolder folder;
  const std::string old_file = mp4({.seed = 1});
  const auto clip = begin_clip(folder);
  ok(clip->set_head(old_file.size(), {}));
  append_all(*clip, std::string_view(old_file).substr(0, 200'000));
  ok(clip->set_head(old_file.size(), {"\"b\"", ""}, BodyBegin::at_zero));
  append_all(*clip, std::string_view(old_file).substr(0, 50'000));
  fail_unless(clip->facts().validators.empty(), "200,000 bytes count as compared");
  append_all(*clip, std::string_view(old_file).substr(50'000, 160'000));
  fail_unless(clip->facts().validators.etag == "\"b\"");
}
GST_END_TEST

// The length was kept and the file is cut all the same: the server's own copy was. It must be
// looked at again from the start, not be called finished because all bytes are here.
GST_START_TEST(a_full_but_cut_file_is_not_resumed_at_its_end) {
  const TemporaryFolder folder;
  const std::string file = mp4({.moov_in_front = true});
  const std::string cut = file.substr(0, 200'000);
  const auto clip = begin_clip(folder);
  ok(clip->set_head(cut.size(), {"\"a\"", ""}));
  append_all(*clip, cut);
  failed(clip->finish(), ErrorKind::network, true);
  fail_unless(!clip->has_all());
  clip->begin_attempt();
  ok(clip->set_head(file.size(), {"\"b\"", ""}, BodyBegin::at_zero));
  append_all(*clip, file);
  ok(clip->finish());
}
GST_END_TEST

GST_START_TEST(a_finished_clip_outlives_its_name) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  ok(clip->set_head(file.size(), {}));
  append_all(*clip, file);
  ok(clip->finish());
  const auto opened = ClipFile::open_complete(clip->facts().path);
  fail_unless(opened.has_value() && (*opened)->facts().complete &&
              (*opened)->facts().kind == Kind::mp4);
  fail_unless(::remove(clip->facts().path.c_str()) == 0);
  for (const auto& reader : {clip, *opened})
    fail_unless(read_text(*reader, 0, file.size()) == file);
  const auto gone = ClipFile::open_complete(clip->facts().path);
  fail_unless(!gone && gone.error().kind == ErrorKind::not_found);
}
GST_END_TEST

GST_START_TEST(what_is_stored_must_be_a_clip) {
  const TemporaryFolder folder;
  const std::string path = folder.file("clip.mp4");
  for (const std::string& content : {""s, "#EXTM3U\n"s, noise(5'000)}) {
    fail_unless(g_file_set_contents(path.c_str(), content.data(),
                                    static_cast<gssize>(content.size()), nullptr));
    const auto opened = ClipFile::open_complete(path);
    fail_unless(!opened && opened.error().kind == ErrorKind::storage);
  }
  const auto tagged = id3(700'000) + mp3_frames();
  fail_unless(g_file_set_contents(path.c_str(), tagged.data(), static_cast<gssize>(tagged.size()),
                                  nullptr));
  const auto opened = ClipFile::open_complete(path);
  fail_unless(opened && (*opened)->facts().kind == Kind::tagged_mp3);
  fail_unless(!ClipFile::open_complete(folder.path()));
}
GST_END_TEST

GST_START_TEST(a_link_in_place_of_the_file_is_not_followed) {
  const TemporaryFolder folder;
  const std::string elsewhere = folder.file("elsewhere");
  fail_unless(g_file_set_contents(elsewhere.c_str(), "precious", -1, nullptr));
  fail_unless(::symlink(elsewhere.c_str(), folder.file("job.part").c_str()) == 0);
  const auto clip = ClipFile::begin(folder.path(), "job", {}, {});
  fail_unless(!clip && clip.error().kind == ErrorKind::storage);
  assert_text(content_of(elsewhere), "precious");
}
GST_END_TEST

// Each append that somebody waits for is told at once; the rest not more often than is of use.
GST_START_TEST(wakes_hear_of_what_they_wait_for) {
  const TemporaryFolder folder;
  const std::string file = mp4();
  const auto clip = begin_clip(folder);
  const auto wake = std::make_shared<Wake>();
  clip->watch(wake);
  const auto is_told = [&](Wake::Ticket& ticket) {
    return wake->wait(ticket, std::chrono::milliseconds(0)) == Woken::news;
  };
  Wake::Ticket ticket = wake->ticket();
  ok(clip->set_head(file.size(), {}));
  fail_unless(is_told(ticket), "of the head");
  ok(clip->append(as_bytes(file).first(2'000)));
  fail_unless(is_told(ticket), "of the kind");
  clip->want(2'000);
  fail_unless(!is_told(ticket));
  ok(clip->append(as_bytes(file).subspan(2'000, 1)));
  fail_unless(is_told(ticket), "of the wanted byte");
  clip->want(1'000);
  fail_unless(is_told(ticket), "that it has been here for long");
  int told = 0;
  for (std::size_t at = 2'001; at + 50 < 200'000; at += 50) {
    ok(clip->append(as_bytes(file).subspan(at, 50)));
    if (is_told(ticket)) ++told;
  }
  fail_unless(told >= 3 && told < 200, "%d times for 4,000 pieces", told);
  clip->fail(Error{ErrorKind::network, "It broke."});
  fail_unless(is_told(ticket), "of the error");
}
GST_END_TEST

Suite* clip_file_suite() {
  Suite* suite = suite_create("clip file");
  TCase* tests = tcase_create("general");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, a_clip_arrives_whole);
  tcase_add_test(tests, readers_see_what_is_here);
  tcase_add_test(tests, nothing_is_released_before_the_kind_is_known);
  tcase_add_test(tests, wrong_media_is_named_and_thrown_away);
  tcase_add_test(tests, a_short_body_is_retriable_and_kept);
  tcase_add_test(tests, a_short_body_without_structure_is_noticed);
  tcase_add_test(tests, an_empty_body_is_retriable);
  tcase_add_test(tests, more_than_announced_is_ignored);
  tcase_add_test(tests, without_a_length_the_structure_decides);
  tcase_add_test(tests, a_damaged_structure_is_final);
  tcase_add_test(tests, the_size_is_limited);
  tcase_add_test(tests, a_window_at_the_end_is_read_and_joined);
  tcase_add_test(tests, a_window_of_another_version_is_dropped);
  tcase_add_test(tests, a_window_that_the_download_passed_is_not_needed);
  tcase_add_test(tests, a_prefix_is_resumed_in_another_process);
  tcase_add_test(tests, without_a_validator_a_prefix_of_another_process_is_worthless);
  tcase_add_test(tests, a_changed_validator_drops_everything);
  tcase_add_test(tests, a_later_last_modified_beside_the_same_etag_is_no_change);
  tcase_add_test(tests, the_same_bytes_again_disturb_no_reader);
  tcase_add_test(tests, other_bytes_again_are_noticed_where_they_begin);
  tcase_add_test(tests, a_validator_does_not_vouch_for_unread_bytes);
  tcase_add_test(tests, a_full_but_cut_file_is_not_resumed_at_its_end);
  tcase_add_test(tests, a_finished_clip_outlives_its_name);
  tcase_add_test(tests, what_is_stored_must_be_a_clip);
  tcase_add_test(tests, a_link_in_place_of_the_file_is_not_followed);
  tcase_add_test(tests, wakes_hear_of_what_they_wait_for);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(clip_file)
