# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What was paid for once: finished clips play without a request, verdicts are remembered, lost files
come back while the provider has them, and tasks can be attached to and cancelled."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check


def finished_clip_needs_nobody(case):
    """No server, no key, no network."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    base = server.base_url
    requests = server.count("requests")
    check(case.open(server).is_ready and server.count("requests") == requests, "it was asked again")
    server.stop()
    for words in ([], ["cache=only"], ["max-credits=1"]):
        run = case.open(base, *words, key=None)
        check(run.is_ready and run.clip() == server.clip, f"{words}: {run.tail()}")
        check(run.last["from_library"], str(run.last))


def cache_only_never_pays(case):
    server = case.server()
    run = case.open(server, "cache=only")
    check(run.error == "not_found" and "cache=only" in run.message, str(run.last))
    check(server.count("requests") == 0 and not case.rows(), "something was done")


def cache_only_watches_what_is_paid(case):
    """An unfinished job costs nothing more."""
    server = case.server(task_seconds=1.5)
    first = case.start(server)
    first.wait_for_state("queued")
    first.kill()
    run = case.open(server, "cache=only")
    check(run.is_ready, run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def refresh_pays_again(case):
    server = case.server()
    first = case.open(server)
    second = case.open(server, "cache=refresh")
    check(second.is_ready and first.last["path"] != second.last["path"], second.tail())
    check(server.count("submits") == 2, str(server.stats()))
    third = case.open(server)
    check(third.last["path"] == second.last["path"], "the newest clip does not count")
    check(server.count("submits") == 2, str(server.stats()))


def refresh_joins_an_unfinished_job(case):
    server = case.server(task_seconds=2 * harness.SLOWNESS)
    first = case.start(server, "cache=refresh")
    first.wait_for_state("queued")
    second = case.open(server, "cache=refresh")
    check(second.is_ready and first.wait().is_ready, second.tail())
    check(server.count("submits") == 1, str(server.stats()))


def refresh_gives_up_a_clip_that_stays_broken(case):
    """What the provider made cannot be played, and will not be: asked for again it is fetched again,
    which is free; an order pays for another one, once, and that one counts."""
    server = case.server(faults=["media-html"])
    for words in ([], ["cache=use"]):
        run = case.open(server, *words)
        check(run.error == "wrong_media" and run.last["resumable"], run.tail())
        check("cache=refresh" in run.message, run.message)
    check((server.count("submits"), len(case.rows())) == (1, 1), str(server.stats()))
    check(case.open(server, "cache=only").error == "wrong_media", "cache=only does not look again")
    run = case.open(server, "cache=refresh", "max-credits=1")
    check(run.error == "settings" and server.count("submits") == 1, run.tail())
    check(case.rows()[0]["state"] == "fetching", "it was given up for nothing")
    server.set_faults()
    run = case.open(server, "cache=refresh")
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == 2, str(server.stats()))
    old, new = case.rows()
    check((old["state"], new["state"]) == ("failed", "ready"), f"{old} {new}")
    check(old["task_id"] != new["task_id"] and old["error_message"], str(old))
    check(case.open(server).last["job"] == new["id"], "the new one does not count")
    # It was paid, so it is still there for whoever asks for it by its id.
    by_task = case.open(server, "task-id=" + old["task_id"])
    check(by_task.is_ready and by_task.clip() == server.clip, by_task.tail())
    check(server.count("submits") == 2, str(server.stats()))


def refresh_waits_for_a_clip_that_is_hard_to_get(case):
    """A network that fails says nothing of the clip: it is joined, and nothing more is paid."""
    server = case.server(faults=["media-lost"])
    run = case.start(server)
    run.wait_for_state("fetching")
    run.kill()
    server.set_faults()
    run = case.open(server, "cache=refresh")
    check(run.is_ready and server.count("submits") == 1, run.tail())


def refusals_are_remembered(case):
    """Players reopen a source every few seconds: no further submit within ten minutes."""
    for number, fault in enumerate(("submit-400", "submit-422", "task-fails:No kings")):
        server = case.server(faults=[fault])
        words = [f"take={number + 1}"]
        first = case.open(server, *words)
        requests = server.count("requests")
        second = case.open(server, *words)
        check(first.error == second.error != "" and first.message == second.message,
              f"{fault}: {first.last} {second.last}")
        check(second.last["status"] == first.last["status"], str(second.last))
        check(server.count("requests") == requests, f"{fault}: it was asked again")
        server.set_faults()
        refreshed = case.open(server, "cache=refresh", *words)
        check(refreshed.is_ready, refreshed.tail())
        check(server.count("submits") == 2, str(server.stats()))


def refusals_are_forgotten_after_ten_minutes(case):
    server = case.server(faults=["submit-400@1"])
    check(case.open(server).error == "rejected", "it was not refused")
    now = int(time.time() * 1000)
    case.execute("UPDATE jobs SET finished_at = ?", now - 9 * 60 * 1000)
    check(case.open(server).error == "rejected", "it was forgotten after nine minutes")
    check(server.count("submits") == 1, str(server.stats()))
    case.execute("UPDATE jobs SET finished_at = ?", now - 11 * 60 * 1000)
    check(case.open(server).is_ready, "it was remembered after eleven minutes")
    check(server.count("submits") == 2, str(server.stats()))


def other_errors_are_not_remembered(case):
    """A wrong key or an empty account can be mended at once."""
    server = case.server(faults=["submit-401@1", "submit-402@2"])
    check(case.open(server).last["status"] == 401, "no 401")
    check(case.open(server).last["status"] == 402, "no 402")
    check(case.open(server).is_ready, "it was remembered")
    check(server.count("submits") == 3 and server.count("created") == 1, str(server.stats()))


def attach_to_a_task(case):
    """A task that another library knows: by its id alone, also without a prompt, and no submit."""
    server = case.server()
    task = case.open(server).last["task"]
    for words in (["prompt=a red fox in the snow"], ["prompt="]):
        case.library = case.path("other" + str(case.next_number()))
        run = case.open(server, "task-id=" + task, *words)
        check(run.is_ready and run.clip() == server.clip and run.last["task"] == task, run.tail())
        again = case.open(server, "task-id=" + task, *words)
        check(again.is_ready and again.last["from_library"], again.tail())
    check(server.count("submits") == 1, str(server.stats()))


def attach_to_a_task_that_does_not_exist(case):
    server = case.server()
    for task in ("no-such-task", "../../etc/passwd", "x" * 500):
        run = case.open(server, "task-id=" + task)
        check(run.error == "not_found" and "check \"task-id\"" in run.message, str(run.last))
    check(server.count("submits") == 0, str(server.stats()))
    # The request itself is as good as before.
    check(case.open(server).is_ready and server.count("submits") == 1, str(server.stats()))


def attach_settles_an_uncertain_job(case):
    """The way out that the error names: the job that lost its answer gets the task."""
    server = case.server(faults=["submit-lost-reply", "list-hides"])
    first = case.open(server)
    check(first.error == "uncertain", str(first.last))
    server.set_faults()
    job = case.rows()[0]["id"]
    run = case.open(server, "task-id=" + task_ids(server)[0])
    check(run.is_ready and run.clip() == server.clip and run.last["job"] == job, run.tail())
    check(case.open(server).last["from_library"], "the request has not got its clip")
    check(server.count("submits") == 1, str(server.stats()))


def cancel_on_stop(case):
    """VibeGen has no cancel: the job ends as cancelled here, says that it may be charged, and the
    same request takes the task up again instead of paying for another."""
    server = case.server(task_seconds=2)
    run = case.start(server, "on-stop=cancel", "stop-at=queued")
    case.wait_until(lambda: case.rows() and case.rows()[0]["state"] == "cancelled", "the end")
    run.close_input()
    run.wait()
    row, = case.rows()
    check("may still finish and be charged" in row["error_message"], str(row))
    again = case.open(server)
    check(again.is_ready and again.clip() == server.clip, again.tail())
    check(server.count("submits") == 1, str(server.stats()))


def cancel_during_the_submit(case):
    """A submit in flight is finished first: what it made is known and not lost."""
    server = case.server(faults=["submit-slow:2"], task_seconds=0.2)
    run = case.start(server, "on-stop=cancel", "stop-at=submitting")
    case.wait_until(lambda: case.rows() and case.rows()[0]["state"] == "cancelled", "the end")
    run.close_input()
    run.wait()
    row, = case.rows()
    if server.count("submits") == 0:  # let go of before it was sent
        check(not row["armed_at"] and not row["task_id"], str(row))
        return
    check(row["task_id"] and server.count("created") == 1, str(row))
    check(case.open(server).is_ready and server.count("submits") == 1, str(server.stats()))


def cancel_while_a_lost_answer_is_looked_for(case):
    """What may have been paid for is not written off: the search goes on, and what it finds is
    cancelled. To declare the job cancelled at once would make the same request pay again."""
    server = case.server(faults=["submit-lost-reply", "list-hides"], task_seconds=0.2)
    run = case.start(server, "on-stop=cancel", "stop-at=input",
                     env={"GST_PROMPT_SETTLING_SECONDS": "60"})
    case.wait_until(lambda: server.count("lists") == 1, "the search")
    run.process.stdin.write(b"\n")
    run.process.stdin.flush()
    server.set_faults()
    case.wait_until(lambda: case.rows()[0]["state"] == "cancelled", "the end")
    run.close_input()
    run.wait()
    row, = case.rows()
    check(row["task_id"] and row["error_maybe_billed"], str(row))
    check(case.open(server).is_ready and server.count("submits") == 1, str(server.stats()))


def finished_job_cannot_be_cancelled(case):
    server = case.server()
    run = case.start(server, "on-stop=cancel", "stop-at=ready")
    run.wait_for_state("ready")
    run.close_input()
    run.wait()
    check(case.rows()[0]["state"] == "ready", str(case.rows()))
    check(case.open(server, "on-stop=cancel").last["from_library"], "the clip is gone")


def killed_before_the_last_commit(case):
    """The file is whole and has its name, and the ledger was not told: it is taken as it is."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    case.execute("UPDATE jobs SET state = 'fetching', finished_at = NULL")
    bytes_before = server.stats()["media"]["bytes"]
    run = case.open(server)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.stats()["media"]["bytes"] == bytes_before, "it was fetched again")
    check(case.rows()[0]["state"] == "ready", str(case.rows()))
    case.execute("UPDATE jobs SET state = 'fetching', finished_at = NULL")
    spoil(run.last["path"], "cut")
    run = case.open(server)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def spoil(path, how):
    if how == "missing":
        os.unlink(path)
        return
    with open(path, "r+b") as file:
        if how == "cut":
            file.truncate(os.path.getsize(path) // 2)
        elif how == "empty":
            file.truncate(0)
        elif how == "longer":
            file.seek(0, os.SEEK_END)
            file.write(b"more")
        else:  # one bit
            file.seek(100_000)
            byte = file.read(1)[0]
            file.seek(100_000)
            file.write(bytes([byte ^ 1]))


def damaged_clip_is_fetched_again(case):
    server = case.server()
    path = case.open(server).last["path"]
    for how in ("missing", "cut", "empty", "longer", "bit"):
        spoil(path, how)
        run = case.open(server)
        check(run.is_ready and run.clip() == server.clip, f"{how}: {run.tail()}")
        path = run.last["path"]
    check(server.count("submits") == 1, str(server.stats()))
    check(server.stats()["media"]["requests"] == 6, str(server.stats()["media"]))


def damaged_clip_after_retention(case):
    """The error says that the paid clip is gone, and when it was made; nothing is paid by itself."""
    server = case.server()
    path = case.open(server).last["path"]
    made = int(time.time() * 1000) - 25 * 3600 * 1000
    case.execute("UPDATE jobs SET completed_at = ?, created_at = ?", made, made)
    requests = server.count("requests")
    for how in ("cut", "missing"):
        spoil(path, how)
        run = case.open(server)
        check(run.error == "not_found" and "cache=refresh" in run.message, str(run.last))
        check(time.strftime("%Y-%m-%d", time.localtime(made / 1000)) in run.message, run.message)
        check(path in run.message and "24 hours" in run.message, run.message)
    check(server.count("requests") == requests, "something was asked for")
    check(case.open(server, "cache=refresh").is_ready, "refresh does not help")
    check(server.count("submits") == 2, str(server.stats()))


def old_clip_of_a_provider_that_does_not_say_how_long_it_keeps_them(case):
    """It is tried, which costs nothing."""
    server = case.server()
    env = player.quick_provider(case, server.base_url)
    description = case.path("providers/quickgen.json")
    with open(description, encoding="utf-8") as file:
        text = file.read()
    stated = ',\n  "retention-hours": 24'
    check(stated in text, "the description has changed")
    with open(description, "w", encoding="utf-8") as file:
        file.write(text.replace(stated, ""))
    path = case.open(server, env=env).last["path"]
    made = int(time.time() * 1000) - 100 * 24 * 3600 * 1000
    case.execute("UPDATE jobs SET completed_at = ?, created_at = ?", made, made)
    spoil(path, "missing")
    run = case.open(server, env=env)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def damaged_clip_without_a_key(case):
    server = case.server()
    spoil(case.open(server).last["path"], "missing")
    run = case.open(server, key=None)
    check(run.error == "not_authorized" and "VIBEGEN_API_KEY" in run.message, str(run.last))
    check(case.open(server).is_ready and server.count("submits") == 1, str(server.stats()))


def whole_clips_folder_gone(case):
    server = case.server()
    path = case.open(server).last["path"]
    spoil(path, "missing")
    os.rmdir(os.path.dirname(path))
    run = case.open(server)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == 1, str(server.stats()))


def task_ids(server):
    """As the provider's own web page would show them, newest first."""
    listed = server.ask("/vibegen/api/v1/tasks", headers={"Authorization": "Bearer " + harness.KEY})
    return [task["id"] for task in listed["data"]["tasks"]]


TESTS = [finished_clip_needs_nobody, cache_only_never_pays, cache_only_watches_what_is_paid,
         refresh_pays_again, refresh_joins_an_unfinished_job,
         refresh_gives_up_a_clip_that_stays_broken, refresh_waits_for_a_clip_that_is_hard_to_get, refusals_are_remembered,
         refusals_are_forgotten_after_ten_minutes, other_errors_are_not_remembered,
         attach_to_a_task, attach_to_a_task_that_does_not_exist, attach_settles_an_uncertain_job,
         cancel_on_stop, cancel_during_the_submit,
         cancel_while_a_lost_answer_is_looked_for, finished_job_cannot_be_cancelled,
         killed_before_the_last_commit, damaged_clip_is_fetched_again,
         damaged_clip_after_retention,
         old_clip_of_a_provider_that_does_not_say_how_long_it_keeps_them,
         damaged_clip_without_a_key,
         whole_clips_folder_gone]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
