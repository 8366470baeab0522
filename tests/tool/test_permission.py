# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Nothing is paid that was not told: counted at the stand-in, with nobody to ask."""
import os
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

LINE = ("generate", harness.PROMPT, "--poll-interval=1000", "--name=A")


def stored_clip(case):
    clips = os.path.join(case.library, "clips")
    return os.path.join(clips, os.listdir(clips)[0])


def refresh_is_paid(case):
    """A clip that is in the library is free only for whoever wants that one."""
    server = case.server()
    check(tool.run(case, server, *LINE, "--yes").code == 0, "it failed")
    again = tool.run(case, server, *LINE, "--cache=refresh", "-o", case.path("new"))
    check(again.code == 3 and "15 credits" in again.err, str(again))
    check(server.count("submits") == 1, "it was paid without permission")
    quoted = tool.run(case, server, "quote", harness.PROMPT, "--cache=refresh", "--json")
    check(not quoted.events[0]["in-library"], str(quoted))
    allowed = tool.run(case, server, *LINE, "--cache=refresh", "--max-credits=15",
                       "-o", case.path("new"))
    check(allowed.code == 0 and server.count("submits") == 2, str(allowed))


def what_was_free_stays_free(case):
    """The file is damaged after it was paid for: what was called free is not paid for anew."""
    server = case.server()
    check(tool.run(case, server, *LINE, "--yes").code == 0, "it failed")
    server.stop()
    server = case.server()  # another one, which knows of nothing
    os.truncate(stored_clip(case), 1000)
    again = tool.run(case, server, *LINE, "-o", case.path("new"))
    check(server.count("submits") == 0, f"it was paid without permission: {again}")
    check(again.code in (3, 4), str(again))


def what_is_taken_out_at_the_question(case):
    """The question was about one clip, so one is paid."""
    server = case.server()
    check(tool.run(case, server, *LINE, "--yes").code == 0, "it failed")
    screen = tool.Screen(case, server, *LINE, "--takes=2", "-o", case.path("new"))
    screen.wait_for("2 clips: 15 credits at VibeGen, 1 in the library. Go on? [y/N]")
    job = case.rows()[0]["id"]
    check(tool.run(case, server, "remove", job).code == 0, "it was not taken out")
    screen.type("y\r")
    check(screen.finish() == 6, screen.text)
    check(server.count("submits") == 2, f"more was paid than was told: {screen.text}")


def failed_ones_are_asked_for_once(case):
    """Two of the same command: while somebody thinks about the question, the other has made them."""
    server = case.server(faults=["task-fails@1", "task-fails@2"])
    with open(case.path("shots.csv"), "w", encoding="utf-8") as file:
        file.write("name,prompt\nA,one\nB,two\n")
    line = ("batch", case.path("shots.csv"), "--poll-interval=1000")
    check(tool.run(case, server, *line, "--yes").code == 4, "it did not fail")
    screen = tool.Screen(case, server, *line)
    screen.wait_for("[y/N]")
    check(tool.run(case, server, *line, "--yes").code == 0, "it failed")
    check(server.count("submits") == 4, str(server.stats()))
    screen.type("y\r")
    check(screen.finish() == 0, screen.text)
    check(server.count("submits") == 4, f"paid twice: {screen.text}")


def a_new_clip_has_a_name(case):
    """Paid for anew, it would find its name taken by the one before it: told before paying."""
    server = case.server()
    check(tool.run(case, server, *LINE, "--yes").code == 0, "it failed")
    again = tool.run(case, server, *LINE, "--yes", "--cache=refresh")
    check(again.code == 2 and "belongs to another clip" in again.err, str(again))
    with open(case.path("shots.csv"), "w", encoding="utf-8") as file:
        file.write("name,prompt\nB,one\n")
    line = ("batch", case.path("shots.csv"), "--poll-interval=1000", "--yes", "--cache=refresh")
    check(tool.run(case, server, *line).code == 0 and server.count("submits") == 2, "it failed")
    left = tool.run(case, server, *line)
    check(left.code == 3 and "--changed" in left.err and server.count("submits") == 2, str(left))
    done = tool.run(case, server, *line, "--changed")
    check(done.code == 0 and "B_take_02" in done.out and server.count("submits") == 3, str(done))
    huge = tool.run(case, server, *LINE, "--yes", "--take=4294967295", "--takes=2")
    check(huge.code == 2 and server.count("submits") == 3, str(huge))


TESTS = [a_new_clip_has_a_name, failed_ones_are_asked_for_once, refresh_is_paid,
         what_was_free_stays_free, what_is_taken_out_at_the_question]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
