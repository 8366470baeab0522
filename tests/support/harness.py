# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""For test suites that open requests through the engine in processes of their own.

A suite is a list of functions that take a Case: it has a folder, a library, stand-in servers and
runs of `test-headless`. run_suite() runs them in parallel. Every run must end without a signal, and
no key may be seen in what it wrote, which is checked by itself. Waiting is for events, with one
patience for everything; nothing is concluded from time going by.

The environment names what was built: PROMPT_TEST_HEADLESS, PROMPT_TEST_REHEARSAL.
"""
import argparse
import concurrent.futures
import json
import os
import random
import shutil
import signal
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

sys.dont_write_bytecode = True

PATIENCE = 120.0  # how long anything may take on a loaded machine before it counts as hanging
KEY = "sk-video-canary-a1b2c3d4e5f6"
PROMPT = "a red fox in the snow"

HEADLESS = os.environ.get("PROMPT_TEST_HEADLESS", "")
REHEARSAL = os.environ.get("PROMPT_TEST_REHEARSAL", "")
IS_SANITIZED = os.environ.get("PROMPT_TEST_SANITIZED", "") not in ("", "0")
# How much longer it takes to get anywhere, for tasks that must not end before something is done.
SLOWNESS = 4 if IS_SANITIZED else 1
IS_LONG = os.environ.get("PROMPT_TEST_LONG", "") not in ("", "0")

# No proxy of the environment's, and whatever certificate a stand-in shows.
_opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))


class Failed(AssertionError):
    pass


class Skipped(Exception):
    """It cannot be tried on this machine."""


def check(condition, text):
    if not condition:
        raise Failed(text)


def box(kind, payload):
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def make_mp4(size=200_000, seed=1):
    """A file with the boxes of an MP4, the index at its end; its bytes are like no other file's."""
    head = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    index = box(b"moov", box(b"mvhd", bytes(100)))
    data = random.Random(seed).randbytes(size - len(head) - len(index) - 8)
    return head + box(b"mdat", data) + index


def make_wav(size):
    """Sound: one channel of 8,000 samples a second, of 16 bits."""
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size - 8, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000,
                       2, 16, b"data", size - 44) + random.Random(size).randbytes(size - 44)


def read_lines(stream, into):
    for line in stream:
        into.append(line)


class Server:
    """gst-prompt-rehearsal, serving one clip of our own instead of rendering."""

    def __init__(self, case, *options, faults=(), clip=None, task_seconds=0.3, folder=None):
        self.clip = make_mp4() if clip is None else clip
        number = case.next_number()
        path = os.path.join(case.folder, f"clip-{number}.mp4")
        with open(path, "wb") as file:
            file.write(self.clip)
        self.log = os.path.join(case.folder, f"server-{number}.log")
        command = [REHEARSAL, "--port", "0", "--media", path, "--log", self.log,
                   "--task-seconds", str(task_seconds), "--idle-exit", "300"]
        if folder:
            command += ["--folder", folder]
        for fault in faults:
            command += ["--fault", fault]
        # It is killed in the end, so what it leaves behind must go with the case's folder.
        environment = dict(clean_environment(), TMPDIR=case.folder)
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=environment)
        line = self.process.stdout.readline()
        check(line, "the stand-in server did not start: " + " ".join(command + list(options)))
        facts = json.loads(line)
        self.port = facts["port"]
        self.media_port = facts["media-port"]
        self.canary_port = facts["canary-port"]
        self.base_urls = facts["base-urls"]
        self.base_url = self.base_urls["vibegen"]
        self.origin = self.base_url[:self.base_url.index("/", 8)]

    def ask(self, path, data=None, headers=None):
        request = urllib.request.Request(self.origin + path, data=data,
                                         headers=headers or {}, method="PUT" if data else "GET")
        with _opener.open(request, timeout=PATIENCE) as reply:
            return json.load(reply)

    def stats(self):
        return self.ask("/rehearsal/stats")

    def set_faults(self, *faults):
        self.ask("/rehearsal/faults", json.dumps(list(faults)).encode())

    def count(self, name, provider="vibegen"):
        """submits, created, queries, lists, refused or requests, of a provider's API."""
        return self.stats()["providers"][provider][name]

    def requests(self):
        """What was asked for, in order; what is being written is left out."""
        found = []
        with open(self.log, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    found.append(json.loads(line))
                except ValueError:
                    pass
        return found

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def clean_environment():
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("GST_", "VIBE", "OMNIVIDEO", "VIDGO", "XDG_"))
            and name not in ("CREDENTIALS_DIRECTORY", "http_proxy", "https_proxy", "HTTP_PROXY",
                             "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")}
    kept["G_DEBUG"] = "fatal-warnings"
    return kept


class Run:
    """A process of test-headless: its events are the lines that it printed."""

    def __init__(self, case, arguments, env, wrapper=(), cwd=None):
        self.case = case
        self.lines = []
        self.errors = []
        self.seen = 0
        self.process = subprocess.Popen(list(wrapper) + [HEADLESS] + arguments, env=env, cwd=cwd,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.readers = [threading.Thread(target=read_lines, args=(stream, into), daemon=True)
                        for stream, into in ((self.process.stdout, self.lines),
                                             (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()
        case.runs.append(self)

    def wait(self, patience=PATIENCE):
        """Waits for its end and returns it."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.join()
            raise Failed(f"it still ran after {patience} s; last: {self.tail()}") from None
        self.join()
        check(self.process.returncode in (0, 1),
              f"it ended with {self.process.returncode}: {self.tail()}")
        return self

    def wait_for(self, condition, what):
        """Waits until one of its events fits; returns that event."""
        until = time.monotonic() + PATIENCE
        while True:
            ended = self.process.poll() is not None
            if ended:
                self.join()
            while self.seen < len(self.lines):
                event = json.loads(self.lines[self.seen])
                self.seen += 1
                if condition(event):
                    return event
            check(not ended, f"it ended before {what}: {self.tail()}")
            check(time.monotonic() < until, f"no {what} within {PATIENCE} s: {self.tail()}")
            time.sleep(0.005)

    def wait_for_state(self, state):
        return self.wait_for(lambda event: event["state"] == state, "the state " + state)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.join()

    def close_input(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass

    def join(self):
        for reader in self.readers:
            reader.join(PATIENCE)
        self.close_input()
        self.process.stdout.close()
        self.process.stderr.close()

    def tail(self):
        return (b"".join(self.lines[-2:]) + b"".join(self.errors[-5:])).decode(errors="replace")

    @property
    def events(self):
        return [json.loads(line) for line in self.lines]

    @property
    def last(self):
        check(self.lines, f"it printed nothing: {self.tail()}")
        return json.loads(self.lines[-1])

    @property
    def is_ready(self):
        return self.process.returncode == 0

    @property
    def killed(self):
        return self.process.returncode == -signal.SIGKILL

    @property
    def error(self):
        """The kind of the error, e.g. "settings"; empty: none."""
        return self.last.get("error", "")

    @property
    def message(self):
        return self.last.get("message", "")

    def clip(self):
        with open(self.last["path"], "rb") as file:
            return file.read()


class Case:
    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="prompt-test-")
        self.library = os.path.join(self.folder, "library")
        self.servers = []
        self.runs = []
        self.numbers = 0
        self.closers = []

    def next_number(self):
        self.numbers += 1
        return self.numbers

    def path(self, name):
        return os.path.join(self.folder, name)

    def server(self, *options, **named):
        server = Server(self, *options, **named)
        self.servers.append(server)
        return server

    def environment(self, server=None, key=KEY, **more):
        env = clean_environment()
        env.update(HOME=self.folder, GST_PROMPT_HOME=self.library, GST_PROMPT_SETTLING_SECONDS="2")
        if key is not None:
            env["VIBEGEN_API_KEY"] = key
        if server is not None:
            env["VIBEGEN_BASE_URL"] = server if isinstance(server, str) else server.base_url
        for name, value in more.items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
        return env

    def start(self, server=None, *arguments, key=KEY, env=None, prompt=PROMPT, wrapper=(),
              cwd=None):
        """Begins a run; `arguments` are NAME=VALUE. A str server is a base URL."""
        words = list(arguments)
        names = [os.fsencode(word).split(b"=")[0] for word in words]
        if prompt is not None and b"prompt" not in names:
            words.append("prompt=" + prompt)
        if b"poll-interval" not in names:
            words.append("poll-interval=1000")
        return Run(self, words, self.environment(server, key, **(env or {})), wrapper, cwd)

    def open(self, server=None, *arguments, patience=PATIENCE, **named):
        """A whole run, to its end."""
        return self.start(server, *arguments, **named).wait(patience)

    def rows(self):
        """The ledger's jobs, oldest first."""
        path = os.path.join(self.library, "ledger.db")
        if not os.path.exists(path):
            return []
        database = sqlite3.connect(path, timeout=PATIENCE)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute("SELECT * FROM jobs ORDER BY row")]
        finally:
            database.close()

    def execute(self, sql, *values):
        """Changes the ledger behind its back."""
        database = sqlite3.connect(os.path.join(self.library, "ledger.db"), timeout=PATIENCE)
        with database:
            database.execute(sql, values)
        database.close()

    def integrity(self):
        path = os.path.join(self.library, "ledger.db")
        if not os.path.exists(path):
            return "ok"  # killed before there was one
        database = sqlite3.connect(path, timeout=PATIENCE)
        try:
            return database.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            database.close()

    def wait_until(self, condition, what):
        until = time.monotonic() + PATIENCE
        while not condition():
            check(time.monotonic() < until, f"{what}: not within {PATIENCE} s")
            time.sleep(0.02)

    def check_secrets(self):
        """The key is nowhere in what the runs wrote, nor in any file of the library."""
        secret = KEY.encode()
        for run in self.runs:
            check(secret not in b"".join(run.lines + run.errors), "the key is in the output")
        for folder, _, names in os.walk(self.library):
            for name in names:
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        check(secret not in file.read(), f"the key is in {name}")
                except (FileNotFoundError, PermissionError):
                    pass

    def close(self):
        for run in self.runs:
            if run.process.poll() is None:
                run.kill()
        for server in self.servers:
            server.stop()
        for closer in self.closers:
            closer()
        for folder, _, _ in os.walk(self.folder):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.folder, ignore_errors=True)


def run_one(function, name):
    """Returns (outcome, seconds, text): "passed", "failed" or "skipped", and why."""
    began = time.monotonic()
    case = Case(name)
    outcome, text = "passed", ""
    try:
        function(case)
        case.check_secrets()
    except Skipped as reason:
        outcome, text = "skipped", str(reason)
    except Failed as failure:
        frames = traceback.extract_tb(failure.__traceback__)
        line = next((f"{os.path.basename(frame.filename)}:{frame.lineno}: " for frame in
                     reversed(frames) if os.path.basename(frame.filename) != "harness.py"), "")
        outcome, text = "failed", line + str(failure)
    except Exception:  # a fault of the test itself
        outcome, text = "failed", traceback.format_exc()
    finally:
        case.close()
    return outcome, time.monotonic() - began, text


def run_all(functions, jobs):
    """Runs (name, function) pairs in parallel; yields (name, outcome, seconds, text)."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = {pool.submit(run_one, function, name): name for name, function in functions}
        for done in concurrent.futures.as_completed(pending):
            yield (pending[done], *done.result())


def suite_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--jobs", type=int, default=6, help="how many at once")
    parser.add_argument("--long", action="store_true", default=IS_LONG, help="everything")
    parser.add_argument("--verbose", action="store_true", help="also the error messages seen")
    return parser


def run_suite(functions, description=""):
    """All functions (or those named on the command line); exits with 1 if one fails."""
    arguments = suite_arguments(description).parse_args()
    chosen = [(function.__name__, function) for function in functions
              if not arguments.names or function.__name__ in arguments.names]
    check(chosen, "no such test")
    failures = 0
    for name, outcome, seconds, text in run_all(chosen, arguments.jobs):
        print(f"{outcome} {name} ({seconds:.1f} s)" + (f"\n    {text}" if text else ""), flush=True)
        failures += outcome == "failed"
    print(f"{len(chosen) - failures} of {len(chosen)} passed", flush=True)
    sys.exit(1 if failures else 0)
