# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A library that an earlier version made, opened by this one: what was paid for plays with the
network gone, what is uncertain stays so, and nothing is paid. See kept/README.md."""
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kept", "library")
with open(os.path.join(LIBRARY, "requests.json"), encoding="utf-8") as _file:
    _facts = json.load(_file)
BASE_URLS, REQUESTS = _facts["base-urls"], _facts["requests"]
TIMES = ("state_since", "created_at", "armed_at", "accepted_at", "running_at", "completed_at",
         "finished_at")
def expected_to(end):
    return [request["settings"] for request in REQUESTS if request["expect"] == end]


def lay_out(case, minutes_old=1):
    """The library as it was when its last job was so old."""
    os.makedirs(case.library, mode=0o700)
    shutil.copytree(os.path.join(LIBRARY, "clips"), os.path.join(case.library, "clips"))
    os.chmod(os.path.join(case.library, "clips"), 0o700)
    path = os.path.join(case.library, "ledger.db")
    database = sqlite3.connect(path)
    with open(os.path.join(LIBRARY, "ledger.sql"), encoding="utf-8") as file:
        database.executescript(file.read())
    newest = database.execute("SELECT MAX(created_at) FROM jobs").fetchone()[0]
    later = int((time.time() - 60 * minutes_old) * 1000) - newest
    with database:
        for column in TIMES:
            database.execute(f"UPDATE jobs SET {column} = {column} + ?", (later,))
    database.close()
    os.chmod(path, 0o600)


def paid(case):
    """What the ledger knows of what was sent. Nothing is sent that is not written here first."""
    return [(row["id"], row["armed_at"], row["task_id"], row["request_hash"], row["state"] in
             ("intended", "submitting")) for row in case.rows()]


def open_without_network(case, words, key=harness.KEY, **more):
    env = {**BASE_URLS, **more}
    if key is not None:
        env.update({name.replace("_BASE_URL", "_API_KEY"): key for name in BASE_URLS})
    return case.start(None, *words, key=None, env=env)


def what_was_ready_plays_without_network_and_key(case):
    lay_out(case, minutes_old=60 * 24 * 400)
    requests = [request for request in REQUESTS if request["expect"] == "play"]
    check(len(requests) >= 12, f"only {len(requests)} requests")
    before = paid(case)
    for words, digest in [(request["settings"], request["sha256"]) for request in requests]:
        for cache in ([], ["cache=only"]):
            run = open_without_network(case, words + cache, key=None).wait()
            check(run.is_ready and run.last["from_library"], f"{words}: {run.tail()}")
            check(hashlib.sha256(run.clip()).hexdigest() == digest, f"{words}: another clip")
    check(paid(case) == before, "the ledger says that something was sent")


def what_was_under_way_is_not_paid_again(case):
    """Each is taken up, and looks for its task where nobody answers."""
    lay_out(case)
    before = paid(case)
    for words in expected_to("wait"):
        run = open_without_network(case, words + ["timeout=1"])
        run.wait_for(lambda event: event["job"], "the job was taken up")
        run.kill()
        for state in [event["state"] for event in run.events]:
            check(state not in ("idle", "submitting"), f"{words}: {run.events}")
    after = paid(case)
    check(after == before, f"before: {before}\nafter: {after}")


def what_is_uncertain_stays_so(case):
    lay_out(case)
    before = paid(case)
    for words in expected_to("be uncertain"):
        for _ in range(2):
            run = open_without_network(case, words).wait()
            check(run.error == "uncertain", f"{words}: {run.tail()}")
            check("task-id" in run.message and "cache=refresh" in run.message, run.message)
    after = [(one, armed, task, hash_) for one, armed, task, hash_, _ in paid(case)]
    check(after == [(one, armed, task, hash_) for one, armed, task, hash_, _ in before],
          f"before: {before}\nafter: {after}")


def what_was_refused_is_remembered(case):
    lay_out(case)
    before = paid(case)
    for kind in ("failed", "rejected"):
        for words in expected_to("be " + kind):
            run = open_without_network(case, words).wait()
            check(run.error == kind, f"{words}: {run.tail()}")
    check(paid(case) == before, "the ledger says that something was sent")


def what_was_never_sent_may_be_left_alone(case):
    lay_out(case)
    before = paid(case)
    for words in expected_to("be unsent"):
        run = open_without_network(case, words + ["cache=only"]).wait()
        check(run.error == "not_found", f"{words}: {run.tail()}")
    check(paid(case) == before, "the ledger says that something was sent")


TESTS = [what_was_ready_plays_without_network_and_key, what_was_under_way_is_not_paid_again,
         what_is_uncertain_stays_so, what_was_refused_is_remembered,
         what_was_never_sent_may_be_left_alone]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
