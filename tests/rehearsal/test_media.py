# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The media origin: signatures, ranges, validators, pace."""
import socket
import time
import unittest
import urllib.parse

from rehearsal import Server, fetch, main, small_file


class MediaTest(unittest.TestCase):
    def start(self, *options, size=200_000):
        path = small_file(self, size)
        self.content = path.read_bytes()
        server = Server(self, "--media", str(path), "--task-seconds", "0", *options)
        self.task_id = server.created_id()
        self.url = server.finished(self.task_id)["video_url"]
        return server

    def test_whole_file_with_validators(self):
        server = self.start()
        reply = fetch(self.url)
        self.assertEqual((reply.status, reply.body), (200, self.content))
        self.assertEqual(reply.headers["Content-Type"], "video/mp4")
        self.assertEqual(reply.headers["Accept-Ranges"], "bytes")
        self.assertRegex(reply.headers["ETag"], r'^"[^"]+"$')
        self.assertIn("Last-Modified", reply.headers)
        head = fetch(self.url, "HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(len(self.content)))
        path = urllib.parse.urlsplit(self.url).path
        counts = server.stats()["media"]
        self.assertEqual(counts["paths"][path],
                         {"requests": 2, "partial": 0, "bytes": len(self.content)})
        self.assertEqual(counts["with-authorization"], 0)
        fetch(self.url, headers={"Authorization": "Bearer leaked"})
        self.assertEqual(server.stats()["media"]["with-authorization"], 1)

    def test_ranges(self):
        self.start()
        size = len(self.content)
        for header, first, last in (("bytes=0-99", 0, 99), (f"bytes={size - 1}-", size - 1, size - 1),
                                    ("bytes=1000-", 1000, size - 1), ("bytes=-7", size - 7, size - 1),
                                    (f"bytes=5-{size * 2}", 5, size - 1)):
            reply = fetch(self.url, headers={"Range": header})
            self.assertEqual(reply.status, 206, header)
            self.assertEqual(reply.headers["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(reply.body, self.content[first:last + 1], header)
        beyond = fetch(self.url, headers={"Range": f"bytes={size}-"})
        self.assertEqual(beyond.status, 416)
        self.assertEqual(beyond.headers["Content-Range"], f"bytes */{size}")
        for header in ("bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6"):
            reply = fetch(self.url, headers={"Range": header})
            self.assertEqual((reply.status, len(reply.body)), (200, size), header)

    def test_if_range(self):
        self.start()
        validators = fetch(self.url, "HEAD").headers
        for value, status in ((validators["ETag"], 206), (validators["Last-Modified"], 206),
                              ('"other"', 200), ("W/" + validators["ETag"], 200)):
            reply = fetch(self.url, headers={"Range": "bytes=1-2", "If-Range": value})
            self.assertEqual(reply.status, status, value)

    def test_signature_is_checked(self):
        self.start()
        parts = urllib.parse.urlsplit(self.url)
        query = dict(urllib.parse.parse_qsl(parts.query))
        for changed in ({"expires": "9999999999"}, {"signature": "0" * 40}):
            forged = parts._replace(query=urllib.parse.urlencode({**query, **changed}))
            self.assertEqual(fetch(forged.geturl()).status, 403)
        self.assertEqual(fetch(parts._replace(query="").geturl()).status, 403)
        self.assertEqual(fetch(self.url, "POST").status, 405)

    def test_urls_expire_and_the_status_has_a_fresh_one(self):
        server = self.start("--url-seconds", "0.3")
        while fetch(self.url).status == 200:
            time.sleep(0.02)
        self.assertEqual(fetch(self.url).status, 403)
        fresh = server.task(self.task_id)["video_url"]
        self.assertNotEqual(fresh, self.url)
        self.assertEqual(fetch(fresh).status, 200)

    def test_rate_and_round_trip_time(self):
        server = self.start("--rate", "400000", "--rtt", "100")
        began = time.monotonic()
        server.task(self.task_id)
        self.assertGreaterEqual(time.monotonic() - began, 0.1)
        began = time.monotonic()
        self.assertEqual(fetch(self.url).body, self.content)
        took = time.monotonic() - began
        self.assertGreater(took, 0.1 + 0.45)  # half a second for the bytes
        self.assertLess(took, 5)

    def test_without_range(self):
        self.start("--no-range")
        reply = fetch(self.url, headers={"Range": "bytes=5-9"})
        self.assertEqual((reply.status, reply.body), (200, self.content))
        self.assertNotIn("Accept-Ranges", reply.headers)

    def test_chunked(self):
        self.start("--chunked")
        reply = fetch(self.url)
        self.assertNotIn("Content-Length", reply.headers)
        self.assertEqual(reply.headers["Transfer-Encoding"], "chunked")
        self.assertEqual(reply.body, self.content)

    def test_connection_is_kept(self):
        server = self.start()
        parts = urllib.parse.urlsplit(self.url)
        request = (f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                   "Range: bytes=0-9\r\n\r\n").encode()
        before = server.stats()["media"]["connections"]
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            for _ in range(3):
                connection.sendall(request)
                received = b""
                while not received.endswith(b"\r\n\r\n" + self.content[:10]):
                    received += connection.recv(65536)
        self.assertEqual(server.stats()["media"]["connections"], before + 1)

    def test_bad_requests_do_no_harm(self):
        server = self.start()
        host = ("127.0.0.1", server.line["port"])
        for raw, begin in ((b"nonsense\r\n\r\n", b"HTTP/1.1 400"),
                           (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 413"),
                           (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 411"),
                           (b"GET / HTTP/1.1\r\nX: " + b"x" * 70000, b"HTTP/1.1 431")):
            with socket.create_connection(host, timeout=30) as connection:
                connection.sendall(raw)
                received = connection.recv(65536)
                self.assertTrue(received.startswith(begin), received)
        self.assertEqual(server.request("GET", "/tasks").status, 200)

    def test_pipelined_requests_are_all_answered(self):
        server = self.start()
        one = b"GET /vibegen/api/v1/tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n\r\n"
        received = b""
        with socket.create_connection(("127.0.0.1", server.line["port"]), timeout=30) as connection:
            connection.sendall(one * 500)
            while received.count(b"HTTP/1.1 200") < 500:
                received += connection.recv(65536)


main()
