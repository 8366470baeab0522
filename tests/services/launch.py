# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A provider's stand-in, somebody in between who writes down what is asked of it, and gst-launch-1.0 as a
user runs it."""
import concurrent.futures
import http.client
import http.server
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import urllib.parse

PROGRAM = os.environ["GST_PROMPT_REHEARSAL"]
SLOWNESS = int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))
PATIENCE = 150 * SLOWNESS
KEY = "sk-canary-0f1e2d3c4b5a"


class Asked:
    """One request, as it came."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def line(self):
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")

    def fields(self):
        """A form's fields by name; a file as (file name, type, bytes)."""
        mark = b"--" + self.headers["content-type"].partition("boundary=")[2].encode()
        found = {}
        for part in self.body.split(mark)[1:-1]:
            head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
            words = dict(word.strip().split("=", 1) for word in
                         head.decode().replace("\r\n", ";").split(";") if "=" in word)
            name = words["name"].strip('"')
            kind = [line[14:] for line in head.decode().split("\r\n")
                    if line.startswith("Content-Type: ")]
            text = content.decode(errors="replace")
            found[name] = (words["filename"].strip('"'), kind[0], content) if kind else text
        return found


class Relay(http.server.ThreadingHTTPServer):
    """Hands requests on, keeps the name that it was called by, and remembers them."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), RelayHandler)
        self.behind = port
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # the other side went away, as it may


class RelayHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def hand_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(Asked(self.command, self.path, self.headers.items(), body))
        onward = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=PATIENCE)
        onward.request(self.command, self.path, body=body or None, headers=dict(self.headers))
        reply = onward.getresponse()
        content = reply.read()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date",
                                    "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        onward.close()

    do_GET = do_POST = do_PUT = do_DELETE = hand_on


class Done:
    """A command that has ended."""

    def __init__(self, status, output):
        self.status = status
        self.output = output


def run(words, env):
    """A command to its end. gst-launch-1.0 quits its main loop from the thread that posts an error; if the
    loop does not run yet (GStreamer 1.22), it waits for ever after it has said all: then it is ended."""
    process = subprocess.Popen(words, env=env, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    watch = threading.Timer(PATIENCE, process.kill)
    watch.start()
    output, last = "", None
    for line in process.stdout:
        output += line
        if "pipeline doesn't want to preroll" in line and last is None:
            last = threading.Timer(10 * SLOWNESS, process.kill)
            last.start()
    status = process.wait()
    process.stdout.close()
    is_late = not watch.is_alive()
    for timer in (watch, last):
        if timer is not None:
            timer.cancel()
    if is_late:
        raise AssertionError(f"it still ran after {PATIENCE} s: {output}")
    return Done(1 if last is not None and status < 0 else status, output)


class Stage:
    """A stand-in with a relay before it, and a library of its own."""

    def __init__(self, test, *options, rendering=True):
        self.folder = tempfile.mkdtemp(prefix="prompt-services-")
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        command = [PROGRAM, "--port", "0", "--task-seconds", "0.3", "--exit-with-parent"]
        cache = os.environ.get("PROMPT_TEST_MEDIA_CACHE")
        if rendering and cache:
            command += ["--media-cache", cache]
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE,
                                        stdin=subprocess.PIPE, text=True)
        test.addCleanup(self.stop)
        line = self.process.stdout.readline()
        test.assertTrue(line, "the stand-in did not start")
        facts = json.loads(line)
        self.port = facts["port"]
        self.relay = Relay(self.port)
        test.addCleanup(self.relay.server_close)
        test.addCleanup(self.relay.shutdown)
        self.paths = {name: urllib.parse.urlsplit(url).path
                      for name, url in facts["base-urls"].items()}
        self.library = os.path.join(self.folder, "library")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def base_url(self, provider):
        served = {"openai-json": "openai", "vidgo-music": "vidgo"}.get(provider, provider)
        return f"http://127.0.0.1:{self.relay.server_address[1]}{self.paths[served]}"

    def stats(self):
        onward = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        onward.request("GET", "/rehearsal/stats")
        stats = json.load(onward.getresponse())
        onward.close()
        return stats

    def asked(self, method=None):
        return [asked for asked in self.relay.asked if method in (None, asked.method)]

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def launch(self, provider, settings, *rest, element="promptdecodebin", library=None,
               environment=None, key=KEY, options=(), has_address=True):
        """gst-launch-1.0 with the element and what follows it, to its end."""
        words = ["gst-launch-1.0", *options, element, f"provider={provider}", "poll-interval=1000",
                 *([f"base-url={self.base_url(provider)}"] if has_address else []), *settings, *rest]
        env = dict(os.environ, GST_PROMPT_HOME=library or self.library, GST_DEBUG_NO_COLOR="1",
                   HOME=self.folder, XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
                   **(environment or {}))
        if key:
            path = self.file("key", key.encode())
            env["GST_PROMPT_API_KEY_FILE"] = path
        return run(words, env)

    def frames(self, provider, settings, caps="video/x-raw(ANY)", **named):
        """Plays the clip to its end: how many frames it had and how many a second."""
        raw = os.path.join(self.folder, "frames.raw")
        done = self.launch(provider, settings, "!", caps, "!", "videoconvert", "!", "videoscale", "!",
                           "video/x-raw,format=GRAY8,width=16,height=16", "!", "filesink",
                           f"location={raw}", **named)
        return done, os.path.getsize(raw) / 256 if done.status == 0 else 0

    def rows(self, library=None):
        """The ledger's jobs."""
        path = os.path.join(library or self.library, "ledger.db")
        database = sqlite3.connect(path, timeout=PATIENCE)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute("SELECT * FROM jobs ORDER BY row")]
        finally:
            database.close()

    def clips(self):
        folder = os.path.join(self.library, "clips")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def together(calls):
    """Runs several at once: most of their time is waiting. Their results, in order."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


