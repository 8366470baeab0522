# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A library as programs see it: what is in it, what it cost, what something would cost, and what may be
taken out of it."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import big_ledger
import harness
from harness import check

RECORDS = os.environ["PROMPT_TEST_RECORDS"]
CLIP_BYTES = 200_000  # of the stand-in's clip
PRICE = 15  # of the request that all suites use


def records(case, *words, server=None, key=None, env=None):
    done = subprocess.run([RECORDS, *words], env=case.environment(server, key, **(env or {})),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=harness.PATIENCE)
    check(done.returncode in (0, 1), f"{words}: {done.returncode} {done.stderr[-600:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def only(lines):
    check(len(lines) == 1, f"not one line: {lines}")
    return lines[0]


def jobs(case, *words):
    """The ids of a page, and the next one."""
    *found, last = records(case, "jobs", *words)
    return [job["id"] for job in found], last["next"]


def takes(case, server, numbers, *words, **named):
    for take in numbers:
        run = case.open(server, f"take={take}", *words, **named)
        check(run.is_ready, run.tail())
    return [row["id"] for row in case.rows()]


def nothing_is_made(case):
    for words in (("jobs",), ("job", "0123"), ("spend",), ("verify", "0123"), ("remove", "0123"),
                  ("prune", "keep=0")):
        line = only(records(case, *words))
        check(line["error"] == "not_found" and case.library in line["message"], str(line))
    check(not os.path.exists(case.library), "it was made")


def filters_and_pages(case):
    server = case.server(faults=["submit-400@2"])
    first = time.time() * 1000 - 1000
    case.open(server, prompt="A red fox 100%")
    check(case.open(server, prompt="a blue_whale").error == "rejected", "it was not refused")
    case.open(server, prompt="a Red lion")
    fox, whale, lion = [row["id"] for row in case.rows()]
    check(jobs(case) == ([lion, whale, fox], 0), str(jobs(case)))
    check(jobs(case, "text=red")[0] == [lion, fox], "text")
    # No letter stands for others.
    check(jobs(case, "text=100%")[0] == [fox] and jobs(case, "text=%")[0] == [fox], "percent")
    check(jobs(case, "text=e_w")[0] == [whale] and jobs(case, "text=a_")[0] == [], "underscore")
    check(jobs(case, "state=failed")[0] == [whale] and jobs(case, "state=ready")[0] == [lion, fox],
          "state")
    check(jobs(case, "state=submitting")[0] == [], "submitting")
    check(jobs(case, "provider=vibegen")[0] == [lion, whale, fox]
          and jobs(case, "provider=vidgo")[0] == [], "provider")
    check(jobs(case, "media=video")[0] == [lion, whale, fox] and jobs(case, "media=audio")[0] == [],
          "media")
    case.execute("UPDATE jobs SET created_at = created_at - 100000000 WHERE id = ?", fox)
    check(jobs(case, f"since={first:.0f}")[0] == [lion, whale], "since")
    check(jobs(case, f"since={first + 9e9:.0f}")[0] == [], "since then")
    page, after = jobs(case, "limit=2")
    check(page == [lion, whale] and after > 0, str(page))
    check(jobs(case, "limit=2", f"after={after}") == ([fox], 0), "the second page")
    check(jobs(case, "limit=1", "text=red", f"after={after}")[0] == [fox], "a page of a filter")


def one_by_its_beginning(case):
    server = case.server()
    first, second = takes(case, server, (1, 2))
    job = only(records(case, "job", first))
    check(job["id"] == first and job["state"] == "ready" and job["sent"] and not job["rehearsed"]
          and job["credits"] == PRICE and job["unit"] == "credits"
          and job["prompt"] == harness.PROMPT and job["files"] == [case.path(f"library/clips/{first}.mp4")],
          str(job))
    check(only(records(case, "job", second[:6]))["id"] == second, "not by its beginning")
    check(only(records(case, "job", first[:3]))["error"] == "settings", "three characters do")
    check(only(records(case, "job", "zzzz"))["error"] == "not_found", "there is one")
    check(only(records(case, "job", "%%%%"))["error"] == "not_found", "a pattern does")
    case.execute("UPDATE jobs SET id = 'abcd-1' WHERE id = ?", first)
    case.execute("UPDATE jobs SET id = 'abcd-2' WHERE id = ?", second)
    check(only(records(case, "job", "abcd"))["error"] == "settings", "one of two was taken")
    check(only(records(case, "job", "abcd-2"))["id"] == "abcd-2", "the whole id does not do")


def named(case):
    """A name is a person's, found by the filter, and no part of the request."""
    server = case.server()
    first, second, third = takes(case, server, (1, 2, 3))
    before = case.rows()
    for job in (first, second):
        check(records(case, "rename", job, "name=Shot_01") == [], "it has no name")
    check(records(case, "rename", third[:8], "name=100% größer") == [], "not by its beginning")
    check(jobs(case, "name=Shot_01")[0] == [second, first], "name")
    check(jobs(case, "name=100% größer")[0] == [third], "another name")
    for other in ("shot_01", "Shot_0", "Shot_%", "Shot_02"):
        check(jobs(case, "name=" + other)[0] == [], other)
    check(jobs(case, "name=Shot_01", "limit=1") == ([second], 2)
          and jobs(case, "name=Shot_01", "limit=1", "after=2")[0] == [first], "pages")
    check(jobs(case, "name=Shot_01", "state=ready", "text=fox", "since=1")[0] == [second, first]
          and jobs(case, "name=Shot_01", "state=failed")[0] == [], "with others")
    check(only(records(case, "job", first))["name"] == "Shot_01", "it is not shown")
    check(records(case, "rename", first, "name=Shot_02") == []
          and jobs(case, "name=Shot_01")[0] == [second], "the old name is kept")
    check(records(case, "rename", first, "name=") == []
          and only(records(case, "job", first))["name"] == "", "it is not taken away")
    for bad in ("two\nlines", "x" * 201, b"\xff\xfe", " x", "x "):
        name = b"name=" + bad if isinstance(bad, bytes) else "name=" + bad
        check(only(records(case, "rename", second, name))["error"] == "settings", str(bad))
    check(only(records(case, "rename", "ffffffff", "name=x"))["error"] == "not_found", "no such job")
    check(jobs(case, "name=Shot_01")[0] == [second], "a bad name was taken")
    check(case.rows() == before, "the jobs have changed")
    # The same request is the same job, whatever it is called.
    check(case.open(server, "take=2").is_ready and server.count("submits") == 3, "it was paid again")
    check(records(case, "remove", second) == [], "it was not removed")
    database = sqlite3.connect(case.path("library/ledger.db"))
    left = database.execute("SELECT name FROM names").fetchall()
    database.close()
    check(left == [("100% größer",)], str(left))


def named_by_an_earlier_version(case):
    """What has no names yet gets them when it is opened, and can be read before."""
    server = case.server()
    job, = takes(case, server, (1,))
    case.execute("DROP TABLE names")
    check(only(records(case, "job", job))["name"] == "", "it cannot be read")
    check(records(case, "rename", job, "name=Shot_01") == [], "it cannot be named")
    check(jobs(case, "name=Shot_01")[0] == [job], "it is not found")


def spending(case):
    server = case.server(faults=["submit-400@5"])
    takes(case, server, (1, 2, 3, 4))
    check(case.open(server, "take=5").error == "rejected", "it was not refused")
    clip = case.path("rehearsed.mp4")
    with open(clip, "wb") as file:
        file.write(server.clip)
    run = case.open(None, "provider=rehearsal", key=None,
                    env={"GST_PROMPT_REHEARSAL": harness.REHEARSAL,
                         "GST_PROMPT_REHEARSAL_OPTIONS": f"--media '{clip}' --task-seconds 0.3"})
    check(run.is_ready, run.tail())
    moment = 1_764_547_199_999  # 2025-11-30 23:59:59.999 in UTC
    for row, at in ((1, moment), (2, moment + 1)):
        case.execute("UPDATE jobs SET armed_at = ? WHERE row = ?", at, row)
    case.execute("UPDATE jobs SET refunded = 1, armed_at = ? WHERE row = 3", moment)
    case.execute("UPDATE jobs SET credits_charged = 20.5, armed_at = ? WHERE row = 4", moment)
    days = records(case, "spend")
    check([(day["day"], day["provider"], day["unit"], day["credits"], day["jobs"]) for day in days]
          == [("2025-12-01", "vibegen", "credits", PRICE, 1),
              ("2025-11-30", "vibegen", "credits", PRICE + 20.5, 2)], str(days))
    days = records(case, "spend", str(moment + 1))
    check([day["day"] for day in days] == ["2025-12-01"], str(days))


def removed_with_its_files(case):
    server = case.server()
    first, second = takes(case, server, (1, 2))
    check(records(case, "remove", first) == [], "it was refused")
    check([row["id"] for row in case.rows()] == [second], str(case.rows()))
    check(os.listdir(case.path("library/clips")) == [second + ".mp4"], "its file is there")
    # The other one plays, this one is asked for anew.
    check(case.open(server, "take=2").is_ready and server.count("submits") == 2, "take 2 was paid again")
    check(case.open(server, "take=1").is_ready and server.count("submits") == 3, "take 1 was not")
    check(case.integrity() == "ok", "the ledger is damaged")


def not_removed_at_work(case):
    server = case.server(task_seconds=2 * harness.SLOWNESS)
    run = case.start(server)
    run.wait_for_state("queued")
    # Nothing more is heard of the task until this is over, however long it takes.
    server.set_faults("status-503")
    job = case.rows()[0]["id"]
    for words in ((), ("twice=1",)):
        line = only(records(case, "remove", job, *words))
        check(line["error"] == "busy" and f"process {run.process.pid} " in line["message"], str(line))
        line = only(records(case, "prune", "before=9999999999999", *words))
        check(line["left"] == job, str(line))
    server.set_faults()
    check(run.wait().is_ready and run.clip() == server.clip, run.tail())


def unfinished_only_when_told_twice(case):
    server = case.server(faults=["submit-lost-before@1", "media-stall:50@1"])
    check(case.open(server).error == "uncertain", "it is not uncertain")
    run = case.start(server, "take=2")
    run.wait_for_state("fetching")
    case.wait_until(lambda: any(name.endswith(".part") for name in os.listdir(case.path("library/clips"))),
                    "a part")
    run.kill()
    case.start(server, "take=3", env={"PROMPT_TEST_POINT": "after-intended"}).process.wait()
    server.set_faults()
    run = case.start(server, "take=4")
    run.wait_for_state("queued")
    run.kill()
    case.execute("UPDATE jobs SET state = 'failed', error_kind = 'not_found' WHERE state = 'queued'")
    states = [row["state"] for row in case.rows()]
    check(states == ["uncertain", "fetching", "intended", "failed"], str(states))
    ids = [row["id"] for row in case.rows()]
    for job in ids:
        line = only(records(case, "remove", job))
        check(line["error"] == "settings" and "twice" in line["message"], str(line))
    future = f"before={time.time() * 1000 + 1e6:.0f}"
    check([line["left"] for line in records(case, "prune", future)] == ids, "some were removed")
    check(len(case.rows()) == 4, str(case.rows()))
    check(records(case, "remove", ids[0], "twice=1") == [], "it was refused")
    lines = records(case, "prune", future, "twice=1")
    check([line["removed"] for line in lines] == ids[1:], str(lines))
    check(case.rows() == [] and os.listdir(case.path("library/clips")) == [], "something is left")


def pruned_by_policy(case):
    server = case.server(faults=["submit-400@2"])
    case.open(server, "take=1")
    case.open(server, "take=2")
    ids = takes(case, server, (3, 4, 5))
    check(only(records(case, "prune"))["error"] == "settings", "no policy does")
    removed = [line["removed"] for line in records(case, "prune", "state=failed")]
    check(removed == [ids[1]], str(removed))
    check(records(case, "prune", f"keep={4 * CLIP_BYTES}") == [], "there was room")
    removed = [line["removed"] for line in records(case, "prune", f"keep={3 * CLIP_BYTES}")]
    check(removed == [ids[0]], str(removed))
    case.execute("UPDATE jobs SET created_at = created_at - 86400000 WHERE id = ?", ids[2])
    before = f"before={time.time() * 1000 - 43200000:.0f}"
    removed = [line["removed"] for line in records(case, "prune", before)]
    check(removed == [ids[2]], str(removed))
    removed = [line["removed"] for line in records(case, "prune", "keep=0")]
    check(removed == ids[3:] and os.listdir(case.path("library/clips")) == [], str(removed))


def read_only(case):
    if os.geteuid() == 0:
        raise harness.Skipped("root may write everywhere")
    server = case.server()
    job, = takes(case, server, (1,))
    for name in ("library/ledger.db", "library/clips", "library"):
        os.chmod(case.path(name), 0o500 if name != "library/ledger.db" else 0o400)
    check(only(records(case, "job", job))["id"] == job, "it cannot be read")
    check(only(records(case, "remove", job))["error"] == "storage", "it was removed")
    check(only(records(case, "prune", "keep=0"))["error"] == "storage", "it was removed")


def verified(case):
    server = case.server()
    job, = takes(case, server, (1,))
    path = case.path(f"library/clips/{job}.mp4")
    shutil.copy(path, case.path("kept"))

    def look():
        return only(records(case, "verify", job))

    check(look() == {"path": path, "intact": True, "fault": ""}, str(look()))
    facts = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(100_000)
        byte = file.read(1)[0]
        file.seek(100_000)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    check(not look()["intact"] and "content" in look()["fault"], str(look()))
    os.truncate(path, 1000)
    check(not look()["intact"] and "1000 bytes" in look()["fault"], str(look()))
    os.unlink(path)
    check(not look()["intact"] and "missing" in look()["fault"], str(look()))


def quote(case, server, *words, **named):
    return only(records(case, "quote", "prompt=" + harness.PROMPT, *words, server=server, **named))


def quoted(case):
    """Begins nothing, writes nothing, needs no key and makes no library."""
    server = case.server(task_seconds=3 * harness.SLOWNESS)
    before = quote(case, server)
    check(before["price"] == PRICE and before["unit"] == "credits" and not before["ready"]
          and not before["under_way"] and before["job"] == "" and not before["rehearsed"], str(before))
    check(0 < before["typical"] < before["p90"] and not before["measured"], str(before))
    check(not os.path.exists(case.library), "it was made")
    check(quote(case, server, "duration=10")["price"] > PRICE, "longer is not dearer")
    check(quote(case, server, "model=nonesuch")["error"] == "settings", "there is no such model")
    rehearsed = quote(case, server, "provider=rehearsal")
    check(rehearsed["rehearsed"] and rehearsed["typical"] < before["typical"], str(rehearsed))
    check(not os.path.exists(case.library), "rehearsing was begun")
    run = case.start(server)
    run.wait_for_state("queued")
    during = quote(case, server)
    check(during["under_way"] and not during["ready"] and during["job"] == case.rows()[0]["id"],
          str(during))
    check(run.wait().is_ready, run.tail())
    rows = case.rows()
    after = quote(case, server)
    check(after["ready"] and not after["under_way"], str(after))
    check(not quote(case, server, "take=2")["ready"], "another take is ready")
    check(case.rows() == rows and server.count("submits") == 1, "something was begun")
    os.unlink(case.path("library/clips/" + rows[0]["id"] + ".mp4"))
    check(not quote(case, server)["ready"], "its file is gone")


def quoted_of_one_that_never_left(case):
    """It will have to be paid for, so it is not under way."""
    server = case.server()
    case.start(server, env={"PROMPT_TEST_POINT": "after-intended"}).process.wait()
    check(not quote(case, server)["under_way"], str(quote(case, server)))


def times_by_history(case):
    server = case.server()
    takes(case, server, range(1, 9))
    for row in range(1, 9):
        case.execute("UPDATE jobs SET accepted_at = completed_at - ? WHERE row = ?", row * 10_000, row)
    line = quote(case, server, "take=20")
    check(line["measured"] and line["typical"] == 40 and line["p90"] == 80, str(line))


def a_large_library(case):
    """A page of ten thousand jobs comes as one of ten."""
    server = case.server()
    takes(case, server, (1,))
    big_ledger.grow(case.library, 10_000)
    seen, after = [], 0
    while True:
        page, after = jobs(case, "limit=1000", f"after={after}")
        seen += page
        if after == 0:
            break
    check(len(seen) == 10_001 and len(set(seen)) == 10_001, f"{len(seen)} jobs")
    check(len(jobs(case, "limit=1000000")[0]) == 1000, "a page is larger than said")
    check(sum(day["jobs"] for day in records(case, "spend")) == 10_001, "not all were paid")


TESTS = [nothing_is_made, filters_and_pages, one_by_its_beginning, named,
         named_by_an_earlier_version, spending, removed_with_its_files,
         not_removed_at_work, unfinished_only_when_told_twice, pruned_by_policy, read_only, verified,
         quoted, quoted_of_one_that_never_left, times_by_history, a_large_library]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
