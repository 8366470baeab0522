# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 85 to 112: the result's URL and the download."""
import glob
import os
import time

from rows import FAKE_NETWORK, MINUTES, Row, asked, expect, play, preload
import harness
from harness import check
from rows_connect import certificate_of, private_results

BIG = harness.make_mp4(3_000_000, seed=7)


def urls_that_are_not_gone_to(*urls):
    """Each ends in an error that shows no secret; the task stays and comes with a good URL."""
    def scenario(case):
        server = case.server()
        for take, url in enumerate(urls, 1):
            server.set_faults("status-url:" + url)
            run = case.open(server, f"take={take}", "timeout=3")
            check(not run.is_ready, f"{url[:60]}: {run.tail()}")
            check("hunter2" not in run.message and len(run.message) < 800, run.message)
        media = server.stats()["media"]
        check(media["connections"] == 0, str(media))
        server.set_faults()
        for take in range(1, len(urls) + 1):
            check(case.open(server, f"take={take}").is_ready, f"take {take} is lost")
        check(asked(server) == (len(urls), len(urls)), str(asked(server)))
    return scenario


def plain_http_elsewhere(case):
    """An API behind TLS: neither its key nor its clips go over plain http."""
    ca_file, pem = certificate_of(case)
    server = case.server("--tls", pem, faults=["status-url:http://api.test/x.mp4"])
    base = server.base_url.replace("127.0.0.1", "api.test")
    env = {"GST_PROMPT_CA_FILE": ca_file, **preload(FAKE_NETWORK)}
    run = case.open(base, env=env)
    check("http" in run.message and not run.is_ready, run.tail())
    check(asked(server) == (1, 1), str(asked(server)))


def downgrade(case):
    """https must not become http by a redirect."""
    ca_file, pem = certificate_of(case)
    server = case.server("--tls", pem, faults=["media-redirect-http"])
    run = case.open(server, env={"GST_PROMPT_CA_FILE": ca_file})
    check(not run.is_ready, run.tail())
    check(server.stats()["canary"]["connections"] == 0, "it was followed")
    server.set_faults()
    expect(case.open(server, env={"GST_PROMPT_CA_FILE": ca_file}), server)


def no_key_for_the_media_server(_case, server, _run):
    media = server.stats()["media"]
    check(media["requests"] > 0 and media["with-authorization"] == 0, str(media))


def resumed(_case, server, _run):
    """Not many bytes came twice."""
    media = server.stats()["media"]
    check(media["partial"] >= 1, f"nothing was resumed: {media}")
    check(media["bytes"] < len(server.clip) * 1.2 + 1_000_000, str(media))


def not_resumed(_case, server, _run):
    check(server.stats()["media"]["requests"] >= 2, str(server.stats()["media"]))


def asked_for_a_fresh_url(_case, server, _run):
    check(server.count("queries") >= 2, "nobody asked for a fresh URL")


def nothing_fetched_because_of_it(case, server, _run):
    check(server.stats()["canary"]["connections"] == 0, "something was fetched because of it")
    check(not glob.glob(os.path.join(case.library, "clips", "*.mp4")), "it is in the library")


def missing_for_ten_seconds(case):
    server = case.server(faults=["media-404"])
    run = case.start(server)
    case.wait_until(lambda: server.stats()["media"]["requests"] >= 1, "the download")
    until = time.monotonic() + 10
    case.wait_until(lambda: time.monotonic() > until, "ten seconds")
    check(run.process.poll() is None, f"it gave up: {run.tail()}")
    server.set_faults()
    expect(run.wait(), server)


def gone_for_good(case):
    """After the provider's retention: an error, and nothing pays anew by itself; refresh does."""
    server = case.server(faults=["media-410"])
    # Killed by itself: from outside it comes too late on a busy machine, and the job has gone on.
    run = case.start(server, env={"PROMPT_TEST_POINT": "after-accepted"})
    run.process.wait(harness.PATIENCE)
    check(run.killed and case.rows()[0]["task_id"], run.tail())
    day = 25 * 3600 * 1000
    case.execute("UPDATE jobs SET accepted_at = accepted_at - ?, armed_at = armed_at - ?, "
                 "created_at = created_at - ?", day, day, day)
    for _ in range(2):
        expect(case.open(server), server, ("expired", "not_found"), "cache=refresh")
    server.set_faults()
    expect(case.open(server, "cache=refresh"), server, "ready", (), 2, 2)


def too_large(fault):
    def scenario(case):
        server = case.server(faults=[fault] if fault else [], clip=BIG)
        run = case.open(server, env={"GST_PROMPT_MAX_BYTES": "1000000"})
        expect(run, server, "too_large")
        kept = sum(os.path.getsize(path)
                   for path in glob.glob(os.path.join(case.library, "clips", "*")))
        check(kept <= 1_000_000, f"{kept} bytes are left behind")
    return scenario


def resumes_in_the_next_process(case):
    """What one process fetched the next need not fetch again."""
    server = case.server(faults=["media-stall:50@1"], clip=BIG)
    run = case.start(server)
    case.wait_until(lambda: sum(map(os.path.getsize, glob.glob(os.path.join(
        case.library, "clips", "*.part")))) > 1_000_000, "half of the clip")
    run.kill()
    expect(case.open(server), server)
    resumed(case, server, run)


REFUSED_KINDS = ("hls", "dash", "smil", "sdp", "urilist")

ROWS = [
    Row(85, "an http URL", "status-url, API behind TLS", "refused, the task is kept",
        [plain_http_elsewhere, urls_that_are_not_gone_to("http://203.0.113.7/x.mp4")]),
    Row(86, "other schemes, relative, userinfo, CRLF, 64 KB", "status-url",
        "refused, nothing secret in the error, ready with a good URL",
        [urls_that_are_not_gone_to("file:///etc/passwd", "data:text/html;base64,AAAA",
                                   "ftp://127.0.0.1/x.mp4", "ws://127.0.0.1/x"),
         urls_that_are_not_gone_to("rtsp://127.0.0.1/x", "javascript:alert(1)", "/videos/x.mp4",
                                   "https://user:hunter2@127.0.0.1/x.mp4"),
         urls_that_are_not_gone_to("http://127.0.0.1/x.mp4\r\nX: y",
                                   "http://127.0.0.1/" + "x" * 65536, "https://")]),
    Row(87, "URLs of private addresses", "an API elsewhere, so it seems; names and numbers",
        "refused, not connected to",
        [private_results("https://10.0.0.1/x.mp4", "https://169.254.169.254/latest",
                         "https://[::ffff:127.0.0.1]:MEDIA/x.mp4"),
         private_results("https://127.0.0.1:MEDIA/x.mp4", "https://[::1]:MEDIA/x.mp4",
                         "https://192.168.1.1/x.mp4", "https://metadata.test/x.mp4")]),
    Row(88, "the media server asks for a key", "media-401", "it gets none: an error, ready later",
        [play("media-401", ends=("rejected", "not_authorized"), again="ready",
              after=no_key_for_the_media_server)]),
    Row(89, "1 and 5 redirects", "media-redirect", "followed without the key",
        [play(f"media-redirect:{hops}", after=no_key_for_the_media_server) for hops in (1, 5)]),
    Row(90, "redirects without end, 6, https to http", "media-redirect", "an error, ready later",
        [play("media-redirect-loop", ends=("rejected", "network", "malformed", "expired"),
              again="ready"),
         play("media-redirect:6", ends=("rejected", "network", "malformed", "expired"),
              again="ready"), downgrade]),
    Row(91, "403: the URL has expired", "media-403-once, --url-seconds", "a fresh URL: ready",
        [play("media-403-once", after=asked_for_a_fresh_url),
         play("media-403", ends="expired", again="ready", after=asked_for_a_fresh_url)]),
    Row(92, "404 for ten seconds", "media-404, later taken away", "ready",
        [missing_for_ten_seconds]),
    Row(93, "410, after the retention", "media-410, an old job",
        "an error; paid anew by order only", [gone_for_good]),
    Row(94, "cut at half", "media-cut:50@1", "resumed",
        [play("media-cut:50@1", clip=BIG, after=resumed), resumes_in_the_next_process]),
    Row(95, "cut again and again", "media-cut@1-8 (fifty times: clip-downloads)", "ready",
        [play("media-cut:40@1-8", clip=BIG, after=resumed)]),
    Row(96, "Range is ignored", "media-no-range and a cut", "from the start, no byte twice",
        [play("media-cut:50@1", "media-no-range", clip=BIG, after=not_resumed)]),
    Row(97, "206 with a wrong start, total or version", "media-range-lies and a cut",
        "from the start",
        [play("media-cut:50@1", "media-range-lies:start@2", clip=BIG),
         play("media-cut:50@1", "media-range-lies:total@2", clip=BIG)]),
    Row(98, "a weak ETag, none", "media-etag-weak, media-etag-none, and a cut", "from the start",
        [play("media-cut:50@1", "media-etag-weak", clip=BIG, after=not_resumed),
         play("media-cut:50@1", "media-etag-none", clip=BIG, after=not_resumed)]),
    Row(99, "416 although all is here", "", "verified, accepted",
        elsewhere="clip-downloads: resume_at_exact_size"),
    Row(100, "the content changes between attempts", "media-etag-changes and a cut",
        "from the start, nothing mixed",
        [play("media-cut:50@1", "media-etag-changes", clip=BIG, after=not_resumed)]),
    Row(101, "cut on a chunk's boundary", "media-chunked-cut@1", "noticed: ready",
        [play("media-chunked-cut:50@1", clip=BIG)]),
    Row(102, "no length", "media-no-length, whole and half", "its structure decides: ready",
        [play("media-no-length"), play("media-no-length:50@1", clip=BIG),
         play("media-chunked")]),
    Row(103, "longer than announced; junk behind", "media-longer, media-junk@1",
        "only the announced bytes count; what is no whole clip is not kept",
        [play("media-longer"),
         play("media-junk@1", ends=("ready", "malformed", "network", "wrong_media"))]),
    Row(104, "too large, by header and by stream", "GST_PROMPT_MAX_BYTES",
        "refused early, or cut and not kept",
        [too_large(""), too_large("media-chunked"), too_large("media-endless"),
         too_large("media-length-huge")]),
    Row(105, "nothing for 30 s", "media-stall:50@1", "resumed",
        [play("media-stall:50@1", clip=BIG, after=resumed)]),
    Row(106, "no bytes", "media-empty, once and for ever", "tried again; an error, ready later",
        [play("media-empty@1"),
         play("media-empty", ends=("network", "malformed"), again="ready")]),
    Row(107, "a web page with 200", "media-html", "an error that says so, ready later",
        [play("media-html", ends=("wrong_media", "malformed"), again="ready")]),
    Row(108, "HLS, DASH, SMIL, SDP, a list of URIs as clip.mp4", "media-NAME and a listener",
        "refused, nothing is fetched because of it, ready later",
        [play(f"media-{kind}", ends="wrong_media", again="ready",
              after=nothing_fetched_because_of_it) for kind in REFUSED_KINDS]),
    Row(109, "an MP4 cut at each 1/1000", "", "each is noticed",
        elsewhere="clip-proof: every_cut_of_a_thousand_is_noticed, every_cut_of_a_real_clip_is_noticed; "
        "in the elements: faults-broken_clips: cut_clips"),
    Row(110, "1,000 bit flips", "", "no crash, no hang of the bin",
        elsewhere="faults-broken_clips: flipped_bits; clip-verify: a_flipped_bit_is_damage"),
    Row(111, "a million tiny boxes, 2^63 bytes, 10,000 levels", "", "bounded",
        elsewhere="clip-proof: a_million_tiny_boxes_are_bounded, impossible_sizes_end_the_walk"),
    Row(112, "several results of one task", "", "the asked-for one is played, all are kept",
        elsewhere="provider-translator: results_are_chosen_by_medium_and_kind (VibeGen has one)"),
    Row(105, "a byte a second for ever", "media-drip", "an error after some tries, ready later",
        [play("media-drip", ends="network", again="ready", patience=MINUTES)], long_only=True),
]
