# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Whoever finds the port that callbacks come to: rows 126 to 129 of the fault catalogue. At most one
request of ours comes of it, at most once a second; memory, descriptors and the job are unharmed."""
import json
import os
import resource
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from callers import Provider, call, exchange, finish, request, wait_for_statuses, waiting
from harness import PATIENCE, check

READ_TIME = 5.0


def forged_completion_with_an_evil_url(case):
    """126: one status request with our key; nothing of the body is believed."""
    api = Provider(case)
    canary = fake_api.Listener(case, lambda connection, _number: connection.close()).open()
    run, url = waiting(case, api)
    body = {"event": "task.completed", "task_id": "task-1", "status": "completed",
            "video_url": f"http://127.0.0.1:{canary.port}/evil.mp4"}
    call(url, json.dumps(body).encode())
    wait_for_statuses(case, api, 1)
    check(run.process.poll() is None and case.rows()[0]["state"] != "fetching", run.tail())
    finish(case, api, run, url)
    check(canary.count == 0, "the address in the callback was used")
    check(api.counts["status"] == 2, f"{api.counts['status']} status requests for two callbacks")


def wrong_tokens_and_paths(case):
    """127: 404, and no request of ours."""
    api = Provider(case)
    run, url = waiting(case, api)
    token = url.path.rsplit("/", 1)[1]
    other = ("1" if token[0] != "1" else "2") + token[1:]
    for path in ("/", "/favicon.ico", "/" + other, "/" + token.upper() + "x", "/" + token[:-1],
                 "/" + token + "0", "/" + token + "/", "/" + token + "/..", "//", "/?" + token,
                 "/%3" + token, "/" + "0" * 32, "/" + "A" * 8000):
        status, _ = exchange(url.port, request(path))
        check(status == 404, f"{path[:60]} was answered with {status}")
    for method in ("GET", "HEAD", "PUT", "OPTIONS", "DELETE", "post"):
        status, _ = exchange(url.port, request(url.path, method=method))
        check(status == 404, f"{method} was answered with {status}")
    status, _ = exchange(url.port, request(url.path).replace(token.encode(), b"\xff" * 32))
    check(status == 400, f"a path of no ASCII was answered with {status}")
    check(api.counts["status"] == 0, "it looked for a stranger")
    finish(case, api, run, url)
    check(api.counts["status"] == 1, f"{api.counts['status']} status requests")


MALFORMED = {
    "CONNECT": b"CONNECT me.example:443 HTTP/1.1\r\nHost: me.example\r\n\r\n",
    "an absolute target": b"POST http://me.example%s HTTP/1.1\r\nHost: a\r\n\r\n",
    "two hosts": b"POST %s HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"POST %s HTTP/1.1\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"POST %s\r\n\r\n",
    "HTTP/1.2": b"POST %s HTTP/1.2\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "a lone LF": b"POST %s HTTP/1.1\nHost: a\n\n\r\n\r\n",
    "a folded header": b"POST %s HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "a space before the colon": b"POST %s HTTP/1.1\r\nHost : a\r\n\r\n",
    "a NUL": b"POST %s HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    "two lengths": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a negative length": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a length of 20 digits": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 1" + b"0" * 20
                             + b"\r\n\r\n",
    "length and chunks": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding": b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "a bad chunk": b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "a huge chunk": b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n",
    "a long chunk extension": b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"
                              + b"x" * 500,
    "headers of 20 KiB": b"POST %s HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20480 + b"\r\n\r\n",
}


def malformed_requests(case):
    """128: refused at once, without waiting for more."""
    api = Provider(case)
    run, url = waiting(case, api)
    for name, text in MALFORMED.items():
        data = text.replace(b"%s", url.path.encode())
        began = time.monotonic()
        status, received = exchange(url.port, data)
        check(400 <= status < 600, f"{name} was answered with {received[:80]}")
        # What is not answered at once, is closed by the time to read.
        check(time.monotonic() - began < READ_TIME, f"{name} was not answered at once")
    check(api.counts["status"] == 0, "it looked")
    finish(case, api, run, url)


def every_way_to_send_a_body(case):
    """In pieces, in chunks, after 100 Continue, by HTTP/1.0; up to 64 KiB."""
    api = Provider(case)
    run, url = waiting(case, api)
    path = url.path.encode()
    head = b"POST " + path + b" HTTP/1.1\r\nHost: a\r\n"
    chunks = b"3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nTrailer: x\r\n\r\n"
    for data in (head + b"\r\n", head + b"Content-Length: 65536\r\n\r\n" + bytes(65536),
                 head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks,
                 b"POST " + path + b" HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"):
        status, received = exchange(url.port, data)
        check(status == 200, f"{data[:120]} was answered with {received}")
    with socket.create_connection(("127.0.0.1", url.port), timeout=PATIENCE) as sock:
        sock.sendall(head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        check(sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n", "no 100 Continue")
        sock.sendall(b"{}")
        check(sock.recv(100).startswith(b"HTTP/1.1 200 "), "no 200")
    with socket.create_connection(("127.0.0.1", url.port), timeout=PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request(url.path):
            sock.sendall(bytes([byte]))
        check(sock.recv(100).startswith(b"HTTP/1.1 200 "), "no 200 for single bytes")
    finish(case, api, run, url)


def resident_kib(run):
    with open(f"/proc/{run.process.pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1])


def descriptors(run):
    return len(os.listdir(f"/proc/{run.process.pid}/fd"))


def push(port, head, piece, most):
    """Sends without end until the other side hangs up; how much it took."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
        try:
            sock.sendall(head)
            while sent < most:
                sock.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
    return sent


def huge_bodies_and_endless_headers(case):
    """128: 400 MB are not taken, however they are announced."""
    api = Provider(case)
    run, url = waiting(case, api)
    before = resident_kib(run)
    head = f"POST {url.path} HTTP/1.1\r\nHost: a\r\n".encode()
    piece = b"x" * 65536
    chunk = b"100\r\n" + b"x" * 256 + b"\r\n"
    most = 400_000_000
    for what, start, again in (
            ("a body with a length", head + b"Content-Length: 400000000\r\n\r\n", piece),
            ("chunks", head + b"Transfer-Encoding: chunked\r\n\r\n", chunk * 256),
            ("tiny chunks", head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10000),
            ("trailers", head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 10000),
            ("headers", head, b"X-Endless: x\r\n" * 5000),
            ("a body for nobody", head.replace(b"POST /", b"POST /x") +
             b"Content-Length: 400000000\r\n\r\n", piece)):
        sent = push(url.port, start, again, most)
        check(sent < 32_000_000, f"{what}: {sent} bytes were taken")
    grown = resident_kib(run) - before
    if not os.environ.get("ASAN_OPTIONS"):
        check(grown < 2048, f"the process grew by {grown} KiB")
    check(api.counts["status"] == 0, "it looked")
    finish(case, api, run, url)


def a_thousand_slow_connections(case):
    """128: 16 at most are open, and whoever is quick gets through."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1400 if hard == resource.RLIM_INFINITY else min(1400, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    count = min(1000, wanted - 300)
    api = Provider(case)
    run, url = waiting(case, api)
    before, before_kib = descriptors(run), resident_kib(run)
    socks = []
    try:
        for _ in range(count):
            sock = socket.create_connection(("127.0.0.1", url.port), timeout=PATIENCE)
            sock.sendall(b"POST / HTTP/1.1\r\nHost: ")
            socks.append(sock)
        call(url)
        wait_for_statuses(case, api, 1)
        # Sixteen of theirs, and what a look of ours needs.
        check(descriptors(run) <= before + 24, f"{descriptors(run)} descriptors, {before} before")
        # The last ones are closed by the time to read, though nobody presses them.
        for sock in socks:
            try:
                check(sock.recv(100) == b"", "somebody was answered")
            except ConnectionError:
                pass
    finally:
        for sock in socks:
            sock.close()
    if not os.environ.get("ASAN_OPTIONS"):
        grown = resident_kib(run) - before_kib
        check(grown < 2048, f"the process grew by {grown} KiB")
    finish(case, api, run, url)


def pipelined_requests(case):
    """128: one is answered, then the connection is closed."""
    api = Provider(case)
    run, url = waiting(case, api)
    status, received = exchange(url.port, request(url.path) * 50)
    check(status == 200 and received.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in received,
          str(received))
    wait_for_statuses(case, api, 1)
    finish(case, api, run, url)
    check(api.counts["status"] == 2, f"{api.counts['status']} status requests")


def flood_of_valid_callbacks(case):
    """129: one more look a second, and no more."""
    api = Provider(case)
    run, url = waiting(case, api)
    began = time.monotonic()
    calls = 0
    while calls < 1000 or api.counts["status"] < 3:
        call(url)
        calls += 1
        check(time.monotonic() - began < PATIENCE, f"no look for {calls} callbacks")
    seconds = time.monotonic() - began
    check(api.counts["status"] <= seconds + 2, f"{api.counts['status']} looks in {seconds:.1f} s")
    finish(case, api, run, url)


TESTS = [forged_completion_with_an_evil_url, wrong_tokens_and_paths, malformed_requests,
         every_way_to_send_a_body, huge_bodies_and_endless_headers, a_thousand_slow_connections,
         pipelined_requests, flood_of_valid_callbacks]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
