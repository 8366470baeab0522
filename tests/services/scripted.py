# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A service that answers as a test says, and the clip that it serves; gst-launch-1.0 asks it."""
import http.server
import json
import os
import re
import shutil
import tempfile
import threading

from launch import SLOWNESS, Asked, run

KEY = "sk-canary-0f1e2d3c4b5a"
KEY_VARIABLES = {"fal": "FAL_KEY", "replicate": "REPLICATE_API_TOKEN"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, self.path, self.headers.items(), body)
        service = self.server
        with service.lock:
            service.asked.append(asked)
        status, content, headers = (*service.answer(asked), {})[:3]
        headers = {"Content-Type": "application/json", **headers}
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if span and status == 200 and headers["Content-Type"] != "application/json":
            first = int(span[1])
            last = min(int(span[2] or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            status, content = 206, content[first:last + 1]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = answer


class Service(http.server.ThreadingHTTPServer):
    """`answer(asked)` gives (status, body) or (status, body, headers); a body that is no bytes is sent as
    JSON."""

    daemon_threads = True

    def __init__(self, test, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked = []
        self.lock = threading.Lock()
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.folder = tempfile.mkdtemp(prefix="prompt-scripted-")
        self.library = os.path.join(self.folder, "library")
        threading.Thread(target=self.serve_forever, daemon=True).start()
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)

    def handle_error(self, *_):
        pass  # the other side went away, as it may

    def count(self, method, ending=""):
        return len([asked for asked in self.asked
                    if asked.method == method and asked.path.endswith(ending)])

    def play(self, provider, *settings, key=KEY, base="/v1", options=("-q",), environment=None):
        """The bytes that promptsrc gave, the exit status and all that was printed."""
        out = os.path.join(self.folder, "out")
        if os.path.exists(out):
            os.unlink(out)
        words = ["gst-launch-1.0", *options, "promptsrc", f"provider={provider}", "poll-interval=1000",
                 f"base-url={self.origin}{base}", *settings]
        if not any(setting.startswith("prompt=") for setting in settings):
            words.append("prompt=a red fox")
        if not any(setting.startswith("generation-timeout=") for setting in settings):
            words.append(f"generation-timeout={60 * SLOWNESS}")
        words += ["!", "filesink", f"location={out}"]
        env = dict(os.environ, GST_PROMPT_HOME=self.library, GST_DEBUG_NO_COLOR="1", HOME=self.folder,
                   XDG_CONFIG_HOME=os.path.join(self.folder, "config"), GST_PROMPT_SETTLING_SECONDS="2",
                   **(environment or {}))
        # A key file holds no key shorter than what it is meant for, so the variable has it.
        env[KEY_VARIABLES.get(provider, provider.split("-")[0].upper() + "_API_KEY")] = key
        done = run(words, env)
        content = b""
        if os.path.exists(out):
            with open(out, "rb") as file:
                content = file.read()
        return done.status, done.output, content

    def files(self):
        """All bytes of the library."""
        content = b""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if name != "out":
                    with open(os.path.join(folder, name), "rb") as file:
                        content += name.encode() + file.read()
        return content


def openai(clip, status=None, **more):
    """OpenAI's form of API: what a status reply has besides or instead of what is usual."""
    def answer(asked):
        if asked.method == "POST":
            return 200, {"id": "video_1", "object": "video", "status": "queued"}
        if asked.path.endswith("/content"):
            return 200, clip, {"Content-Type": "video/mp4"}
        if asked.path.endswith(".mp4"):
            return 200, clip, {"Content-Type": "video/mp4"}
        reply = {"id": "video_1", "object": "video", "status": status or "completed", **more}
        return 200, {name: value for name, value in reply.items() if value is not None}
    return answer
