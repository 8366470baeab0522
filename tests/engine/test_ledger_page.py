# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""docs/ledger.md, word for word: its commands are run on a library with jobs of all kinds, and its
tables are compared with the file."""
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "ledger.md")
LIBRARY = "~/.local/share/gst-prompt"


def page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def commands():
    """The indented blocks, by the line before them."""
    found = {}
    for heading, block in re.findall(r"^(\S.*)\n\n((?:    .*\n)+)", page(), re.M):
        found[heading] = "\n".join(line[4:] for line in block.splitlines())
    return found


def library_of_all_kinds(case):
    """One that is ready, one whose answer was lost, one that was refused, one that failed."""
    server = case.server()
    check(case.open(server).is_ready, "no clip")
    for take, (fault, end) in enumerate((("submit-lost-before", "uncertain"),
                                         ("submit-400", "rejected"),
                                         ("task-fails:No kings", "failed")), 2):
        server.set_faults(fault)
        run = case.open(server, f"take={take}")
        check(run.error == end, run.tail())
    return server


def run_command(case, command):
    check(shutil.which("sqlite3"), "sqlite3 is missing: docs/install-packages tests")
    done = subprocess.run(["sh", "-c", command.replace(LIBRARY, case.library)], cwd=case.folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(done.returncode == 0, f"{command}\n{done.stdout}")
    return done.stdout


def commands_do_what_they_say(case):
    library_of_all_kinds(case)
    ready, uncertain, _, _ = case.rows()
    found = commands()
    check(len(found) == 5, f"the page has other commands: {list(found)}")
    answers = {heading: run_command(case, command) for heading, command in found.items()}
    last = answers["The last ten jobs:"]
    for word in ("ready", "uncertain", "failed", "15.0", harness.PROMPT, "vibegen", "seedance 2.0"):
        check(word in last, f"{word} is not in:\n{last}")
    # Three left (the refused one is known not to have been taken): 15 credits each.
    cost = next(text for heading, text in answers.items() if heading.startswith("What it cost"))
    check(re.search(r"vibegen\s*│\s*3\s*│\s*45\.0", cost), cost)
    decide = answers["What needs a decision of yours:"]
    check(uncertain["id"] in decide and ready["id"] not in decide, decide)
    files = answers["Which file is which prompt:"]
    check(ready["id"] + ".mp4" in files and files.count(".mp4") == 1, files)
    copy = sqlite3.connect(case.path("ledger-copy.db"))
    check(copy.execute("SELECT COUNT(*) FROM jobs").fetchone() == (4,), "the copy is not whole")
    check(copy.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the copy is damaged")
    copy.close()


def tables_are_the_files(case):
    """Every column has its line, and no other is spoken of."""
    library_of_all_kinds(case)
    database = sqlite3.connect(os.path.join(case.library, "ledger.db"))
    for table in ("jobs", "results", "asked"):
        there = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        section = re.search(rf"^`{table}`.*?\n\n((?:\|.*\n)+)", page(), re.M).group(1)
        told = {name for line in section.splitlines()[2:]
                for name in re.findall(r"`(\w+)`", line.split("|")[1])}
        check(told == there, f"{table}: {sorted(told ^ there)}")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    application = database.execute("PRAGMA application_id").fetchone()[0]
    check(f"now {version};" in page() and f"is {application} " in page(), f"{version} {application}")
    check(database.execute("PRAGMA journal_mode").fetchone()[0] == "wal", "no WAL")
    told = re.search(r"\| state \| what has happened.*?\n((?:\|.*\n)+)", page()).group(1)
    states = set(re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in told.splitlines())))
    known = {"intended", "submitting", "queued", "running", "fetching", "ready", "failed",
             "cancelled", "uncertain"}
    check(states - {"armed_at"} == known, str(states))
    database.close()


def files_are_as_described(case):
    server = library_of_all_kinds(case)
    modes = {"": 0o700, "ledger.db": 0o600}
    for name, mode in modes.items():
        found = stat.S_IMODE(os.stat(os.path.join(case.library, name)).st_mode)
        check(found == mode, f"{name or 'the library'} has mode {found:o}")
    check(os.path.getsize(os.path.join(case.library, "owners.lock")) == 0, "owners.lock is not empty")
    check(os.listdir(os.path.join(case.library, "clips")) == [case.rows()[0]["id"] + ".mp4"],
          str(os.listdir(os.path.join(case.library, "clips"))))
    # A ledger that is a symbolic link is refused.
    linked = case.path("linked")
    os.mkdir(linked, 0o700)
    os.symlink(os.path.join(case.library, "ledger.db"), os.path.join(linked, "ledger.db"))
    run = case.open(server, "library=" + linked)
    check(run.error == "storage", run.tail())


def money_of_each_state(case):
    """What the table says of `failed` and `cancelled`."""
    server = library_of_all_kinds(case)
    _, uncertain, refused, failed = case.rows()
    check(uncertain["armed_at"] and uncertain["error_maybe_billed"] == 1, str(uncertain))
    check(refused["armed_at"] is None and refused["refunded"] == 0, str(refused))
    check(failed["armed_at"] and failed["task_id"] and failed["refunded"] == 0, str(failed))
    server.set_faults()
    run = case.start(server, "take=9", "on-stop=cancel", "stop-at=queued")
    case.wait_until(lambda: case.rows()[-1]["state"] == "cancelled", "the cancellation")
    run.close_input()
    run.wait()
    check(case.rows()[-1]["error_maybe_billed"] == 1, str(case.rows()[-1]))


TESTS = [commands_do_what_they_say, tables_are_the_files, files_are_as_described,
         money_of_each_state]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
