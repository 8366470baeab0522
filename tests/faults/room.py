# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Room for what is paid for: how much is free is told to the process by a preloaded library, so that each
figure is met to the byte. Where there is not enough, nothing is asked for, nothing is lost, and the same
request goes on when there is."""
import glob
import os
import subprocess
import sys

from rows import FAKE_SYSTEM, preload
import harness
import player
from harness import check

MIB = 1024 * 1024
USUAL = 64 * MIB  # of a clip of which nothing is known


def room(case, free):
    return {"FAKE_FREE": f"{case.library}:{free}", **preload(FAKE_SYSTEM)}


def refused(case, server, free, *words):
    """Nothing is asked for, and how much is missing is said."""
    before = server.count("submits"), len(case.rows())
    run = case.open(server, *words, env=room(case, free))
    check(run.error == "no_space" and "nothing was asked for" in run.message, run.tail())
    check(case.library in run.message and "MiB" in run.message, run.message)
    check((server.count("submits"), len(case.rows())) == before, f"{words}: something was asked for")
    return run.message


def to_the_byte(case):
    server = case.server()
    check("64.0 MiB are needed" in refused(case, server, USUAL - 4096), "another figure")
    run = case.open(server, env=room(case, USUAL))
    check(run.is_ready, run.tail())


def clips_of_this_kind_are_the_measure(case):
    """The next one takes what the largest one took, and a MiB at least."""
    clip = harness.make_mp4(3 * MIB)
    server = case.server(clip=clip)
    check(case.open(server).is_ready, "no clip")
    check("3.0 for this clip" in refused(case, server, len(clip) - 4096, "take=2"), "another figure")
    run = case.open(server, "take=2", env=room(case, len(clip)))
    check(run.is_ready, run.tail())


def unfinished_jobs_come_first(case):
    """What is paid for and has not come needs its place, too."""
    server = case.server(task_seconds=600)
    first = case.start(server)
    first.wait_for_state("queued")
    said = refused(case, server, 2 * USUAL - 4096, "take=2")
    check("128.0 MiB are needed" in said and "64.0 for unfinished jobs" in said, said)
    second = case.start(server, "take=2", env=room(case, 2 * USUAL))
    second.wait_for_state("queued")
    check(server.count("submits") == 2, str(server.stats()))


def what_has_come_needs_no_room(case):
    """Of a download that broke off, only the rest."""
    clip = harness.make_mp4(8 * MIB)
    server = case.server("--rate", str(2 * MIB), clip=clip, task_seconds=0.2)
    run = case.start(server)

    def part():
        return next(iter(glob.glob(os.path.join(case.library, "clips", "*.part"))), None)

    def arrived():
        path = part()
        return os.stat(path).st_blocks * 512 if path else 0

    case.wait_until(lambda: arrived() > 2 * MIB or run.process.poll() is not None, "a quarter of it")
    run.kill()
    rest = len(clip) - arrived()
    check(0 < rest < 6 * MIB, f"{rest} bytes are missing")
    refused(case, server, USUAL + rest - 4096, "take=2")
    other = case.start(server, "take=2", env=room(case, USUAL + rest))
    other.wait_for_state("queued")
    other.kill()
    # The broken one itself needs no permission: it is paid for.
    run = case.open(server, env=room(case, rest))
    check(run.is_ready and run.clip() == clip, run.tail())


def decided_and_not_sent(case):
    """A job that was written down and never left waits for room, too; then it is sent, once."""
    server = case.server()
    run = case.start(server, env={"PROMPT_TEST_POINT": "after-intended"})
    run.process.wait(harness.PATIENCE)
    run.join()
    check(run.killed and len(case.rows()) == 1, run.tail())
    refused(case, server, USUAL - 4096)
    run = case.open(server, env=room(case, USUAL))
    check(run.is_ready and server.count("submits") == 1 and len(case.rows()) == 1, run.tail())


def an_order_for_another_one(case):
    """It is refused, and the clip of before still plays."""
    clip = harness.make_mp4(3 * MIB)
    server = case.server(clip=clip)
    first = case.open(server)
    check(first.is_ready, first.tail())
    refused(case, server, 2 * MIB, "cache=refresh")
    again = case.open(server, env=room(case, 0))
    check(again.is_ready and again.last["from_library"] and again.clip() == clip, again.tail())


PIPELINE = """
import sys
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[1])
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
error, _ = message.parse_error()
print(error.matches(Gst.ResourceError.quark(), Gst.ResourceError.NO_SPACE_LEFT), error.message)
pipeline.set_state(Gst.State.NULL)
"""


def the_elements_say_it(case):
    """By GStreamer's own code for it."""
    if subprocess.run(["/usr/bin/python3", "-c", "import gi"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise harness.Skipped("no Python bindings of GObject")
    server = case.server()
    for element in ("promptsrc", "promptdecodebin"):
        environment = {**case.environment(server), "GST_PLUGIN_PATH": player.PLUGINS,
                       "GST_REGISTRY": player.REGISTRY, **room(case, MIB)}
        done = subprocess.run(
            ["/usr/bin/python3", "-c", PIPELINE, f'{element} prompt="a red fox" ! fakesink'],
            env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=harness.PATIENCE)
        check(done.stdout.startswith("True ") and "make room" in done.stdout,
              f"{element}: {done.stdout} {done.stderr[-500:]}")
    check(server.count("submits") == 0, str(server.stats()))


TESTS = [to_the_byte, clips_of_this_kind_are_the_measure, unfinished_jobs_come_first,
         what_has_come_needs_no_room, decided_and_not_sent, an_order_for_another_one,
         the_elements_say_it]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
