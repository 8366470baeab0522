# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Libraries that can only be read play what they have and pay for nothing; cache=only makes none; and a
library is where people say it is."""
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import big_ledger
import harness
from harness import check

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


def close_for_writing(case):
    """For somebody who is not root; returns what he is to be started by."""
    os.chmod(case.folder, 0o755)
    for folder, _, names in os.walk(case.library, topdown=False):
        for name in names:
            os.chmod(os.path.join(folder, name), 0o444)
        os.chmod(folder, 0o555)
    try:
        there = subprocess.run(NOBODY + ["test", "-x", harness.HEADLESS], check=False).returncode == 0
    except FileNotFoundError:
        there = False
    if not there:
        raise harness.Skipped("nobody else can start the program here")
    return NOBODY


def open_for_writing(case):
    for folder, _, _ in os.walk(case.library):
        os.chmod(folder, 0o755)


def listing(case):
    return sorted((os.path.join(folder, name), os.stat(os.path.join(folder, name)).st_mtime_ns)
                  for folder, _, names in os.walk(case.library) for name in names)


def leave_in_the_log(case, sql, *values):
    """As a process leaves it that was killed: the last commit is in the -wal alone."""
    path = os.path.join(case.library, "ledger.db")
    kept = case.path("kept")
    os.makedirs(kept, exist_ok=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    database.execute(sql, values)
    database.commit()
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(path + suffix, kept)
    database.close()
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(os.path.join(kept, "ledger.db" + suffix), path + suffix)


def plays_and_pays_nothing(case, server, what):
    wrapper = close_for_writing(case)
    before = listing(case)
    submits = server.count("submits")
    for words in ([], ["cache=only"]):
        run = case.open(server, *words, wrapper=wrapper)
        check(run.is_ready and run.clip() == server.clip, f"{what}, {words}: {run.tail()}")
    run = case.open(server, "take=9", wrapper=wrapper)
    check(run.error == "storage" and case.library in run.message and "read" in run.message,
          f"{what}: {run.tail()}")
    run = case.open(server, "take=9", "cache=only", wrapper=wrapper)
    check(run.error == "not_found" and "cache=only" in run.message, f"{what}: {run.tail()}")
    check(server.count("submits") == submits, f"{what}: it was submitted")
    check(listing(case) == before, f"{what}: {listing(case)} was {before}")


def a_library_that_can_only_be_read(case):
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    plays_and_pays_nothing(case, server, "as it was left")
    open_for_writing(case)
    path = os.path.join(case.library, "ledger.db")
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    plays_and_pays_nothing(case, server, "closed")
    open_for_writing(case)
    open(path + "-wal", "wb").close()
    plays_and_pays_nothing(case, server, "an empty log")


def a_log_that_was_left_behind(case):
    """What was written last is in there."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    request = case.rows()[0]["request_hash"]
    case.execute("UPDATE jobs SET request_hash = 'another'")
    leave_in_the_log(case, "UPDATE jobs SET request_hash = ?", request)
    path = os.path.join(case.library, "ledger.db")
    plays_and_pays_nothing(case, server, "a log and its index")
    open_for_writing(case)
    os.unlink(path + "-shm")
    plays_and_pays_nothing(case, server, "a log alone")


def a_ledger_that_can_only_be_read(case):
    """The folder is the user's, the ledger is not."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    wrapper = close_for_writing(case)
    for folder in (case.library, os.path.join(case.library, "clips")):
        os.chmod(folder, 0o755)
        if NOBODY:
            os.chown(folder, 65534, 65534)
    check(case.open(server, wrapper=wrapper).is_ready, "it does not play")
    run = case.open(server, "take=9", wrapper=wrapper)
    check(run.error == "storage" and "ledger.db" in run.message, run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def a_large_one(case):
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    big_ledger.grow(case.library, 5_000)
    plays_and_pays_nothing(case, server, "many jobs")


def an_unfinished_job(case):
    server = case.server(task_seconds=600)
    run = case.start(server)
    run.wait_for_state("queued")
    run.kill()
    leave_in_the_log(case, "UPDATE jobs SET owner = ''")
    run = case.open(server, wrapper=close_for_writing(case))
    check(run.error == "storage" and "not finished" in run.message and case.library in run.message,
          run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def somebody_writes_meanwhile(case):
    """Who may only read sees what the owner has just paid for."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    owner = case.start(server, "take=2", "stop-at=ready")
    owner.wait_for_state("ready")
    database = sqlite3.connect(os.path.join(case.library, "ledger.db"))
    database.execute("UPDATE jobs SET owner = 'somebody'")
    database.commit()  # and stays open
    run = case.open(server, "take=2", wrapper=close_for_writing(case))
    check(run.is_ready and run.clip() == server.clip, run.tail())
    database.close()


def cache_only_makes_no_library(case):
    server = case.server()
    for words in (["cache=only"], ["cache=only", "provider=rehearsal"]):
        run = case.open(server, *words)
        check(run.error == "not_found" and "cache=only" in run.message, run.tail())
        check(not os.path.exists(case.library), f"{words}: made {os.listdir(case.folder)}")
    os.mkdir(case.library, 0o700)
    run = case.open(server, "cache=only")
    check(run.error == "not_found" and "cache=only" in run.message, run.tail())
    check(os.listdir(case.library) == [], str(os.listdir(case.library)))
    check(server.count("requests") == 0, str(server.stats()))
    check(case.open(server).is_ready, "no library was made for who pays")


def home_is_where_the_tilde_is(case):
    server = case.server()
    there = case.path("x")
    for number, words in enumerate(({"GST_PROMPT_HOME": "~/x"}, {"GST_PROMPT_HOME": None})):
        named = [] if number == 0 else ["library=~/x"]
        run = case.open(server, f"take={number + 1}", *named, env=words, cwd=case.folder)
        check(run.is_ready and run.last["path"].startswith(there + "/clips/"), run.tail())
    check("~" not in os.listdir(case.folder), "a folder of that name was made")
    os.mkdir(case.path("y"))
    run = case.open(server, "library=~", env={"HOME": case.path("y")}, cwd=case.folder)
    check(run.is_ready and run.last["path"].startswith(case.path("y") + "/clips/"), run.tail())


TESTS = [a_library_that_can_only_be_read, a_log_that_was_left_behind, a_ledger_that_can_only_be_read,
         a_large_one, an_unfinished_job, somebody_writes_meanwhile, cache_only_makes_no_library,
         home_is_where_the_tilde_is]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
