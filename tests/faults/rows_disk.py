# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 113 to 125: the disk, the clips, the ledger."""
import errno
import os
import re
import subprocess
import sys

from rows import FAKE_SYSTEM, Row, asked, expect, never_armed, preload
import harness
from harness import HEADLESS, IS_LONG, check

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "engine"))
import test_bad_input
import test_library
import test_opening


def disk_log(case, server):
    """All writing calls of a run that goes well: (call, path), in order."""
    log = case.path("disk.log")
    expect(case.open(server, env={"FAKE_DISK_LOG": log, **preload(FAKE_SYSTEM)}), server)
    with open(log, encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split(" ", 1)) for line in file]


def each_call_fails(call, error, goes_on):
    """A run is counted, then repeated with each of its calls failing (in the normal run, some of
    them): never a second task, never a crash, never torn bytes, and ready in the end."""
    def scenario(case):
        server = case.server()
        calls = [entry for entry in disk_log(case, server) if entry[0] == call]
        check(calls, f"it makes no call of {call}")
        step = 1 if IS_LONG else max(1, len(calls) // 6)
        ends = set()
        tried = range(1, len(calls) + 1, step)
        for number in tried:
            case.library = case.path(f"library-{call}-{number}")
            before = asked(server)
            plan = f"{call}:{case.library}:{number}{'-' if goes_on else ''}:{error}"
            # Another prompt each time: to another library the tasks of this one would be strangers'.
            prompt = f"prompt={harness.PROMPT}, {number}"
            run = case.open(server, prompt, env={"FAKE_DISK": plan, **preload(FAKE_SYSTEM)})
            ends.add("ready" if run.is_ready else run.error)
            check(run.is_ready or run.error in ("no_space", "storage", "uncertain"), run.tail())
            after = asked(server)
            check(after[1] - before[1] <= 1 and after[0] - before[0] <= 1,
                  f"{plan}: {before} became {after}")
            check(case.integrity() == "ok", f"{plan}: the ledger is damaged")
            again = case.open(server, prompt)
            check(again.is_ready and again.clip() == server.clip, f"{plan}: {again.tail()}")
            after = asked(server)
            check(after[1] - before[1] == 1, f"{plan}: {before} became {after}")
        check("ready" not in ends or len(ends) > 1, f"nothing ever failed: {ends}")
    return scenario


SHELL = """set -e
mkdir -p {library} && mount -t tmpfs -o {first},mode=0700 none {library}
{headless} "$@" | while read -r line; do
  echo "$line"
  case $line in *'"state":"queued"'*|*'"state":"running"'*) mount -o remount,{less} {library};; esac
done
mount -o remount,{then} {library}
{headless} "$@"
"""


def small_file_system(first, less, then, clip):
    """On a tmpfs that becomes too small once the task is accepted, then grows: the first run fails
    after it has paid, and says what becomes of the clip; the second goes on with what was paid."""
    def scenario(case):
        made = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"],
                              stderr=subprocess.DEVNULL, check=False)
        if made.returncode != 0:
            raise harness.Skipped("no mount namespaces here")
        server = case.server(clip=clip, task_seconds=2)
        script = SHELL.format(library=case.library, first=first, less=less, then=then, headless=HEADLESS)
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
             "prompt=" + harness.PROMPT, "poll-interval=1000"],
            env=case.environment(server), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False)
        check(done.returncode == 0, done.stdout[-1500:])
        check('"error":"no_space"' in done.stdout, "the first run did not fail: " + done.stdout)
        check("The clip is paid for" in done.stdout and "without paying" in done.stdout and
              re.search(r"keeps it (until \d{4}-|for a time)", done.stdout), done.stdout)
        check('"state":"ready"' in done.stdout, "the second run failed: " + done.stdout)
        check(asked(server) == (1, 1), str(asked(server)))
    return scenario


LITTLE_ROOM = """set -e
mkdir -p {library} && mount -t tmpfs -o size=20m,mode=0700 none {library}
{headless} "$@" || true
{count}
mount -o remount,size=80m {library}
{headless} "$@"
mount -o remount,size=20m {library}
{headless} "$@" take=2
mount -o remount,size=3m {library}
head -c 2300000 /dev/zero > {library}/filler
{headless} "$@" take=3 || true
{count}
"""


def no_room_before_paying(case):
    """Where a usual clip has no place nothing is asked for and no row is left; what clips of this
    kind took is known after the first."""
    made = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"],
                          stderr=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        raise harness.Skipped("no mount namespaces here")
    server = case.server()
    count = (f"{sys.executable} -c \"import sqlite3; print('rows', sqlite3.connect("
             f"'{case.library}/ledger.db').execute('SELECT COUNT(*) FROM jobs').fetchone()[0])\"")
    script = LITTLE_ROOM.format(library=case.library, headless=HEADLESS, count=count)
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
         "prompt=" + harness.PROMPT, "poll-interval=1000"],
        env=case.environment(server), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False)
    said = done.stdout
    check(done.returncode == 0, said[-1500:] + done.stderr[-1500:])
    check(said.count('"error":"no_space"') == 2 and said.count('"state":"ready"') == 2, said)
    check("64.0 MiB are needed" in said and case.library in said, said)
    check("rows 0" in said and "rows 2" in said, said)
    check(asked(server) == (2, 2), str(asked(server)))


def unarmed_without_space(case):
    """A file system on which not even the ledger has place: nothing is asked for."""
    server = case.server()
    plan = f"write:{case.library}:1-:{errno.ENOSPC}"
    run = case.open(server, env={"FAKE_DISK": plan, **preload(FAKE_SYSTEM)})
    expect(run, server, ("no_space", "storage"), (), 0, 0)


def arming_that_fails(case):
    """The commit inside `starting` fails: nothing has left, so nothing is lost or paid."""
    server = case.server()
    calls = disk_log(case, server)
    syncs = [path for call, path in calls if call == "sync" and path.endswith("-wal")]
    case.library = case.path("another")
    seen_uncharged = False
    for number in range(1, len(syncs) + 1):
        prompt = f"prompt={harness.PROMPT}, {number}"
        plan = f"sync:-wal:{number}-:{errno.EIO}"
        before = asked(server)
        case.library = case.path(f"arming-{number}")
        run = case.open(server, prompt, env={"FAKE_DISK": plan, **preload(FAKE_SYSTEM)})
        after = asked(server)
        if after[0] == before[0]:
            seen_uncharged = seen_uncharged or run.error == "storage"
            never_armed(case)
        check(after[0] - before[0] <= 1, f"{plan}: {before} became {after}")
        again = case.open(server, prompt)
        check(again.is_ready, f"{plan}: {again.tail()}")
        check(asked(server)[1] - before[1] == 1, f"{plan}: {before} became {asked(server)}")
    check(seen_uncharged, "the commit never failed before the request")


def in_shell(words):
    return ["sh", "-c", words + '; exec "$0" "$@"']


def file_size_limit(case):
    """SIGXFSZ is the application's; where it is ignored, EFBIG is an error like a full disk."""
    server = case.server(clip=harness.make_mp4(2_000_000))
    run = case.open(server, wrapper=in_shell("trap '' XFSZ; ulimit -f 2000"))
    expect(run, server, "no_space")
    expect(case.open(server), server)


def few_descriptors(case):
    """No file descriptors left: an error; the job is whole when there are some again."""
    server = case.server()
    outcomes = set()
    for number, limit in enumerate((8, 12, 16, 18, 20, 22, 24, 26, 28, 32, 40)):
        case.library = case.path(f"library-{number}")
        before = asked(server)
        run = case.start(server, wrapper=in_shell(f"ulimit -n {limit}"))
        run.process.wait(harness.PATIENCE)
        run.join()
        # With next to none GLib itself gives up (it cannot make a main context's pipe).
        outcomes.add(run.process.returncode)
        again = case.open(server)
        check(again.is_ready, f"{limit}: {again.tail()}")
        counted = asked(server)[1] - before[1]
        check(counted == 1, f"{limit} descriptors: {counted} tasks; {run.tail()}")
    check(0 in outcomes and outcomes != {0}, f"the limit never struck: {outcomes}")


def order_of_syncs(case):
    """The protocol that survives a power cut: the clip's bytes are synced before the rename, the
    folder after it, and the ledger says `ready` (its log is written again) only then."""
    server = case.server()
    calls = disk_log(case, server)
    rename = next(i for i, (call, path) in enumerate(calls)
                  if call == "rename" and "/clips/" in path)
    part = re.compile(r"/clips/[^/]+\.part$")
    writes = [i for i, (call, path) in enumerate(calls) if call == "write" and part.search(path)]
    syncs = [i for i, (call, path) in enumerate(calls) if call == "sync" and part.search(path)]
    folder = [i for i, (call, path) in enumerate(calls)
              if call == "sync" and path.endswith("/clips")]
    ledger = [i for i, (call, path) in enumerate(calls)
              if call == "write" and path.endswith("ledger.db-wal")]
    check(writes and max(writes) < max(syncs) < rename, "the bytes are not synced before the rename")
    check(folder and max(folder) > rename, "the folder is not synced after the rename")
    check(max(ledger) > max(folder), "the ledger was told before the folder was synced")
    last_sync = [i for i, (call, path) in enumerate(calls)
                 if call == "sync" and path.endswith("ledger.db-wal")]
    check(max(last_sync) > max(ledger), "the ledger's last commit is not synced")


ROWS = [
    Row(113, "no space at the N-th write, each N", "preloaded write; a tmpfs that shrinks to 400 kB, then grows",
        "an error, nothing torn, the id and the clip kept; ready later, one task",
        [each_call_fails("write", errno.ENOSPC, True), each_call_fails("write", errno.ENOSPC, False),
         small_file_system("size=80m", "size=400k", "size=20m", harness.make_mp4(2_000_000)),
         unarmed_without_space, no_room_before_paying]),
    Row(114, "no inodes", "a tmpfs with few, then more; preloaded open",
        "an error; ready later, one task", [each_call_fails("open", errno.ENOSPC, False)]),
    Row(115, "EIO on fsync", "preloaded fsync and fdatasync, each of them",
        "a failure, never \"stored\"; never sent unless armed for good",
        [each_call_fails("sync", errno.EIO, False), each_call_fails("rename", errno.EIO, False),
         arming_that_fails]),
    Row(116, "a library that cannot be used", "modes, files in its place", "refused, never armed",
        [test_bad_input.library_that_cannot_be_used, test_bad_input.read_only_library]),
    Row(117, "RLIMIT_FSIZE", "ulimit -f with SIGXFSZ ignored", "as a full disk", [file_size_limit]),
    Row(118, "no file descriptors", "ulimit -n", "an error; ready later, one task",
        [few_descriptors]),
    Row(119, "a ledger that is torn, empty, random, foreign, newer", "written over",
        "refused, left as it is, nothing is paid",
        [test_bad_input.corrupt_ledger, test_bad_input.newer_ledger,
         test_bad_input.other_programs_database]),
    Row(120, "a clip that rots", "a bit, a cut, more, nothing",
        "fetched again within the retention, else an error; never paid again by itself",
        [test_library.damaged_clip_is_fetched_again, test_library.damaged_clip_after_retention]),
    Row(121, "a clip that is deleted while it plays", "", "it plays on",
        elsewhere="clip-clip_file: a_finished_clip_outlives_its_name; clip-storage_faults"),
    Row(122, "two processes, one request", "four of them, and four with ten opens each",
        "one submits, all get the clip",
        [test_opening.four_processes, test_opening.four_processes_with_ten_each]),
    Row(123, "the owner is killed", "SIGKILL", "its followers take over", [test_opening.owner_dies]),
    Row(124, "a rename without a synced folder", "the order of write, fsync and rename is recorded",
        "bytes, rename, folder, ledger: each before the next", [order_of_syncs]),
    Row(125, "the library is over its quota", "", "the least used delivered clips go",
        impossible="there is no quota: what was paid for is kept until its owner deletes it"),
]
