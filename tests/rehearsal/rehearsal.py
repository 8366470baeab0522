# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Starts gst-prompt-rehearsal for a test and talks to it, with nothing but the standard library."""
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

PROGRAM = os.environ["REHEARSAL_PROGRAM"]
TRANSCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "transcripts"
KEY = "sk-video-0123456789abcdef"
# Sanitized builds on a busy machine are slow; nothing waits so long in the normal case.
PATIENCE = 60


def transcript(name):
    """A sample of a provider's document, word for word."""
    return json.loads((TRANSCRIPTS / name).read_text(encoding="utf-8"))


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Server:
    """A running server; ends, and must end well, when the test does."""

    def __init__(self, test, *options, wait=True):
        self.process = subprocess.Popen([PROGRAM, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.stop, test)
        self.line = None
        if wait:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"the server did not start: {self.process.stderr.read()}")
            self.line = json.loads(line)
            self.base = self.line["base-urls"]["vibegen"]

    def stop(self, test):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=PATIENCE)
        test.assertEqual(self.process.returncode, 0, said)

    def kill(self):
        self.process.kill()
        self.process.communicate()
        self.process.returncode = 0  # nothing that stop() should complain about

    def request(self, method, path, body=None, key=KEY, headers=None, base=None):
        """One request on a connection of its own; `path` is below the provider's base URL."""
        url = urllib.parse.urlsplit((base if base is not None else self.base) + path)
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else body
        return fetch(url, method, sent, body)

    def create(self, **members):
        body = {"model": "seedance 2.0", "prompt": "a red fox in the snow", **members}
        return self.request("POST", "/generations", body)

    def created_id(self, **members):
        reply = self.create(**members)
        if reply.status != 201:
            raise AssertionError(f"not created: {reply.status} {reply.body}")
        return reply.json()["data"]["id"]

    def task(self, task_id):
        return self.request("GET", f"/tasks/{task_id}").json()["data"]

    def finished(self, task_id):
        """The task when it is completed or failed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            task = self.task(task_id)
            if task["status"] in ("completed", "failed"):
                return task
            time.sleep(0.02)
        raise AssertionError("the task did not end")

    def stats(self):
        return fetch(urllib.parse.urlsplit(f"http://127.0.0.1:{self.line['port']}/rehearsal/stats"),
                     "GET", {}, None).json()

    def set_faults(self, *names):
        url = urllib.parse.urlsplit(f"http://127.0.0.1:{self.line['port']}/rehearsal/faults")
        return fetch(url, "PUT", {}, json.dumps(names).encode())


def fetch(url, method="GET", headers=None, body=None):
    """A request of a URL, split or not, following no redirect."""
    if isinstance(url, str):
        url = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=PATIENCE)
    try:
        target = url.path + (f"?{url.query}" if url.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        connection.close()


def raw_exchange(url, method="GET", headers=None, body=b"", until=None, timeout=PATIENCE):
    """All bytes that come back until the other side closes, as they are.

    Returns (bytes, how): how is "closed", "reset", "silent" (nothing came for `timeout` seconds) or
    "enough" (there are `until` bytes).
    """
    if isinstance(url, str):
        url = urllib.parse.urlsplit(url)
    lines = [f"{method} {url.path}{'?' + url.query if url.query else ''} HTTP/1.1",
             f"Host: {url.netloc}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    received = b""
    with socket.create_connection((url.hostname, url.port), timeout=timeout) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        while until is None or len(received) < until:
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                return received, "reset"
            except TimeoutError:
                return received, "silent"
            if not piece:
                return received, "closed"
            received += piece
    return received, "enough"


class CallbackListener:
    """Takes POSTs on a free port of this machine."""

    def __init__(self, test):
        self.arrived = threading.Condition()
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                with outer.arrived:
                    outer.requests.append((self.path, dict(self.headers), json.loads(body)))
                    outer.arrived.notify_all()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)

    def wait_for(self, count):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, timeout=PATIENCE):
                raise AssertionError("no callback came")
            return self.requests[count - 1]


def temporary_folder(test):
    folder = tempfile.mkdtemp(prefix="rehearsal-test-")
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    return pathlib.Path(folder)


def small_file(test, size=200_000):
    """Bytes that stand for a clip where it does not matter what they are."""
    path = temporary_folder(test) / "clip.mp4"
    path.write_bytes(bytes((i * i + i // 251) % 256 for i in range(size)))
    return path


def is_time(text):
    return isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)


def main():
    unittest.main(verbosity=1)
