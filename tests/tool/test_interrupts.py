# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Signals: the first lets jobs go on and says how to find them again, a second one cancels. Killed
at any moment, the same line goes on and nothing is paid twice."""
import os
import random
import signal
import sys
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

LINE = ("generate", harness.PROMPT, "--yes", "--poll-interval=1000", "--name=A")


def until_accepted(case, count=1):
    case.wait_until(lambda: sum(row["task_id"] != "" for row in case.rows()) >= count,
                    "a task is accepted")


def left_and_found_again(case, number=signal.SIGINT):
    server = case.server(task_seconds=4 * harness.SLOWNESS)
    process = tool.start(case, server, *LINE, "--takes=6", "--parallel=2")
    first = tool.read_line_with(process, "Ctrl-C")
    check("jobs go on" in first and "twice: cancels" in first, first)
    until_accepted(case, 2)
    process.send_signal(number)
    done = tool.finish(process)
    check(done.code == 130, str(done))
    check("nothing new is asked for (4 not begun)" in done.err, done.err)
    check("2 jobs go on at the provider" in done.err and "gst-prompt collect" in done.err, done.err)
    check(server.count("submits") == 2 and len(case.rows()) == 2, str(server.stats()))
    again = tool.run(case, server, *LINE, "--takes=6", "--parallel=6")
    check(again.code == 0 and len(again.lines) == 6, str(again))
    check("2 asked for already" in again.err, again.err)
    check(server.count("submits") == 6, str(server.stats()))


def nothing_new_is_begun(case):
    """Although there is room: the one that was under way ends in the seconds that a second Ctrl-C has."""
    server = case.server(task_seconds=1)
    process = tool.start(case, server, *LINE, "--takes=6", "--parallel=1")
    until_accepted(case)
    process.send_signal(signal.SIGINT)
    done = tool.finish(process)
    check(done.code == 130 and server.count("submits") == len(case.rows()) == 1, str(done))


def ended_by_sigterm(case):
    left_and_found_again(case, signal.SIGTERM)


def the_terminal_has_gone(case):
    left_and_found_again(case, signal.SIGHUP)


def twice_cancels(case):
    """Omni Video has a cancel; what was confirmed is said, and so is what was not."""
    server = case.server(task_seconds=600)
    words = (*LINE, "--provider=omnivideo", "--base-url=" + server.base_urls["omnivideo"], "--takes=2")
    process = tool.start(case, server, *words, env={"OMNIVIDEO_API_KEY": harness.KEY})
    until_accepted(case, 2)
    process.send_signal(signal.SIGINT)
    tool.read_line_with(process, "Ctrl-C again")
    process.send_signal(signal.SIGINT)
    done = tool.finish(process)
    check(done.code == 130, str(done))
    rows = case.rows()
    check([row["state"] for row in rows] == ["cancelled", "cancelled"], str(rows))
    for row in rows:
        check(done.err.count(row["task_id"]) >= 1, done.err)
    check("it may still finish and be charged" in done.err or "was cancelled at" in done.err, done.err)


def an_answer_is_waited_for(case):
    """Whoever hangs up on a submit does not know what it costs."""
    server = case.server(faults=["submit-slow:2@1"], task_seconds=2 * harness.SLOWNESS)
    process = tool.start(case, server, *LINE)
    case.wait_until(lambda: any(row["armed_at"] for row in case.rows()), "it is sent")
    process.send_signal(signal.SIGTERM)
    done = tool.finish(process)
    check(done.code == 130 and case.rows()[0]["task_id"], f"{done} {case.rows()}")
    again = tool.run(case, server, *LINE)
    check(again.code == 0 and server.count("submits") == 1, str(again))


def killed_at_any_moment(case):
    """Payments are takes, however often it is killed and begun again."""
    takes = 40 if harness.IS_LONG else 12
    server = case.server(task_seconds=0.5)
    seed = int(os.environ.get("PROMPT_TEST_SEED", "1"))
    moments = random.Random(seed)
    words = (*LINE, f"--takes={takes}", "--parallel=3")
    for _ in range(20 if harness.IS_LONG else 6):
        process = tool.start(case, server, *words)
        time.sleep(moments.uniform(0.02, 1.5))  # any moment is the right one
        process.kill()
        tool.finish(process)
        case.closers.pop()
    done = tool.run(case, server, *words)
    if done.code == 5:
        # Killed when it was about to send, and the provider has no such task: a person looks, and
        # has it forgotten.
        for row in case.rows():
            if row["state"] == "uncertain":
                check(tool.run(case, server, "remove", row["id"], "--force").code == 0, "remove")
        done = tool.run(case, server, *words)
    check(done.code == 0 and len(done.lines) == takes, str(done))
    check(server.count("submits") == takes, f"{server.stats()} with seed {seed}")
    left = [name for name in os.listdir(case.folder) if name.endswith(".tmp")]
    # Killed while it wrote; hidden, and never taken for a take.
    check(all(name.startswith(".gst-prompt-") for name in left), str(left))
    check(case.integrity() == "ok", case.integrity())


TESTS = [left_and_found_again, nothing_new_is_begun, ended_by_sigterm, the_terminal_has_gone, twice_cancels,
         an_answer_is_waited_for, killed_at_any_moment]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
