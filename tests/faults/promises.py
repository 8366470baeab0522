# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The promises as an application sees them: elements in several processes, with one library."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

PROMPT = "a red fox in the snow"


class Stage:
    """A server, a library, and processes that play."""

    def __init__(self, case, **named):
        self.case = case
        self.clip = player.render(case, PROMPT, 1)
        self.server = case.server(clip=self.clip, **named)
        self.env = player.quick_provider(case, self.server.base_url)

    def process(self, name, threads=3):
        process = player.Player(self.env, threads, name)
        self.case.closers.append(process.kill)
        return process

    def asked(self):
        seen = self.server.stats()["providers"]["vibegen"]
        return seen["submits"], seen["created"]


def all_end(process, names, patience=harness.PATIENCE):
    check(process.wait_for(lambda: set(names) <= process.ends.keys(), patience, "the ends"),
          process.tail())
    for name in names:
        check(process.ends[name][0] == "eos", f"{name}: {process.ends[name]}")


def three_elements_in_two_processes(case):
    """One submit, one download, six that play."""
    stage = Stage(case, task_seconds=1)
    processes = [stage.process("first"), stage.process("second")]
    for process in processes:
        for number, element in enumerate(("promptsrc", "promptdecodebin", "promptsrc")):
            process.play(f"p{number}", element, PROMPT)
    for process in processes:
        all_end(process, ["p0", "p1", "p2"])
    check(stage.asked() == (1, 1) and len(case.rows()) == 1, str(stage.asked()))
    media = stage.server.stats()["media"]
    check(media["bytes"] == len(stage.clip), f"it was fetched more than once: {media}")


def the_process_that_submitted_is_killed(case):
    """The other notices and goes on: while the task runs, and in the middle of the download."""
    for number, state in enumerate(("queued", "fetching")):
        case.library = case.path(f"library-{number}")
        stage = Stage(case, task_seconds=1.5)
        stage.server.set_faults(*(["media-stall:50@1"] if state == "fetching" else []))
        first = stage.process("first")
        first.play("p", "promptsrc", PROMPT)
        case.wait_until(lambda: case.rows() and case.rows()[0]["state"] == state, state)
        second = stage.process("second")
        second.play("p", "promptdecodebin", PROMPT)
        check(second.wait_for(lambda: "p" in second.begun, harness.PATIENCE, "the second"),
              second.tail())
        first.kill()
        all_end(second, ["p"])
        check(stage.asked() == (1, 1), f"{state}: {stage.asked()}")


def stopped_and_started_again(case):
    """An element that stops before its clip is here leaves the job to whoever asks next."""
    stage = Stage(case, task_seconds=1.5)
    process = stage.process("player")
    for number in range(5):
        process.play(f"stopped-{number}", "promptsrc", PROMPT, limit=0.1)
    process.play("last", "promptdecodebin", PROMPT)
    all_end(process, ["last"])
    check({process.ends[f"stopped-{number}"][0] for number in range(5)} == {"stopped"},
          str(process.ends))
    check(stage.asked() == (1, 1) and len(case.rows()) == 1, str(stage.asked()))


def offline_afterwards(case):
    """No server, no key, another process: it plays."""
    stage = Stage(case)
    first = stage.process("first")
    first.play("p", "promptsrc", PROMPT)
    all_end(first, ["p"])
    case.wait_until(lambda: case.rows()[0]["state"] == "ready", "the last word")
    stage.server.stop()
    stage.env["QUICKGEN_API_KEY"] = ""
    began = time.monotonic()
    second = stage.process("second")
    second.play("p", "promptdecodebin", PROMPT)
    all_end(second, ["p"], 30)
    check(time.monotonic() - began < 30, "it waited for somebody")


def stored_clip_beside_slow_downloads(case):
    """However many downloads hang, what is in the library plays."""
    stage = Stage(case)
    process = stage.process("player", 12)
    process.play("stored", "promptsrc", PROMPT)
    all_end(process, ["stored"])
    stage.server.set_faults("media-stall:50")
    slow = [f"slow-{number}" for number in range(10)]
    for name in slow:
        process.play(name, "promptsrc", f"{PROMPT}, {name}")
    def hanging():
        return sum(row["state"] == "fetching" for row in case.rows())
    case.wait_until(lambda: hanging() == len(slow), "ten downloads")
    began = time.monotonic()
    process.play("again", "promptdecodebin", PROMPT)
    all_end(process, ["again"])
    # A download that hangs is given up, and begun again, after 30 s.
    check(time.monotonic() - began < 15, f"it waited {time.monotonic() - began:.1f} s for them")


def rate_of_a_key(case):
    """30 submits a minute, over all jobs of a process: two at once, then one every two seconds."""
    stage = Stage(case)
    stage.env = player.quick_provider(case, stage.server.base_url, submits_per_minute=30)
    process = stage.process("player", 4)
    for number in range(4):
        process.play(f"p{number}", "promptsrc", f"{PROMPT}, {number}")
    all_end(process, [f"p{number}" for number in range(4)])
    times = [entry["time"] for entry in stage.server.requests()
             if entry["method"] == "POST" and entry["path"].endswith("/generations")]
    # When they arrive: the first may be late on a busy machine.
    check(len(times) == 4 and times[3] - times[0] > 3, str(times))
    check(times[2] - times[0] > 1, str(times))


TESTS = [rate_of_a_key, stored_clip_beside_slow_downloads, three_elements_in_two_processes, the_process_that_submitted_is_killed,
         stopped_and_started_again, offline_afterwards]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
