# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A library of many jobs: playing does not wait for the look at the whole ledger, paying does for a
while, and a damaged one refuses to pay whatever its size."""
import fcntl
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import big_ledger
import harness
from harness import check

MANY = 5_000  # too many to be looked at while somebody waits


def grown(case, server, jobs=MANY):
    check(case.open(server).is_ready, "the first run failed")
    return big_ledger.grow(case.library, jobs)


def marker(case):
    return os.path.join(case.library, "ledger.checked")


def hold_the_look(case):
    """As another process does that reads a very large file from a very slow disk."""
    file = open(marker(case), "w", encoding="ascii")
    fcntl.flock(file, fcntl.LOCK_EX)
    case.closers.append(file.close)
    return file


def is_waiting_for_the_look(run):
    try:
        descriptors = os.listdir(f"/proc/{run.process.pid}/fd")
        links = [os.readlink(f"/proc/{run.process.pid}/fd/{name}") for name in descriptors]
    except FileNotFoundError:
        return False
    return any(link.endswith("/ledger.checked") for link in links)


def damage_is_never_paid_upon(case):
    server = case.server()
    path = grown(case, server)
    big_ledger.damage(path)
    with open(path, "rb") as file:
        before = file.read()
    for take in (2, 3):
        run = case.open(server, f"take={take}")
        check(run.error == "storage" and path in run.message and "damaged" in run.message
              and "backup" in run.message, run.tail())
    check(server.count("submits") == 1, str(server.stats()))
    run = case.open(server, "cache=only")
    check(run.is_ready and run.clip() == server.clip, f"it does not play: {run.tail()}")
    with open(path, "rb") as file:
        check(file.read() == before, "it was written to")
    if os.path.exists(marker(case)):
        check(os.path.getsize(marker(case)) == 0, "it was marked as whole")


def damage_that_is_met_is_looked_into(case):
    """In a file that was whole when the computer started."""
    server = case.server()
    path = grown(case, server)
    check(case.open(server, "take=2").is_ready and os.path.getsize(marker(case)) > 0, "no marker")
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'jobs_request'").fetchone()[0]
    database.close()
    with open(path, "r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    for take in (3, 1):  # that it was paid for is not to be seen
        run = case.open(server, f"take={take}")
        check(run.error == "storage" and "damaged" in run.message, run.tail())
    check(server.count("submits") == 2, str(server.stats()))


def looked_at_once_since_the_start(case):
    server = case.server()
    grown(case, server)
    check(case.open(server, "take=2").is_ready, "it was not submitted")
    with open(marker(case), encoding="ascii") as file, open("/proc/sys/kernel/random/boot_id",
                                                            encoding="ascii") as boot:
        check(boot.read().strip() in file.read(), "it was not written down")
    # Nobody who could look does, and nobody waits for it.
    hold_and_keep = open(marker(case), encoding="ascii")
    case.closers.append(hold_and_keep.close)
    fcntl.flock(hold_and_keep, fcntl.LOCK_EX)
    run = case.open(server, "take=3")
    check(run.is_ready and "still being looked at" not in run.tail(), run.tail())
    check(not any(b"still being looked at" in line for line in run.errors), "it waited")


def a_look_that_takes_long(case):
    """Playing does not wait for it, and paying no longer than 5 s; nor does the end of the process."""
    server = case.server()
    grown(case, server)
    held = hold_the_look(case)
    asked = time.monotonic()
    paying = case.start(server, "take=2")
    case.wait_until(lambda: is_waiting_for_the_look(paying), "the look at the ledger")
    playing = case.open(server, "cache=only")
    check(playing.is_ready, playing.tail())
    has_waited = server.count("submits") == 1 and paying.process.poll() is None
    # On a busy machine playing may take longer than paying is held up.
    check(has_waited or time.monotonic() - asked > 5, "it did not wait")
    stopped = case.start(server, "take=3", "stop-at=input")
    case.wait_until(lambda: is_waiting_for_the_look(stopped), "the look at the ledger")
    stopped.process.stdin.write(b"x")
    stopped.close_input()
    began = time.monotonic()
    stopped.wait()
    check(time.monotonic() - began < 4 * harness.SLOWNESS, "the end waited for the look")
    check(paying.wait().is_ready, paying.tail())
    check(any(b"still being looked at" in line for line in paying.errors), "nothing was said of it")
    held.close()
    check(server.count("submits") == 2, str(server.stats()))


def many_at_once_look_once(case):
    server = case.server()
    grown(case, server, 40_000)
    runs = [case.start(server, f"take={take}") for take in range(2, 8)]
    for run in runs:
        check(run.wait().is_ready, run.tail())
    looks = sum(b"looking at all of it" in line for run in runs for line in run.errors)
    check(looks == 1, f"{looks} of {len(runs)} processes read all of it")


TESTS = [damage_is_never_paid_upon, damage_that_is_met_is_looked_into,
         looked_at_once_since_the_start, a_look_that_takes_long, many_at_once_look_once]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
