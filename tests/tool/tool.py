# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""For suites that run gst-prompt as its users do: in a pipe, or on a terminal of a certain size.
PROMPT_TEST_TOOL names the program."""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

TOOL = os.environ["PROMPT_TEST_TOOL"]


class Done:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def events(self):
        return [json.loads(line) for line in self.lines]

    def of_type(self, name):
        return [event for event in self.events if event["type"] == name]

    def __str__(self):
        return f"{self.code}: {self.out[-1500:]} / {self.err[-1500:]}"


def environment(case, server=None, key=harness.KEY, **more):
    """Nothing of who runs the tests; CI is set on machines that test."""
    return case.environment(server, key, **{"CI": None, "TERM": "xterm", "NO_COLOR": None,
                                            "COLUMNS": None, "LC_ALL": "C.UTF-8", **more})


def usual_signals():
    """Who runs the tests may ignore some, as nohup does."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def start(case, server, *words, key=harness.KEY, env=None, stdin=subprocess.DEVNULL, **named):
    named.setdefault("preexec_fn", usual_signals)
    process = subprocess.Popen([TOOL, *words], env=environment(case, server, key, **(env or {})),
                               stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               cwd=case.folder, **named)
    case.closers.append(lambda: (process.kill(), process.wait(), process.stdout.close(),
                                 process.stderr.close()))
    return process


def finish(process, text=None):
    out, err = process.communicate(text, timeout=2 * harness.PATIENCE)
    check(harness.KEY.encode() not in out + err, "the key is in the output")
    return Done(process.returncode, out.decode(), err.decode())


def run(case, server, *words, stdin_text=None, **named):
    if stdin_text is not None:
        named["stdin"] = subprocess.PIPE
    return finish(start(case, server, *words, **named), stdin_text)


def generate(case, server, *words, **named):
    """It may pay, and looks often."""
    return run(case, server, "generate", harness.PROMPT, "--yes", "--poll-interval=1000", *words, **named)


def read_line_with(process, text):
    """The next line on stderr that holds this."""
    until = time.monotonic() + harness.PATIENCE
    while time.monotonic() < until:
        line = process.stderr.readline().decode()
        check(line, f"it ended before it said '{text}'")
        if text in line:
            return line
    raise harness.Failed(f"it did not say '{text}'")


class Screen:
    """A terminal with the program on it; what it wrote is read as it comes."""

    def __init__(self, case, server, *words, columns=80, rows=24, env=None, key=harness.KEY):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen([TOOL, *words], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment(case, server, key, **(env or {})),
                                        cwd=case.folder, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.text = ""
        case.closers.append(self.close)

    def read(self, seconds):
        """More of it; False at its end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.master, 65536)
        except OSError:  # nobody writes any more
            return False
        self.text += more.decode(errors="replace")
        return bool(more)

    def wait_for(self, text):
        until = time.monotonic() + harness.PATIENCE
        while text not in self.text:
            check(self.read(1) and time.monotonic() < until, f"no '{text}' in: {self.text[-800:]}")

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self):
        until = time.monotonic() + harness.PATIENCE
        while self.read(1):
            check(time.monotonic() < until, f"it does not end: {self.text[-800:]}")
        self.process.wait(harness.PATIENCE)
        check(harness.KEY not in self.text, "the key is on the screen")
        return self.process.returncode

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
