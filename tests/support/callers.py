# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""For tests of callbacks: a provider whose tasks are done when the test says so, and callers.

The jobs look by themselves every ten minutes only, so that whoever finishes was called."""
import json
import socket
import threading
import urllib.parse

import fake_api
from harness import PATIENCE, check

RARELY = "poll-interval=600000"
LISTEN = {"GST_PROMPT_CALLBACK_LISTEN": "127.0.0.1:0"}


class Provider(fake_api.FakeApi):
    """VibeGen, whose tasks are done when the test says so."""

    def __init__(self, case, **hooks):
        self.done = threading.Event()
        self.submitted = []
        hooks.setdefault("on_submit", self.note)
        hooks.setdefault("on_status", self.status)
        super().__init__(case, **hooks)

    def note(self, _number, body):
        self.submitted.append(json.loads(body))

    def status(self, _number, task_id):
        return 200, {"success": True, "data": self.task(
            task_id, "completed" if self.done.is_set() else "processing")}

    @property
    def callback_url(self):
        return self.submitted[-1]["callback_url"]


def waiting(case, api, *words, env=None):
    """A run whose job waits; and the address at which it can be called."""
    run = case.start(api.base_url, RARELY, *words, env=dict(LISTEN, **(env or {})))
    run.wait_for_state("queued")
    return run, urllib.parse.urlsplit(api.callback_url)


def exchange(port, data, patience=PATIENCE):
    """Sends and reads to the end: the status (0: closed without an answer), and all that came."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as sock:
        try:
            sock.sendall(data)
            while True:
                piece = sock.recv(65536)
                if not piece:
                    break
                received += piece
        except ConnectionError:
            pass
    return int(received.split(b" ")[1]) if received.startswith(b"HTTP/1.1 ") else 0, received


def request(path, body=b"{}", method="POST", headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: me.example", f"Content-Length: {len(body)}",
             "Content-Type: application/json", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def call(url, body=b"{}"):
    status, _ = exchange(url.port, request(url.path, body))
    check(status == 200, f"a callback was answered with {status}")


def wait_for_statuses(case, api, count):
    case.wait_until(lambda: api.counts["status"] >= count, f"status request {count}")


def finish(case, api, run, url):
    """The job is unharmed: the next callback ends it."""
    api.done.set()
    call(url)
    run.wait()
    check(run.is_ready and run.clip() == api.clip, run.tail())
