# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A program that forks while it has jobs at work, as Python's multiprocessing does by its method "fork":
it goes on undisturbed, and the child has an engine, a ledger and rows of its own."""
import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check

PLUGINS = os.environ["GST_PLUGIN_PATH"]
FORKS = 100
AT_WORK = ["the parent's owl", "the parent's heron", "the parent's lynx"]
STORED = "a stored fox"

# Reads lines of JSON, does what each says and answers with one.
PROGRAM = """
import json, multiprocessing, os, sys
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
PATIENCE = float(sys.argv[1])
forking = multiprocessing.get_context("fork")
at_work, resting = [], []

def make(words):
    return Gst.parse_launch(f"promptsrc name=source {words} ! fakesink")

def begin(words):
    pipeline = words if isinstance(words, Gst.Element) else make(words)
    pipeline.set_state(Gst.State.PLAYING)
    return pipeline

def end(pipeline):
    message = pipeline.get_bus().timed_pop_filtered(
        int(PATIENCE * Gst.SECOND), Gst.MessageType.EOS | Gst.MessageType.ERROR)
    text = "no end" if message is None else ""
    if message is not None and message.type == Gst.MessageType.ERROR:
        text = " ".join(map(str, message.parse_error()))
    pipeline.set_state(Gst.State.NULL)
    return text

def in_child(all_words, rests, pipe):
    texts = [end(begin(words)) for words in all_words]
    pipe.send([text for text in texts if text])
    if rests:
        pipe.recv()
    os._exit(0)

def fork(all_words, rests=False):
    ours, theirs = forking.Pipe()
    process = forking.Process(target=in_child, args=(all_words, rests, theirs))
    process.start()
    theirs.close()
    return process, ours

def outcome(process, pipe):
    try:
        texts = pipe.recv() if pipe.poll(PATIENCE) else ["it hangs"]
    except EOFError:
        process.join()
        texts = [f"it ended with {process.exitcode}"]
    return texts

def fork_all(children, at_once=4):
    texts, running = [], []
    while children or running:
        while children and len(running) < at_once:
            running.append(fork([children.pop()]))
        process, pipe = running.pop(0)
        texts += outcome(process, pipe)
        process.kill() if texts else process.join()
    return texts

def fork_with(words):
    return outcome(*fork([make(words)]))

def rest(all_words):
    process, pipe = fork(all_words, rests=True)
    resting.append((process, pipe))
    return [process.pid, outcome(process, pipe)]

for line in sys.stdin:
    what, value = json.loads(line)
    if what == "begin":
        at_work += [begin(words) for words in value]
        answer = None
    elif what == "play":
        answer = end(begin(value))
    elif what == "states":
        answer = [pipeline.get_by_name("source").get_property("job-state").value_nick
                  for pipeline in at_work]
    elif what == "end":
        answer = [text for text in map(end, at_work) if text]
    else:
        answer = globals()[what](value)
    print(json.dumps(answer), flush=True)
os._exit(0)
"""


class Host:
    """An API whose tasks of AT_WORK are done when the test says so, and a program that forks."""

    def __init__(self, case, **more):
        self.case = case
        self.done = threading.Event()
        self.held = set()
        self.submitted = []
        self.api = fake_api.FakeApi(case, on_submit=self.note, on_status=self.status)
        self.env = case.environment(self.api.base_url, GST_PLUGIN_PATH=PLUGINS,
                                    GST_REGISTRY=case.path("registry.bin"),
                                    GST_PROMPT_REHEARSAL=harness.REHEARSAL, **more)
        self.program = self.start()

    def note(self, number, body):
        self.submitted.append(json.loads(body))
        if self.submitted[-1]["prompt"] in AT_WORK:
            self.held.add(f"task-{number}")

    def status(self, _number, task_id):
        if task_id not in self.held or self.done.is_set():
            return None
        return 200, {"success": True, "data": self.api.task(task_id, "processing")}

    def start(self):
        program = subprocess.Popen(["/usr/bin/python3", "-c", PROGRAM, str(harness.PATIENCE / 2)],
                                   env=self.env, text=True, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        def close():
            program.kill()
            program.wait()
            program.stdin.close()
            program.stdout.close()
        self.case.closers.append(close)
        return program

    def ask(self, what, value=None):
        self.program.stdin.write(json.dumps([what, value]) + "\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        check(line, f"{what}: the program ended with {self.program.poll()}")
        return json.loads(line)

    def words(self, prompt, more=""):
        return f'prompt="{prompt}" provider=vibegen poll-interval=1000 {more}'

    def begin_all(self):
        # Not by the program itself: of tasks that have just ended GStreamer keeps a thread in wait for
        # the next ones, and in a child waits for it for ever, whatever the elements.
        own, self.program = self.program, self.start()
        check(self.ask("play", self.words(STORED)) == "", "nothing is stored")
        self.program = own
        self.ask("begin", [self.words(prompt) for prompt in AT_WORK])
        self.case.wait_until(lambda: set(self.ask("states")) == {"running"}, "the jobs at work")

    def rest(self, *words):
        """A child that plays these and stays; it is ended with the case."""
        pid, texts = self.ask("rest", list(words))
        self.case.closers.append(lambda: os.kill(pid, 9))
        check(texts == [], str(texts))
        return pid

    def paid_once(self, prompts):
        check(sorted(body["prompt"] for body in self.submitted) == sorted(prompts),
              str([body["prompt"] for body in self.submitted]))
        check(self.case.integrity() == "ok", self.case.integrity())
        rows = self.case.rows()
        check(len(rows) == len(prompts) and {row["state"] for row in rows} == {"ready"}, str(rows))


def many_children(case):
    """They play what is stored, and some ask for what is not, while the parent's jobs go on."""
    host = Host(case)
    host.begin_all()
    asked = [f"child {number}" for number in range(0, FORKS, 10)]
    children = [host.words(STORED) for _ in range(FORKS - len(asked))]
    for number, prompt in enumerate(asked):
        children.insert(number * 10, host.words(prompt))
    texts = host.ask("fork_all", children)
    check(texts == [], str(texts))
    host.done.set()
    check(host.ask("end") == [], "the parent's jobs")
    host.paid_once([STORED, *AT_WORK, *asked])


def child_that_outlives_its_parent(case):
    """It owns none of its rows: another program takes them up. And it goes on itself."""
    host = Host(case)
    host.begin_all()
    host.rest(host.words(STORED), host.words("the child's own"))
    host.program.kill()
    host.program.wait()
    host.program = host.start()
    host.ask("begin", [host.words(prompt) for prompt in AT_WORK])
    case.wait_until(lambda: set(host.ask("states")) == {"running"}, "the jobs taken up")
    host.done.set()
    check(host.ask("end") == [], "the jobs taken up")
    host.paid_once([STORED, *AT_WORK, "the child's own"])


def same_request_in_parent_and_child(case):
    """The child waits for what its parent has asked for."""
    host = Host(case)
    host.begin_all()
    threading.Timer(1, host.done.set).start()
    check(host.ask("fork_all", [host.words(AT_WORK[0])]) == [], "the parent's job in the child")
    check(host.ask("end") == [], "the parent's jobs")
    host.paid_once([STORED, *AT_WORK])


def element_of_the_parent(case):
    """One that was not started yet is the child's as well."""
    host = Host(case)
    host.begin_all()
    check(host.ask("fork_with", host.words(STORED)) == [], "a stored clip")
    check(host.ask("fork_with", host.words("an ibis")) == [], "another one")
    host.done.set()
    check(host.ask("end") == [], "the parent's jobs")
    host.paid_once([STORED, *AT_WORK, "an ibis"])


def the_rehearsal_server(case):
    """It ends with the last of those who have used it, whoever they have forked."""
    host = Host(case)
    check(host.ask("play", 'prompt="a rehearsed owl" provider=rehearsal') == "", "it is not played")
    host.rest()
    with open(case.path("library/rehearsal/users"), "r+b") as users:
        def is_held():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            fcntl.flock(users, fcntl.LOCK_UN)
            return False
        check(is_held(), "nobody uses it")
        host.program.kill()
        host.program.wait()
        case.wait_until(lambda: not is_held(), "the end of its users")


def the_port_of_callbacks(case):
    """It is free once the parent is gone, whoever it has forked."""
    host = Host(case, GST_PROMPT_CALLBACK_LISTEN="127.0.0.1:0")
    host.begin_all()
    host.rest()
    url = urllib.parse.urlsplit(host.submitted[-1]["callback_url"])
    socket.create_connection((url.hostname, url.port), harness.PATIENCE).close()
    host.program.kill()
    host.program.wait()
    try:
        socket.create_connection((url.hostname, url.port), harness.PATIENCE).close()
    except ConnectionRefusedError:
        return
    raise harness.Failed("the child listens for its parent")


TESTS = [many_children, child_that_outlives_its_parent, same_request_in_parent_and_child,
         element_of_the_parent, the_rehearsal_server, the_port_of_callbacks]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
