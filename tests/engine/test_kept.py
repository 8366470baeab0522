# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A library that an earlier version made, opened by this one: what was paid for plays with the
network gone, what is uncertain stays so, and nothing is paid. See kept/README.md."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
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


def first_version():
    with open(os.path.join(LIBRARY, "..", "first-version.json"), encoding="utf-8") as file:
        return json.load(file)


def values_for(sql):
    """Harmless ones, as many as the statement takes."""
    numbered = [int(word) for word in re.findall(r"\?(\d+)", sql)]
    count = max(numbered) if numbered else sql.count("?")
    return [0 if "LIMIT ?" in sql and i == count - 1 else "none" for i in range(count)]


def a_program_of_the_first_version_goes_on(case):
    """It has the ledger open while this one adds its columns, and is started again afterwards: each
    of its statements still does what it did."""
    lay_out(case)
    path = os.path.join(case.library, "ledger.db")
    statements = first_version()
    check(len(statements) == 20, f"{len(statements)} statements")
    old = sqlite3.connect(path, isolation_level=None, cached_statements=100)
    old.execute("PRAGMA journal_mode=WAL")
    for sql in statements:  # prepared while the table is what it was
        if sql.startswith("SELECT"):
            old.execute(sql, values_for(sql)).fetchall()
    request = next(request for request in REQUESTS if request["expect"] == "play")
    check(open_without_network(case, request["settings"], key=None).wait().is_ready, "not played")
    added = {row[1] for row in old.execute("PRAGMA table_info(jobs)")}
    check("unit" in added, "no column was added, so this tries nothing")
    for connection in (old, sqlite3.connect(path, isolation_level=None)):
        check(connection.execute("PRAGMA user_version").fetchone()[0] == 1, "it is locked out")
        for sql in statements:
            if sql.startswith("SELECT"):
                connection.execute(sql, values_for(sql)).fetchall()
        insert, = [sql for sql in statements if sql.startswith("INSERT INTO jobs")]
        names = insert[insert.index("(") + 1:insert.index(")")].replace(" ", "").split(",")
        like = connection.execute(f"SELECT {','.join(names)} FROM jobs WHERE row = 1").fetchone()
        job = dict(zip(names, like), id=f"old-{id(connection)}", task_id="", state="intended",
                   request_hash="old", armed_at=None)
        connection.execute(insert, [job[name] for name in names])
        row = connection.execute("SELECT MAX(row) FROM jobs").fetchone()[0]
        begin, arm, disarm = [sql for sql in statements if sql.startswith("UPDATE jobs SET state_s"
                              "ince = ?,") or sql.startswith("UPDATE jobs SET armed_at")]
        for sql, values in ((begin, (1, "old", row)), (arm, (1, row)), (disarm, (1, row))):
            check(connection.execute(sql, values).rowcount == 1, sql)
        put, = [sql for sql in statements if sql.startswith("INSERT OR REPLACE")]
        connection.execute(put, [row, 0, *values_for(put)[2:]])
        connection.execute("DELETE FROM results WHERE job = ?", (row,))
        connection.execute("DELETE FROM jobs WHERE row = ?", (row,))
    check(open_without_network(case, request["settings"], key=None).wait().is_ready, "not played")
    check(case.integrity() == "ok", case.integrity())


def what_the_description_refuses_today_plays_and_is_not_paid(case):
    """Limits that were changed since: the library is asked before the description."""
    server = case.server()
    env = player.quick_provider(case, server.base_url)
    check(case.open(server, "duration=10", env=env).is_ready, "the first run failed")
    path = case.path("providers/quickgen.json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    limit = '"max-length": 2000'
    check(limit in text, "the description has changed")
    text = text.replace(limit, '"max-length": 5')
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for words in (["duration=10"], ["duration=10", "cache=only"]):
        run = case.open(server, *words, env=env)
        check(run.is_ready and run.last["from_library"], run.tail())
    for words in (["duration=10", "take=2"], ["duration=10", "cache=refresh"]):
        run = case.open(server, *words, env=env)
        check(run.error == "settings" and "prompt" in run.message, run.tail())
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))


TESTS = [what_the_description_refuses_today_plays_and_is_not_paid,
         a_program_of_the_first_version_goes_on, what_was_ready_plays_without_network_and_key,
         what_was_under_way_is_not_paid_again, what_is_uncertain_stays_so, what_was_refused_is_remembered,
         what_was_never_sent_may_be_left_alone]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
