// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Downloads that survive: each test is named after what goes wrong.
#include "fixture.h"

#include <thread>

namespace {

using namespace prompt;
using namespace prompt::clip;
using namespace prompt::clip::test;

GST_START_TEST(downloads_in_one_request) {
  const std::string file = mp4();
  Rig rig(file);
  rig.clip->expect(Media::video);
  ok(rig.download());
  assert_stored(rig, file);
  fail_unless(rig.requests().size() == 1 && rig.sent() == file.size());
  fail_unless(Rig::header(rig.requests()[0], "range").empty());
  fail_unless(rig.clip->facts().path == rig.library.file("job.mp4"));
  // What is finished is not asked for again.
  ok(rig.download());
  fail_unless(rig.requests().size() == 1);
}
GST_END_TEST

GST_START_TEST(retries_and_succeeds) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string options = "status=503,429,&retry_after=7";
  const Error unavailable = failed(rig.download(options), ErrorKind::network, true);
  fail_unless(unavailable.http_status == 503 && unavailable.retry_after == std::chrono::seconds(7));
  failed(rig.download(options), ErrorKind::busy, true);
  ok(rig.download(options));
  assert_stored(rig, file);
}
GST_END_TEST

GST_START_TEST(cut_at_half_is_resumed) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string options = "cut=150000,";
  failed(rig.download(options), ErrorKind::network, true);
  fail_unless(rig.clip->facts().received == 150'000);
  ok(rig.download(options));
  assert_stored(rig, file);
  const auto requests = rig.requests();
  fail_unless(requests.size() == 2);
  assert_text(Rig::header(requests[1], "range"), "bytes=150000-");
  assert_text(Rig::header(requests[1], "if-range"), rig.clip->facts().validators.etag);
  fail_unless(rig.sent() == file.size());
}
GST_END_TEST

GST_START_TEST(cut_fifty_times_is_resumed) {
  const std::string file = mp4({.media_bytes = 200'000});
  Rig rig(file);
  fail_unless(rig.download_all("cut=4097", 60) == 51);
  assert_stored(rig, file);
  fail_unless(rig.sent() == file.size());
}
GST_END_TEST

GST_START_TEST(resumes_in_another_process) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string options = "cut=150000,&age=3600&etag=none";
  failed(rig.download(options), ErrorKind::network, true);
  const ClipFacts before = rig.clip->facts();
  fail_unless(!before.validators.last_modified.empty());
  rig.begin(before.validators, before.size);
  ok(rig.download(options));
  assert_stored(rig, file);
  assert_text(Rig::header(rig.requests()[1], "if-range"), before.validators.last_modified);
  fail_unless(rig.sent() == file.size());
}
GST_END_TEST

// The server answers a resumption with another part than was asked for.
GST_START_TEST(content_range_mismatch) {
  const std::string file = mp4();
  for (const char* lie : {"start", "total"}) {
    Rig rig(file);
    const std::string options = format("cut=150000,&ranges=%s", lie);
    failed(rig.download(options), ErrorKind::network, true);
    ok(rig.download(options));
    assert_stored(rig, file);
    const auto requests = rig.requests();
    fail_unless(requests.size() == 3 && Rig::header(requests[2], "range").empty(), "%s", lie);
  }
}
GST_END_TEST

GST_START_TEST(etag_validation_fails) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string options = "cut=150000,&ranges=version";
  failed(rig.download(options), ErrorKind::network, true);
  ok(rig.download(options));
  assert_stored(rig, file);
  fail_unless(rig.requests().size() == 3);
}
GST_END_TEST

GST_START_TEST(download_without_etag) {
  const std::string file = mp4();
  for (const char* how : {"none", "weak"}) {
    Rig rig(file);
    const std::string options = format("cut=150000,&etag=%s", how);
    failed(rig.download(options), ErrorKind::network, true);
    fail_unless(rig.clip->facts().validators.empty());
    ok(rig.download(options));
    assert_stored(rig, file);
    fail_unless(Rig::header(rig.requests()[1], "range").empty(), "%s", how);
    fail_unless(rig.sent() == file.size() + 150'000);
  }
}
GST_END_TEST

// A young Last-Modified could stand for two versions of the same second.
GST_START_TEST(young_last_modified_is_no_validator) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string options = "cut=150000,&etag=none&age=5";
  failed(rig.download(options), ErrorKind::network, true);
  ok(rig.download(options));
  fail_unless(Rig::header(rig.requests()[1], "range").empty());
}
GST_END_TEST

GST_START_TEST(download_empty_object) {
  Rig rig("");
  const Error error = failed(rig.download(), ErrorKind::network, true);
  assert_text(error.message, "The server sent an empty file.");
  failed(rig.download("length=chunked"), ErrorKind::network, true);
  server->put(rig.name() + ".mp4", mp4());
  ok(rig.download());
}
GST_END_TEST

GST_START_TEST(range_ignored) {
  const std::string file = mp4();
  Rig rig(file);
  Reading reading;
  const std::string options = "cut=150000,&ranges=no";
  failed(rig.download(options), ErrorKind::network, true);
  std::vector<std::byte> buffer(100'000);
  fail_unless(rig.clip->read(0, buffer, reading).bytes == buffer.size());
  ok(rig.download(options));
  assert_stored(rig, file);
  // Asked for the rest, it sent everything; nobody who reads was disturbed.
  assert_text(Rig::header(rig.requests()[1], "range"), "bytes=150000-");
  fail_unless(rig.requests().size() == 2);
  fail_unless(rig.clip->read(200'000, buffer, reading).bytes == buffer.size());
}
GST_END_TEST

// All was here when the process ended; only finishing was left.
GST_START_TEST(resume_at_exact_size) {
  const std::string file = mp4();
  Rig rig(file);
  const std::string all = format("stall=%zu", file.size());
  ok(rig.clip->set_head(file.size(), {"\"a\"", ""}));
  ok(rig.clip->append(as_bytes(file)));
  rig.begin({"\"a\"", ""}, file.size());
  ok(rig.download(all));
  assert_stored(rig, file);
  fail_unless(rig.requests().empty());

  // The size was never announced: the server says that nothing is left.
  Rig unknown(file);
  ok(unknown.clip->set_head(std::nullopt, {"\"a\"", ""}));
  ok(unknown.clip->append(as_bytes(file)));
  ok(unknown.download("etag=a"));
  assert_stored(unknown, file);
  fail_unless(unknown.requests().size() == 1 && unknown.sent() == 0);
}
GST_END_TEST

GST_START_TEST(server_lies_about_length) {
  const std::string file = mp4();
  Rig more(file);
  const Error error = failed(more.download("length=more"), ErrorKind::network, true);
  fail_unless(more.clip->facts().received == file.size(), "%s", error.message.c_str());
  // What it says next time is another size: nothing of the first is believed.
  ok(more.download());
  assert_stored(more, file);

  Rig less(file);
  failed(less.download("length=less"), ErrorKind::network, true);
  ok(less.download());
  assert_stored(less, file);
}
GST_END_TEST

// An end that looks like every other end: chunked, or no length at all.
GST_START_TEST(cut_without_a_length_is_noticed) {
  for (const char* length : {"chunked", "none"}) {
    for (const bool moov_in_front : {false, true}) {
      const std::string file = mp4({.moov_in_front = moov_in_front});
      Rig rig(file);
      const std::string options = format("cut=150000,&length=%s", length);
      failed(rig.download(options), ErrorKind::network, true);
      fail_unless(!rig.clip->facts().complete && rig.clip->facts().received == 150'000);
      ok(rig.download(options));
      assert_stored(rig, file);
      fail_unless(rig.sent() == file.size(), "it was not resumed");
    }
  }
}
GST_END_TEST

GST_START_TEST(no_length_and_no_structure_is_refused) {
  const std::string file = mp3_frames(200);
  Rig rig(file);
  failed(rig.download("length=chunked"), ErrorKind::network, true);
  fail_unless(!rig.clip->facts().complete);
  ok(rig.download());
  assert_stored(rig, file);
}
GST_END_TEST

GST_START_TEST(content_changed_between_attempts) {
  const std::string old_file = mp4({.seed = 1});
  const std::string new_file = mp4({.media_bytes = 320'000, .seed = 50});
  for (const char* etag : {"strong", "none"}) {
    Rig rig(old_file);
    const std::string options = format("cut=150000,&etag=%s&file=%s.mp4,%s", etag,
                                       rig.name().c_str(), rig.other_file(new_file).c_str());
    Reading reading;
    std::vector<std::byte> buffer(100'000);
    failed(rig.download(options), ErrorKind::network, true);
    fail_unless(rig.clip->read(0, buffer, reading).bytes == buffer.size());
    ok(rig.download(options));
    assert_stored(rig, new_file);
    const ReadResult stale = rig.clip->read(100'000, buffer, reading);
    fail_unless(stale.bytes == 0 && stale.error.has_value(), "two versions were mixed");
  }
}
GST_END_TEST

// Of the same size, without a validator: only the bytes themselves tell.
GST_START_TEST(content_changed_without_a_sign) {
  const std::string old_file = mp4({.seed = 1});
  const std::string new_file = mp4({.seed = 50});
  Rig rig(old_file);
  const std::string options = format("cut=150000,&etag=none&file=%s.mp4,%s", rig.name().c_str(),
                                     rig.other_file(new_file).c_str());
  failed(rig.download(options), ErrorKind::network, true);
  ok(rig.download(options));
  assert_stored(rig, new_file);
}
GST_END_TEST

GST_START_TEST(expired_address) {
  const std::string file = mp4();
  for (const int status : {400, 403, 404, 410}) {
    Rig rig(file);
    const Error error =
        failed(rig.download(format("status=%d", status)), ErrorKind::expired, false);
    fail_unless(error.http_status == status);
  }
  // In the middle of a download: a fresh address goes on where the old one ended.
  Rig rig(file);
  const std::string options = "status=,403&cut=150000,";
  failed(rig.download(options), ErrorKind::network, true);
  failed(rig.download(options), ErrorKind::expired, false);
  fail_unless(rig.clip->facts().received == 150'000);
  ok(rig.download("fresh=1"));
  assert_stored(rig, file);
  fail_unless(rig.sent() < file.size() + 100);
}
GST_END_TEST

GST_START_TEST(a_stall_ends_the_attempt) {
  const std::string file = mp4();
  Rig rig(file);
  Source source = rig.source("stall=150000,");
  source.stall_window = std::chrono::milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  failed(download(rig.client, source, *rig.clip, rig.cancel), ErrorKind::network, true);
  fail_unless(rig.clip->facts().received == 150'000);
  // The server would have gone on for 20 s.
  fail_unless(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  ok(download(rig.client, source, *rig.clip, rig.cancel));
  assert_stored(rig, file);
}
GST_END_TEST

GST_START_TEST(cancelled_while_bytes_arrive) {
  const std::string file = mp4();
  Rig rig(file);
  const auto wake = std::make_shared<Wake>();
  rig.clip->watch(wake);
  Wake::Ticket ticket = wake->ticket();
  std::thread canceller([&] {
    while (rig.clip->facts().received < 150'000)
      (void)wake->wait(ticket, std::chrono::milliseconds(20));
    rig.cancel.cancel();
  });
  failed(rig.download("stall=150000,"), ErrorKind::cancelled, false);
  canceller.join();
  fail_unless(rig.clip->facts().received == 150'000);
}
GST_END_TEST

GST_START_TEST(redirects_are_followed_without_the_key) {
  const std::string file = mp4();
  Rig rig(file);
  Source source = rig.source("hops=3&to=localhost&cut=150000,");
  source.request.credential = http::Credential{"Authorization", "Bearer ", Secret("sk-canary")};
  const auto attempt = [&] {
    return download(rig.client, source, *rig.clip, rig.cancel);
  };
  failed(attempt(), ErrorKind::network, true);
  ok(attempt());
  assert_stored(rig, file);
  const auto requests = rig.requests();
  fail_unless(requests.size() == 8);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const bool is_first = i % 4 == 0;
    fail_unless(Rig::header(requests[i], "authorization").empty() != is_first, "hop %zu", i);
    fail_unless(Rig::header(requests[i], "range") == (i < 4 ? "" : "bytes=150000-"), "hop %zu", i);
  }
}
GST_END_TEST

GST_START_TEST(redirect_loops_end) {
  Rig rig(mp4());
  failed(rig.download("hops=6"), ErrorKind::malformed, false);
  fail_unless(rig.requests().size() == 6);
}
GST_END_TEST

GST_START_TEST(private_addresses_are_refused) {
  Rig rig(mp4());
  Source source = rig.source();
  source.allow_private_addresses = false;
  const Result<void> result = download(rig.client, source, *rig.clip, rig.cancel);
  fail_unless(!result && !result.error().retriable);
  fail_unless(rig.clip->facts().received == 0 && rig.requests().empty());
}
GST_END_TEST

GST_START_TEST(wrong_media_is_refused) {
  Rig page("<!DOCTYPE html><html><title>Sorry</title></html>");
  page.clip->expect(Media::video);
  assert_text(failed(page.download(), ErrorKind::wrong_media, false).message,
              "The downloaded file is an HTML page, not a video.");
  Rig image(png());
  image.clip->expect(Media::video);
  failed(image.download(), ErrorKind::wrong_media, false);
  Rig any(png());
  ok(any.download());
  assert_text(any.clip->facts().path, any.library.file("job.png"));
}
GST_END_TEST

// A playlist would make a player fetch what a stranger chose. Nothing of it is released, and what
// it points to is never asked for.
GST_START_TEST(playlist_refused_and_nothing_fetched) {
  const std::string canary = server->origin() + "/canary/secret.ts";
  const std::vector<std::string> playlists = {
      "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + canary + "\n",
      "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>" + canary +
          "</BaseURL></MPD>",
      "<smil><body><video src=\"" + canary + "\"/></body></smil>",
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=control:" + canary + "\r\n",
      canary + "\n",
      id3(100) + "#EXTM3U\n" + canary + "\n",
  };
  for (const std::string& playlist : playlists) {
    Rig rig(playlist);
    const Error error = failed(rig.download(), ErrorKind::wrong_media, false);
    fail_unless(error.message.find("canary") == std::string::npos);
    std::byte buffer[16];
    fail_unless(rig.clip->read(0, buffer).bytes == 0);
    fail_unless(rig.stored().empty());
    fail_unless(server->process().requests().size() == 1, "more than the file was asked for");
  }
}
GST_END_TEST

GST_START_TEST(too_large_is_refused_early_or_cut) {
  const std::string file = mp4();
  Rig rig(file);
  Source source = rig.source("rate=10000000");
  source.max_bytes = 100'000;
  failed(download(rig.client, source, *rig.clip, rig.cancel), ErrorKind::too_large, false);
  fail_unless(rig.clip->facts().received == 0);
  Rig chunked(file);
  source = chunked.source("length=chunked");
  source.max_bytes = 100'000;
  failed(download(chunked.client, source, *chunked.clip, chunked.cancel), ErrorKind::too_large,
         false);
  fail_unless(chunked.stored().empty());
}
GST_END_TEST

Suite* downloads_suite() {
  Suite* suite = suite_create("clip downloads");
  TCase* tests = server_case(suite);
  tcase_add_test(tests, downloads_in_one_request);
  tcase_add_test(tests, retries_and_succeeds);
  tcase_add_test(tests, cut_at_half_is_resumed);
  tcase_add_test(tests, cut_fifty_times_is_resumed);
  tcase_add_test(tests, resumes_in_another_process);
  tcase_add_test(tests, content_range_mismatch);
  tcase_add_test(tests, etag_validation_fails);
  tcase_add_test(tests, download_without_etag);
  tcase_add_test(tests, young_last_modified_is_no_validator);
  tcase_add_test(tests, download_empty_object);
  tcase_add_test(tests, range_ignored);
  tcase_add_test(tests, resume_at_exact_size);
  tcase_add_test(tests, server_lies_about_length);
  tcase_add_test(tests, cut_without_a_length_is_noticed);
  tcase_add_test(tests, no_length_and_no_structure_is_refused);
  tcase_add_test(tests, content_changed_between_attempts);
  tcase_add_test(tests, content_changed_without_a_sign);
  tcase_add_test(tests, expired_address);
  tcase_add_test(tests, a_stall_ends_the_attempt);
  tcase_add_test(tests, cancelled_while_bytes_arrive);
  tcase_add_test(tests, redirects_are_followed_without_the_key);
  tcase_add_test(tests, redirect_loops_end);
  tcase_add_test(tests, private_addresses_are_refused);
  tcase_add_test(tests, wrong_media_is_refused);
  tcase_add_test(tests, playlist_refused_and_nothing_fetched);
  tcase_add_test(tests, too_large_is_refused_early_or_cut);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(downloads)
