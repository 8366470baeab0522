# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Makes a library look as after years of use: many finished jobs, each a variation of its first one."""
import os
import sqlite3

VARIED = {
    "id": "printf('%08x-0000-4000-8000-%012x', n, n)",
    "request_hash": "lower(hex(randomblob(32)))",
    "prompt": "prompt || ' ' || n",
    "task_id": "'task-' || n",
    "state": "'ready'",
    **{name: f"{name} - n * 60000" for name in
       ("state_since", "created_at", "armed_at", "accepted_at", "running_at", "completed_at",
        "finished_at")},
}


def grow(library, jobs):
    """Adds jobs with a result each; about a million a minute. The look at the whole file is due again."""
    path = os.path.join(library, "ledger.db")
    database = sqlite3.connect(path, timeout=60)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -200000")
    numbers = ("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
               f"WHERE n < {jobs}) ")
    for table, key, varied in (("jobs", "row", VARIED),
                               ("results", "job", {"job": "job + n", "file": "n || '.mp4'"})):
        names = [column[1] for column in database.execute(f"PRAGMA table_info({table})")
                 if not (table == "jobs" and column[1] == "row")]
        # Behind what is there, so the first job's results are those with its number.
        database.execute(
            f"{numbers} INSERT INTO {table} ({', '.join(names)}) SELECT "
            f"{', '.join(varied.get(name, name) for name in names)} FROM numbers, {table} "
            f"WHERE {key} = 1")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    if os.path.exists(os.path.join(library, "ledger.checked")):
        os.unlink(os.path.join(library, "ledger.checked"))
    return path


def damage(path):
    """Overwrites a page that no other row needs: rows in the middle of the file."""
    with open(path, "r+b") as file:
        page = os.path.getsize(path) // 4096 // 2
        while True:
            file.seek(page * 4096)
            if file.read(1) == b"\x0d":  # a leaf of a table
                break
            page += 1
        file.seek(page * 4096)
        file.write(os.urandom(4096))
