# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Where it is started from: without standard streams, under nohup, into folders that take nothing."""
import os
import signal
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

LINE = ("generate", harness.PROMPT, "--yes", "--poll-interval=1000", "--name=A")


def nohup(case):
    """What whoever started it has ignored stays ignored."""
    server = case.server(task_seconds=2 * harness.SLOWNESS)

    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    process = tool.start(case, server, *LINE, preexec_fn=ignore)
    case.wait_until(lambda: any(row["task_id"] for row in case.rows()), "a task is accepted")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    done = tool.finish(process)
    check(done.code == 0 and len(done.lines) == 1, str(done))


def closed_streams(case):
    """No file or event of its own gets the number of a stream, and then what is said."""
    server = case.server(task_seconds=2 * harness.SLOWNESS)

    def close():
        for number in (0, 1, 2):
            os.close(number)

    process = tool.start(case, server, *LINE, preexec_fn=close)
    case.wait_until(lambda: any(row["task_id"] for row in case.rows()), "a task is accepted")
    there = [os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (0, 1, 2)]
    check(there == ["/dev/null"] * 3, str(there))
    check(tool.finish(process).code == 0, "it failed")


def a_folder_that_takes_nothing(case):
    """It is told before anything is paid."""
    server = case.server()
    with open(case.path("file"), "w", encoding="utf-8") as file:
        file.write("no folder")
    with open(case.path("shots.csv"), "w", encoding="utf-8") as file:
        file.write("name,prompt\nA,one\n")
    for folder in (case.path("file"), case.path("file/below")):
        done = tool.run(case, server, *LINE, "-o", folder)
        check(done.code == 2 and folder in done.err, str(done))
        done = tool.run(case, server, "batch", case.path("shots.csv"), "--yes", "-o", folder)
        check(done.code == 2 and folder in done.err, str(done))
    check(server.count("submits") == 0, "it was paid")


def names_that_are_cut(case):
    """Two that would be one file are told before anything is paid."""
    server = case.server()
    with open(case.path("shots.csv"), "w", encoding="utf-8") as file:
        file.write("name,prompt\n" + "x" * 175 + "A,one\n" + "x" * 175 + "B,two\n")
    done = tool.run(case, server, "batch", case.path("shots.csv"), "--yes")
    check(done.code == 2 and "shots.csv:3:1: The name" in done.err, str(done))
    check(server.count("submits") == 0, "it was paid")


def a_name_that_is_taken_meanwhile(case):
    """By a stranger's file: it is left as it is, and gets no sidecar of ours."""
    server = case.server(task_seconds=2 * harness.SLOWNESS)
    process = tool.start(case, server, *LINE)
    case.wait_until(lambda: any(row["task_id"] for row in case.rows()), "a task is accepted")
    with open(case.path("A_take_01.mp4"), "w", encoding="utf-8") as file:
        file.write("a stranger's")
    done = tool.finish(process)
    check(done.code == 4 and "the library" in done.err, str(done))
    check(sorted(name for name in os.listdir(case.folder) if "A_take" in name) == ["A_take_01.mp4"],
          os.listdir(case.folder))
    again = tool.run(case, server, *LINE)
    check(again.code == 2 and "belongs to another clip" in again.err, str(again))


def a_disk_that_is_full(case):
    """A list that was cut off is no success."""
    server = case.server()
    check(tool.run(case, server, *LINE).code == 0, "it failed")
    with open("/dev/full", "wb") as full:
        process = tool.start(case, server, "list", "--json")
        process.wait()
        code = tool.subprocess.run([tool.TOOL, "list", "--json"], stdout=full, check=False,
                                   stderr=tool.subprocess.DEVNULL,
                                   env=tool.environment(case, server)).returncode
    check(process.returncode == 0 and code == 4, str(code))


TESTS = [nohup, closed_streams, a_folder_that_takes_nothing, names_that_are_cut,
         a_name_that_is_taken_meanwhile, a_disk_that_is_full]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
