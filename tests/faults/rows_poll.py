# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 60 to 84: waiting for the task."""
import os
import signal
import struct

from rows import FAKE_SYSTEM, MINUTES, Row, expect, play, preload
import fake_api
import harness
from harness import check


def deadline_then_ready(*faults):
    """The deadline ends this process's part with an error; the paid job goes on when it is asked
    for again."""
    return play(*faults, ends="deadline", says="asking for the same again", args=["timeout=3"],
                again="ready", after=kept)


def kept(case, _server, run):
    check(run.last["resumable"], "it says that it cannot be resumed")
    row, = case.rows()
    check(row["task_id"] and row["state"] not in ("failed", "cancelled"), str(row))


def few_polls(_case, server, _run):
    """Polls follow the expected time (p50 60 s): a task of 6 s is asked for a few times only."""
    check(1 <= server.count("queries") <= 8, f"{server.count('queries')} queries")


def unknown_state_is_logged_once(_case, _server, run):
    lines = [line for line in run.errors if b"which its description does not know" in line]
    check(len(lines) == 1, f"logged {len(lines)} times")


def no_word_of_a_refund(_case, _server, run):
    check("refund" not in run.message and "gives the credits back" not in run.message, run.message)


def polled_no_sooner_than(seconds):
    def after(_case, server, _run):
        times = [entry["time"] for entry in server.requests() if "/tasks/" in entry["path"]]
        check(times[1] - times[0] >= seconds - 0.05, f"it waited {times[1] - times[0]} s only")
    return after


def hostile_replies(*bodies):
    """Each of these answers a poll; then comes the good one."""
    def scenario(case):
        def on_status(number, task_id):
            if number > len(bodies):
                return None
            body = bodies[number - 1]
            return 200, body(api, task_id) if callable(body) else body

        api = fake_api.FakeApi(case, on_status=on_status)
        expect(case.open(api.base_url), api)
        check(api.counts["status"] > len(bodies), "not all were seen")
    return scenario


def completed(data):
    """A reply that says "completed" with this raw JSON for its data."""
    return lambda api, task_id: (b'{"success":true,"data":' + data.replace(
        b"ID", task_id.encode()).replace(b"URL", (api.origin + "/media/x.mp4").encode()) + b"}")


def wall_clock_jumps(seconds):
    def scenario(case):
        path = case.path("clock")
        with open(path, "wb") as file:
            file.write(struct.pack("q", 0))
        server = case.server(task_seconds=3)
        run = case.start(server, env={"FAKE_CLOCK": path, **preload(FAKE_SYSTEM)})
        run.wait_for_state("queued")
        with open(path, "r+b") as file:
            file.write(struct.pack("q", seconds))
        expect(run.wait(), server)
        row, = case.rows()
        jumped = row["finished_at"] - row["created_at"]
        check(abs(jumped / 1000 - seconds) < 300, f"the clock did not jump: {jumped} ms")
    return scenario


def suspended(case):
    """The process stands still, as on a laptop that is closed; then the task is long done."""
    server = case.server(task_seconds=1)
    run = case.start(server)
    run.wait_for_state("queued")
    os.kill(run.process.pid, signal.SIGSTOP)
    case.wait_until(lambda: server.stats()["tasks"]["completed"] == 1, "the task's end")
    os.kill(run.process.pid, signal.SIGCONT)
    expect(run.wait(), server)


def never_adopted(case):
    """An answer about the task of another job is never believed; the deadline ends it."""
    server = case.server()
    first = case.open(server)
    expect(first, server)
    server.set_faults("status-id:" + first.last["task"])
    run = case.open(server, "timeout=4", "take=2")
    expect(run, server, "deadline", "another job", submits=2, created=2)
    server.set_faults()
    expect(case.open(server, "take=2"), server, submits=2, created=2)


def key_revoked(case):
    server = case.server(faults=["status-401@2-3"], task_seconds=3)
    run = case.open(server)
    expect(run, server, "not_authorized", "check the key")
    kept(case, server, run)
    server.set_faults()
    expect(case.open(server), server)


def lost_task(case):
    """After a minute of "not found" it is: the task is lost, and nothing pays anew by itself."""
    server = case.server(faults=["status-404"])
    run = case.open(server, patience=200)
    expect(run, server, "not_found", "does not know the task")
    expect(case.open(server), server, "not_found")
    server.set_faults()
    expect(case.open(server), server)


def lost_task_can_be_replaced(case):
    """The error's way on: cache=refresh pays for a new one, where it would join a job that lives."""
    server = case.server()
    # Killed by itself: from outside it comes too late on a busy machine, and the job has gone on.
    run = case.start(server, env={"PROMPT_TEST_POINT": "after-accepted"})
    run.process.wait(harness.PATIENCE)
    check(run.killed and case.rows()[0]["task_id"], run.tail())
    # As if it had been accepted an hour ago: no grace for a task that is not known everywhere yet.
    case.execute("UPDATE jobs SET accepted_at = accepted_at - 3600000, "
                 "armed_at = armed_at - 3600000, created_at = created_at - 3600000")
    server.set_faults("status-404")
    for _ in range(2):
        expect(case.open(server), server, "not_found", "cache=refresh")
    server.set_faults()
    expect(case.open(server, "cache=refresh"), server, "ready", (), 2, 2)



ROWS = [
    Row(60, "pending for long, then completed", "a task of 6 s, the description's polling",
        "ready with few polls (how few in the long run: job-poll-schedule)",
        [play(args=["poll-interval=0"], task_seconds=6, after=few_polls)]),
    Row(61, "never done", "status-backwards; a task that hangs until the provider's time-out",
        "the deadline's error, the id kept, ready when asked again",
        [deadline_then_ready("status-backwards"),
         play("task-hangs", ends="failed", options=["--timeout-seconds", "3"])]),
    Row(62, "failed, with a text", "task-fails", "one error, quoted",
        [play("task-fails:No kings", ends="failed", says="No kings"),
         play("task-fails-error-message:No kings", ends="failed", says="No kings")]),
    Row(63, "failed, with and without a refund", "task-fails",
        "a refund is only spoken of where it is documented (other providers: provider-documents)",
        [play("task-fails:Oh", ends="failed", after=no_word_of_a_refund)]),
    Row(64, "an unknown state", "status-unknown-state", "means running, logged once, to a deadline",
        [play("status-unknown-state:moderating@1-2", after=unknown_state_is_logged_once),
         deadline_then_ready("status-unknown-state:moderating")]),
    Row(65, "completed without a URL", "status-completed-without-url@1-3", "asked again: ready",
        [play("status-completed-without-url@1-3")]),
    Row(66, "the state goes back", "status-backwards@2", "ready",
        [play("status-backwards@2", task_seconds=1.5)]),
    Row(67, "progress 150, -3, NaN, 1e999", "", "clamped or dropped",
        elsewhere="provider-translator: progress_is_clamped_or_dropped (VibeGen reports none)"),
    Row(68, "404 right after the submit", "status-404@1-2", "asked again: ready",
        [play("status-404@1-2"), lost_task_can_be_replaced]),
    Row(69, "the key is revoked meanwhile", "status-401@2", "an error, the id kept, ready later",
        [key_revoked]),
    Row(70, "429 to a poll", "status-429:3@1", "waits as told: ready",
        [play("status-429:3@1", after=polled_no_sooner_than(3))]),
    Row(71, "5xx in a row", "status-500@1-4", "back-off: ready",
        [play("status-500@1-4"), play("status-502@1", "status-503@2", "status-504@3")]),
    Row(72, "each poll is reset", "status-reset", "to the deadline: ready when it ends",
        [play("status-reset@1-4"), play("status-lost-before@1-3"),
         deadline_then_ready("status-reset")]),
    Row(73, "a status without end", "200 MB of JSON", "that poll fails: ready",
        [play("status-huge-json@1")]),
    Row(74, "100,000 nested brackets", "status-deep-json@1", "that poll fails: ready",
        [play("status-deep-json@1")]),
    Row(75, "nothing, a web page, a byte order mark, two documents", "status-NAME@1",
        "that poll fails: ready",
        [play("status-empty-body@1", "status-html@2", "status-two-documents@3"),
         play("status-bom@1"), play("status-html:503@1"), hostile_replies(b"   ", b"\xef\xbb\xbf")]),
    Row(76, "a wrong type in every field", "FakeApi; all fields: provider-mutations",
        "no critical, those polls fail: ready",
        [hostile_replies(b"[]", b'{"success":true,"data":[]}', completed(b'{"id":{},"status":[]}')),
         hostile_replies(completed(b'{"id":"ID","status":"completed","video_url":{}}'),
                         completed(b'{"id":"ID","status":7,"video_url":"URL"}'),
                         completed(b'{"id":"ID","status":null}'))]),
    Row(77, "duplicate names, NUL, lone surrogates, bad UTF-8", "status-NAME, FakeApi",
        "not believed: ready",
        [play("status-nul-url@1", "status-bad-utf8-url@2", "status-nul-id@3"),
         play("status-bad-utf8@1"),
         hostile_replies(completed(b'{"id":"ID","id":"x","status":"completed","video_url":"URL"}'),
                         completed(b'{"id":"ID","status":"completed","video_url":"\\udc00"}'),
                         completed(b'{"id":"ID","status":"completed","video_url":"\\377"}'))]),
    Row(78, "a compressed reply, a bomb", "status-gzip@1, status-gzip-bomb@1",
        "unpacked within the cap, the bomb refused: ready",
        [play("status-gzip@1"), play("status-gzip-bomb@1")]),
    Row(79, "informational replies without end", "status-endless-1xx@1", "20 s end that poll: ready",
        [play("status-endless-1xx@1")]),
    Row(80, "a byte a second", "status-drip@1", "20 s end that poll: ready",
        [play("status-drip@1")]),
    Row(81, "Content-Length negative, doubled, huge", "status-length-NAME@1",
        "that poll fails, no critical: ready",
        [play("status-length-negative@1", "status-length-double@2", "status-length-huge@3")]),
    Row(82, "an answer with another id", "status-wrong-id; the id of another job's task",
        "the address says which task it is: ready; another job's: not believed",
        [play("status-wrong-id@1"), never_adopted]),
    Row(83, "the wall clock jumps", "preloaded clock, +25 h and -2 h", "deadlines are not moved",
        [wall_clock_jumps(25 * 3600), wall_clock_jumps(-2 * 3600)]),
    Row(84, "suspend and resume", "SIGSTOP until the task is done", "asked soon: ready",
        [suspended]),
    Row(65, "completed without a URL, for ever", "status-completed-without-url",
        "within seconds an error, the id kept",
        [play("status-completed-without-url", ends="malformed", says="names no result",
              again="ready", patience=MINUTES)], long_only=True),
    Row(68, "404 for ever", "status-404", "after a minute an error; nothing is paid anew",
        [lost_task], long_only=True),
    Row(71, "20 times 5xx", "status-500@1-20", "ready",
        [play("status-500@1-20", patience=MINUTES)], long_only=True),
]
