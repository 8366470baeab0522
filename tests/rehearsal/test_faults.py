# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Every fault that --help lists does on the wire what its line says, when it should and only then."""
import http.server
import json
import re
import subprocess
import threading
import time
import unittest
import urllib.parse
import zlib

from fault_case import FaultTest, tested
from odd_answers import OddContent, OddFraming, OddResults  # noqa: F401 (they run here, too)
from rehearsal import PROGRAM, fetch, main, raw_exchange

class ApiFaults(FaultTest):
    def test_statuses_with_documented_bodies_and_no_task(self):
        codes = {400: "INVALID_PARAMETER", 401: "INVALID_API_KEY", 402: "INSUFFICIENT_CREDITS",
                 404: "TASK_NOT_FOUND", 429: "RATE_LIMIT_EXCEEDED", 500: "INTERNAL_ERROR",
                 502: "PROVIDER_ERROR", 503: "INTERNAL_ERROR"}
        task_id = self.server.created_id()
        before = self.created()
        for operation, ask in (("submit", self.server.create),
                               ("status", lambda: self.server.request("GET", f"/tasks/{task_id}")),
                               ("list", lambda: self.server.request("GET", "/tasks"))):
            for status, code in codes.items():
                self.use(f"{operation}-{status}")
                reply = ask()
                self.assertEqual((reply.status, reply.json()["error"]["code"]), (status, code))
        self.assertEqual(self.created(), before)
        tested.add("STATUS")

    def test_status_with_an_argument(self):
        self.use("submit-429:7", "status-503:1", "submit-307:http://127.0.0.1:1/x")
        self.assertEqual(self.server.create().headers["Retry-After"], "7")
        self.assertEqual(self.server.request("GET", "/tasks/x").headers["Retry-After"], "1")
        self.use("submit-307")
        reply = self.server.create()
        self.assertEqual(reply.status, 307)
        self.assertIn(f":{self.server.line['canary-port']}/", reply.headers["Location"])
        before = self.created()
        self.use("submit-500:created")
        reply = self.server.create()
        self.assertEqual(reply.status, 500)
        self.assertNotIn("Retry-After", reply.headers)
        self.assertEqual(self.created(), before + 1)

    def test_selection(self):
        self.use("submit-500@2", "submit-502@4-5", "submit-503@7-")
        self.assertEqual([self.server.create().status for _ in range(8)],
                         [201, 500, 201, 502, 502, 201, 503, 503])
        self.use("list-500%30")
        struck = sum(self.server.request("GET", "/tasks").status == 500 for _ in range(200))
        self.assertTrue(20 < struck < 110, struck)
        counts = self.server.stats()["faults"]
        self.assertEqual(counts["list-500"] >= struck, True)
        self.use("list-502%2.5")
        rarely = sum(self.server.request("GET", "/tasks").status == 502 for _ in range(400))
        self.assertTrue(0 < rarely < 40, rarely)

    def test_wrong_names_are_refused(self):
        for name in ("submit-600", "submit", "media-", "no-such", "task-500"):
            self.assertEqual(self.server.set_faults(name).status, 400, name)
        done = subprocess.run([PROGRAM, "--fault", "nonsense"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("There is no fault 'nonsense'; --help lists them.", done.stderr)

    def test_page_instead_of_json(self):
        self.use("submit-html", "status-html:502")
        before = self.created()
        reply = self.server.create()
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "text/html"))
        self.assertIn(b"<html>", reply.body)
        self.assertEqual(self.created(), before)
        self.assertEqual(self.server.request("GET", "/tasks/x").status, 502)

    def test_digest_challenge(self):
        self.use("digest-401")
        reply = self.server.create()
        self.assertEqual(reply.status, 401)
        self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Digest "))

    def test_lost_connections(self):
        for fault, end, made in (("submit-lost-before", "closed", 0), ("submit-lost-reply", "closed", 1),
                                 ("submit-reset", "reset", 1)):
            self.use(fault)
            self.assertEqual(self.submit_raw(), (b"", end, made), fault)

    def test_silence(self):
        self.use("never-answer")
        self.assertEqual(self.submit_raw(timeout=0.3), (b"", "silent", 0))
        self.use("never-answer:created")
        self.assertEqual(self.submit_raw(timeout=0.3), (b"", "silent", 1))

    def test_carried_out_after_the_caller_has_given_up(self):
        self.use("submit-late:0.6")
        self.assertEqual(self.submit_raw(timeout=0.2), (b"", "silent", 0))
        before = self.created()
        deadline = time.monotonic() + 30
        while self.created() == before and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.created(), before + 1)

    def test_slow(self):
        self.use("submit-slow:0.3")
        began = time.monotonic()
        self.assertEqual(self.server.create().status, 201)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_broken_bodies(self):
        self.use("submit-truncated-json")
        body = self.server.create().body
        self.assertTrue(body.startswith(b'{"success":true'))
        self.assertRaises(ValueError, json.loads, body)
        self.use("submit-empty-body")
        self.assertEqual(self.server.create().body, b"")
        self.use("submit-two-documents")
        self.assertEqual(self.server.create().body.count(b'{"success"'), 2)
        self.use("submit-bom")
        self.assertTrue(self.server.create().body.startswith(b"\xef\xbb\xbf{"))
        self.use("submit-chunk-cut")
        received, how, made = self.submit_raw()
        self.assertEqual((how, made), ("closed", 1))
        self.assertIn(b"Transfer-Encoding: chunked", received)
        self.assertTrue(received.endswith(b"}}\r\n"), received)

    def test_too_much(self):
        self.use("submit-huge-json")
        received, _, made = self.submit_raw(until=300_000)
        self.assertEqual(made, 1)
        self.assertGreater(int(re.search(rb"Content-Length: (\d+)", received)[1]), 200_000_000)
        self.use("submit-deep-json")
        self.assertEqual(self.server.create().body, b"[" * 100_000)
        self.use("submit-gzip-bomb")
        bomb = self.server.create()
        self.assertEqual(bomb.headers["Content-Encoding"], "gzip")
        self.assertTrue(1_000_000 < len(bomb.body) < 2_000_000)
        # A sixteenth stands for all of it.
        unpacked = zlib.decompressobj(wbits=31).decompress(bomb.body[:len(bomb.body) // 16])
        self.assertGreater(len(unpacked), 2**30 // 16 - 2**20)
        self.use("submit-gzip")
        reply = self.server.create()
        self.assertTrue(json.loads(zlib.decompress(reply.body, wbits=31))["success"])

    def test_ids(self):
        self.use("submit-no-id")
        self.assertNotIn("id", self.server.create().json()["data"])
        self.use("submit-id:../../etc")
        self.assertEqual(self.server.create().json()["data"]["id"], "../../etc")
        self.use("submit-nul-id")
        self.assertIn("\0", self.server.create().json()["data"]["id"])
        self.use("submit-bad-utf8")
        self.assertRaises(UnicodeDecodeError, self.server.create().body.decode)
        self.server.set_faults()
        task_id = self.server.created_id()
        self.use("status-wrong-id")
        self.assertNotEqual(self.server.task(task_id)["id"], task_id)

    def test_raw_protocol(self):
        self.use("submit-endless-1xx")
        received, _, made = self.submit_raw(until=500)
        self.assertEqual(made, 1)
        self.assertTrue((b"HTTP/1.1 102 Processing\r\n\r\n" * len(received)).startswith(received))
        self.use("submit-drip")
        began = time.monotonic()
        received, _, _ = self.submit_raw(until=3)
        self.assertEqual(received, b"HTT")
        self.assertGreater(time.monotonic() - began, 1.5)
        for fault, length in (("submit-length-negative", rb"-1"),
                              ("submit-length-double", rb"\d+\r\nContent-Length: 7"),
                              ("submit-length-huge", rb"9{20}")):
            self.use(fault)
            received, how, made = self.submit_raw()
            self.assertEqual((how, made), ("closed", 1))
            self.assertRegex(received, rb"Content-Length: " + length + rb"\r\n")


class MeaningFaults(FaultTest):
    def test_states_and_urls(self):
        task_id = self.server.created_id()
        self.server.finished(task_id)
        for fault, member, value in (
                ("status-unknown-state", "status", "moderating"),
                ("status-unknown-state:odd", "status", "odd"),
                ("status-backwards", "status", "pending"),
                ("status-completed-without-url", "video_url", None),
                ("status-url:file:///etc/passwd", "video_url", "file:///etc/passwd"),
                ("status-url:http://u:p@h/%41@1-", "video_url", "http://u:p@h/%41")):
            self.use(fault)
            self.assertEqual(self.server.task(task_id)[member], value, fault)
        self.use("status-nul-url")
        self.assertIn("\0", self.server.task(task_id)["video_url"])
        self.use("status-bad-utf8-url")
        body = self.server.request("GET", f"/tasks/{task_id}").body
        self.assertRaises(UnicodeDecodeError, body.decode)
        self.use("status-flaky")
        statuses = [self.server.request("GET", f"/tasks/{task_id}").status for _ in range(4)]
        self.assertEqual(statuses, [200, 500, 200, 500])

    def test_lists(self):
        task_id = self.server.created_id(prompt="a prompt that is longer than that")
        newest = lambda: self.server.request("GET", "/tasks?limit=1").json()["data"]
        self.use("list-shortens-prompts")
        self.assertEqual(newest()["tasks"][0]["prompt"], "a prompt that is lon")
        self.use("list-hides:3600")
        self.assertEqual(newest()["pagination"]["total"], 0)
        self.use("list-hides")
        self.assertEqual(newest()["tasks"], [])
        self.use("list-hides:0")
        self.assertEqual(newest()["tasks"][0]["id"], task_id)

    def test_failing_tasks(self):
        self.use("task-fails:No foxes@1", "task-fails-error-message@2", "task-hangs@3")
        first = self.server.finished(self.server.created_id())
        self.assertEqual((first["status"], first["error"]), ("failed", "No foxes"))
        second = self.server.finished(self.server.created_id())
        self.assertEqual(second["error_message"], "Content policy violation")
        self.assertNotIn("error", second)
        third = self.server.created_id()
        self.assertIn(self.server.task(third)["status"], ("pending", "processing"))


class MediaFaults(FaultTest):
    def url(self):
        return self.server.finished(self.server.created_id())["video_url"]

    def test_statuses(self):
        self.use("media-404", "media-403-once")
        tested.add("media-STATUS")
        url = self.url()
        self.assertEqual([fetch(url).status for _ in range(2)], [404, 404])
        self.use("media-403-once")
        self.assertEqual([fetch(url).status for _ in range(3)], [403, 200, 200])
        self.use("media-429:3")
        self.assertEqual(fetch(url).headers["Retry-After"], "3")

    def test_other_bodies(self):
        url = self.url()
        self.use("media-html")
        self.assertIn(b"<html>", fetch(url).body)
        self.use("media-empty")
        reply = fetch(url)
        self.assertEqual((reply.status, reply.body), (200, b""))
        canary = str(self.server.line["canary-port"]).encode()
        for kind, begin in (("hls", b"#EXTM3U"), ("dash", b"<?xml"), ("smil", b"<smil>"),
                            ("sdp", b"v=0"), ("urilist", b"# a list")):
            self.use(f"media-{kind}")
            reply = fetch(url)
            self.assertEqual(reply.headers["Content-Type"], "video/mp4")
            self.assertTrue(reply.body.startswith(begin), kind)
            self.assertIn(b"127.0.0.1:" + canary, reply.body)
            self.use(f"media-{kind}:4711")
            self.assertIn(b"127.0.0.1:4711", fetch(url).body)
        self.use("media-gzip-bomb")
        self.assertEqual(fetch(url).headers["Content-Encoding"], "gzip")

    def test_broken_deliveries(self):
        url = self.url()
        size = len(self.content)
        self.use("media-short")
        received, how = raw_exchange(url)
        self.assertEqual((how, self.body_of(received)), ("closed", self.content[:size // 2]))
        self.assertIn(f"Content-Length: {size}".encode(), received)
        self.use("media-cut:25")
        received, how = raw_exchange(url)
        self.assertEqual((how, self.body_of(received)), ("reset", self.content[:size // 4]))
        self.use("media-stall:10")
        received, how = raw_exchange(url, timeout=0.3)
        self.assertEqual((how, self.body_of(received)), ("silent", self.content[:size // 10]))
        self.use("media-longer")
        received, how = raw_exchange(url)
        self.assertEqual((how, len(self.body_of(received))), ("closed", size + 4096))
        self.use("media-junk")
        self.assertEqual(len(fetch(url).body), size + 4096)
        self.use("media-chunked")
        self.assertEqual(fetch(url).body, self.content)
        self.use("media-chunked-cut")
        received, how = raw_exchange(url)
        self.assertEqual(how, "closed")
        self.assertTrue(received.endswith(b"\r\n") and not received.endswith(b"\r\n0\r\n\r\n"))
        self.use("media-no-length:50")
        received, how = raw_exchange(url)
        self.assertNotIn(b"Content-Length", received)
        self.assertEqual((how, self.body_of(received)), ("closed", self.content[:size // 2]))
        self.use("media-length-huge")
        received, _ = raw_exchange(url)
        self.assertEqual(self.body_of(received), self.content)
        self.assertIn(b"Content-Length: 1099511", received)
        self.use("media-never-answer")
        self.assertEqual(raw_exchange(url, timeout=0.2), (b"", "silent"))
        self.use("media-lost")
        self.assertEqual(raw_exchange(url), (b"", "closed"))
        self.use("media-drip")
        self.assertEqual(len(self.body_of(raw_exchange(url, timeout=0.5)[0])), 0)
        self.use("media-endless")
        self.assertEqual(len(raw_exchange(url, until=1_000_000)[0]) >= 1_000_000, True)

    def body_of(self, received):
        return received[received.index(b"\r\n\r\n") + 4:]

    def test_ranges_and_validators(self):
        url = self.url()
        asked = {"Range": "bytes=5000-5099"}
        self.use("media-no-range")
        self.assertEqual(fetch(url, headers=asked).status, 200)
        self.use("media-range-lies")
        reply = fetch(url, headers=asked)
        self.assertEqual(reply.status, 206)
        self.assertEqual(reply.headers["Content-Range"], f"bytes 5000-5099/{len(self.content)}")
        self.assertEqual(reply.body, self.content[4000:4100])
        self.use("media-range-lies:total")
        self.assertEqual(fetch(url, headers=asked).headers["Content-Range"],
                         f"bytes 5000-5099/{len(self.content) + 1000}")
        self.use("media-etag-changes")
        first, second = fetch(url).headers, fetch(url).headers
        self.assertNotEqual(first["ETag"], second["ETag"])
        self.assertNotEqual(first["Last-Modified"], second["Last-Modified"])
        self.assertEqual(fetch(url, headers={**asked, "If-Range": second["ETag"]}).status, 200)
        self.use("media-etag-weak")
        reply = fetch(url).headers
        self.assertTrue(reply["ETag"].startswith('W/"'))
        self.assertNotIn("Last-Modified", reply)
        self.use("media-etag-none")
        self.assertFalse({"ETag", "Last-Modified"} & set(fetch(url).headers))

    def test_redirects(self):
        url = self.url()
        self.use("media-redirect:3@1")
        hops = 0
        reply = fetch(url)
        while reply.status == 302:
            hops += 1
            reply = fetch(reply.headers["Location"])
        self.assertEqual((hops, reply.status, reply.body), (3, 200, self.content))
        self.use("media-redirect-loop")
        location = fetch(url).headers["Location"]
        for _ in range(10):
            self.assertEqual(fetch(location).headers["Location"], location)
        self.use("media-redirect-url:http://example.com/a@b")
        self.assertEqual(fetch(url).headers["Location"], "http://example.com/a@b")
        self.use("media-redirect-http")
        location = urllib.parse.urlsplit(fetch(url).headers["Location"])
        self.assertEqual((location.scheme, location.port), ("http", self.server.line["canary-port"]))
        before = self.server.stats()["canary"]
        self.assertEqual(fetch(location).status, 404)
        after = self.server.stats()["canary"]
        self.assertEqual(after["requests"], before["requests"] + 1)
        self.assertEqual(after["connections"], before["connections"] + 1)


class ZCatalogue(unittest.TestCase):
    """Last: that the tests above have met every fault there is."""

    def test_every_listed_fault_was_tested(self):
        text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout
        listed = re.findall(r"^  ([A-Za-z0-9-]+)(?:\[:\w+\])? +\S", text[text.index("Of API replies"):],
                            re.MULTILINE)
        self.assertGreater(len(listed), 60)
        met = tested | {re.sub("^(submit|status|list)-", "", name) for name in tested}
        self.assertEqual([name for name in listed if name not in met], [])


if __name__ == "__main__":
    main()
