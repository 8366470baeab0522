# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Jobs that were left behind are gone on with, by all that was sent or by one id, and nothing is ever
submitted for that: the stand-in counts."""
import json
import os
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

RECORDS = os.environ["PROMPT_TEST_RECORDS"]


def environment(case, server, key=harness.KEY, env=None):
    return case.environment(server, key, **(env or {}))


def records(case, server, *words, **named):
    """Its lines, and how it ended."""
    done = subprocess.run([RECORDS, *words], env=environment(case, server, **named),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=2 * harness.PATIENCE)
    check(done.returncode in (0, 1), f"{words}: {done.returncode} {done.stderr[-600:]}")
    check(harness.KEY.encode() not in done.stdout + done.stderr, "the key is in the output")
    return [json.loads(line) for line in done.stdout.splitlines()]


def only(lines):
    check(len(lines) == 1, f"not one line: {lines}")
    return lines[0]


def left_behind(case, server, state="queued", **named):
    """A job of a process that was killed in this state; its id."""
    run = case.start(server, **named)
    run.wait_for_state(state)
    run.kill()
    return case.rows()[-1]["id"]


def check_came(case, server, line, job, submits=1):
    check(line["job"] == job and line["state"] == "ready", str(line))
    with open(line["path"], "rb") as file:
        check(file.read() == server.clip, "it is another clip")
    check(case.rows()[-1]["state"] == "ready", str(case.rows()[-1]))
    check(server.count("submits") == submits, str(server.stats()))


def killed_while_queued(case):
    server = case.server(task_seconds=2)
    job = left_behind(case, server)
    check_came(case, server, only(records(case, server, "collect")), job)
    check(records(case, server, "collect") == [], "there is nothing left to collect")


def killed_while_fetching(case):
    server = case.server(faults=["media-stall:50@1"])
    job = left_behind(case, server, "fetching")
    server.set_faults()
    check_came(case, server, only(records(case, server, "collect")), job)


def killed_while_the_answer_came(case):
    """It was sent, and the ledger has no task: it is looked for, not sent again."""
    server = case.server()
    run = case.start(server, env={"PROMPT_TEST_POINT": "reply"})
    run.process.wait()
    row = case.rows()[0]
    check(row["state"] == "submitting" and row["armed_at"] and not row["task_id"], str(row))
    check_came(case, server, only(records(case, server, "collect")), row["id"])


def uncertain(case):
    server = case.server(faults=["submit-lost-before"])
    check(case.open(server).error == "uncertain", "it is not uncertain")
    job = case.rows()[0]["id"]
    server.set_faults()
    # Not even where the operator has ordered that such a one is sent again.
    for env in ({}, {"GST_PROMPT_ON_AMBIGUOUS": "resubmit"}):
        line = only(records(case, server, "collect", env=env))
        check(line["job"] == job and line["state"] == "uncertain", str(line))
        line = only(records(case, server, "open-job", job, env=env))
        check(line["job"] == job and line["error"] == "uncertain", str(line))
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))


def intended_only(case):
    server = case.server()
    case.start(server, env={"PROMPT_TEST_POINT": "after-intended"}).process.wait()
    case.start(server, "take=2", env={"PROMPT_TEST_POINT": "before-armed"}).process.wait()
    before = case.rows()
    check([row["state"] for row in before] == ["intended", "submitting"], str(before))
    lines = records(case, server, "collect")
    check([line["left"] for line in lines] == [row["id"] for row in before], str(lines))
    check(all("never sent" in line["reason"] for line in lines), str(lines))
    for row in before:
        line = only(records(case, server, "open-job", row["id"]))
        check(line["error"] == "settings" and "never sent" in line["message"], str(line))
    check(server.count("submits") == 0 and case.rows() == before, str(case.rows()))


def another_process_owns_it(case):
    server = case.server(task_seconds=3 * harness.SLOWNESS)
    run = case.start(server)
    run.wait_for_state("queued")
    job = case.rows()[0]["id"]
    line = only(records(case, server, "collect"))
    check(line["left"] == job and f"process {run.process.pid} " in line["reason"], str(line))
    # By its id it is watched to its end.
    line = only(records(case, server, "open-job", job[:8]))
    check_came(case, server, line, job)
    check(run.wait().is_ready, run.tail())


def key_missing(case):
    server = case.server(task_seconds=1)
    job = left_behind(case, server)
    line = only(records(case, server, "collect", key=None))
    check(line["job"] == job and line["error"] == "not_authorized", str(line))
    check(case.rows()[0]["state"] == "queued", str(case.rows()[0]))
    check_came(case, server, only(records(case, server, "collect")), job)


def key_goes_nowhere_else(case):
    """A ledger says where a job was sent; a stranger's would name a stranger's address."""
    server = case.server(task_seconds=1)
    other = case.server()
    job = left_behind(case, server)
    line = only(records(case, other, "collect"))
    check(line["left"] == job and server.base_url in line["reason"]
          and "VIBEGEN_BASE_URL" in line["reason"], str(line))
    line = only(records(case, other, "open-job", job))
    check(line["error"] == "settings", str(line))
    check(other.count("requests") == 0, str(other.stats()))


def server_gone(case):
    """It is waited for, and the job is none the worse."""
    folder = case.path("server")
    server = case.server(task_seconds=1, folder=folder)
    job = left_behind(case, server)
    server.stop()
    collecting = subprocess.Popen([RECORDS, "collect"], env=environment(case, server),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    case.closers.append(lambda: (collecting.kill(), collecting.wait(), collecting.stdout.close(),
                                 collecting.stderr.close()))
    until = time.monotonic() + harness.PATIENCE
    while server.origin.rsplit("/", 1)[1].encode() not in collecting.stderr.readline():
        check(time.monotonic() < until and collecting.poll() is None, "it has ended")
    check(case.rows()[0]["state"] in ("queued", "running"), str(case.rows()[0]))
    # At the same address, with the tasks that it had.
    again = case.server(folder=folder)
    check(again.base_url == server.base_url, "it listens elsewhere")
    line = json.loads(collecting.communicate(timeout=harness.PATIENCE)[0])
    check(line["job"] == job and line["state"] == "ready", str(line))
    check(again.count("submits") == 0, str(again.stats()))


def an_earlier_job_of_the_request(case):
    """Its task leads to it, although a later one counts."""
    server = case.server(task_seconds=1)
    first = left_behind(case, server)
    with sqlite3.connect(os.path.join(case.library, "ledger.db")) as database:
        database.execute("UPDATE jobs SET state = 'failed'")
    database.close()
    check(case.open(server).is_ready and server.count("submits") == 2, "no second job")
    case.execute("UPDATE jobs SET state = 'queued' WHERE id = ?", first)
    line = only(records(case, server, "collect"))
    check(line["job"] == first and line["state"] == "ready", str(line))
    check([row["state"] for row in case.rows()] == ["ready", "ready"], str(case.rows()))
    check(server.count("submits") == 2, str(server.stats()))


def what_failed_says_so(case):
    server = case.server(faults=["submit-400"])
    check(case.open(server).error == "rejected", "it was not refused")
    line = only(records(case, server, "open-job", case.rows()[0]["id"]))
    check(line["error"] in ("rejected", "settings"), str(line))
    check(records(case, server, "collect") == [] and server.count("submits") == 1, "it was sent")


def no_library(case):
    for words in (("collect",), ("open-job", "0123-4567")):
        line = only(records(case, None, *words))
        check(line["error"] == "not_found" and case.library in line["message"], str(line))
    check(not os.path.exists(case.library), "it was made")


TESTS = [killed_while_queued, killed_while_fetching, killed_while_the_answer_came, uncertain,
         intended_only, another_process_owns_it, key_missing, key_goes_nowhere_else, server_gone,
         an_earlier_job_of_the_request, what_failed_says_so, no_library]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
