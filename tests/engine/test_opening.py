# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Opening a request: from a prompt to the clip; and however often it is opened at once, it is
submitted once."""
import os
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check


def from_prompt_to_clip(case):
    # It is looked at in each of its states, on a busy machine, too.
    queue_seconds = 1.2 * harness.SLOWNESS
    server = case.server("--key", harness.KEY, "--queue-seconds", str(queue_seconds),
                         task_seconds=queue_seconds + 3 * harness.SLOWNESS)
    run = case.open(server)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    states = [event["state"] for event in run.events]
    order = ["submitting", "queued", "running", "fetching", "ready"]
    check(sorted(set(states), key=states.index) == order, str(states))
    check(states == sorted(states, key=order.index), f"it went back: {states}")
    check(run.last["credits"] == 15, str(run.last))
    progress = [event["progress"] for event in run.events if "progress" in event]
    check(progress and progress == sorted(progress) and progress[-1] == 1, str(progress))
    stats = server.stats()
    seen = stats["providers"]["vibegen"]
    check((seen["submits"], seen["created"], seen["refused"]) == (1, 1, 0), str(seen))
    check(stats["media"]["with-authorization"] == 0, "the media server got the key")
    check(stats["media"]["bytes"] == len(server.clip), str(stats["media"]))
    row, = case.rows()
    check(row["state"] == "ready" and row["task_id"] and row["armed_at"], str(row))


def ten_in_one_process(case):
    server = case.server(task_seconds=1.5)
    run = case.open(server, "opens=10")
    check(run.is_ready and (run.last["ready"], run.last["jobs"], run.last["clips"]) == (10, 1, 1),
          run.tail())
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))


def four_processes(case):
    """Three follow, and each gets the file."""
    server = case.server(task_seconds=2)
    runs = [case.start(server) for _ in range(4)]
    for run in runs:
        run.wait()
        check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))
    check(len({run.last["job"] for run in runs}) == 1, "they have different jobs")
    media = server.stats()["media"]
    check(media["bytes"] == len(server.clip), f"the clip was fetched several times: {media}")


def four_processes_with_ten_each(case):
    server = case.server(task_seconds=2)
    runs = [case.start(server, "opens=10") for _ in range(4)]
    for run in runs:
        run.wait()
        check(run.is_ready and (run.last["ready"], run.last["jobs"]) == (10, 1), run.tail())
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))


def owner_dies(case):
    """The kernel frees what it owned, and a follower takes over."""
    server = case.server(task_seconds=3 * harness.SLOWNESS)
    owner = case.start(server)
    owner.wait_for_state("queued")
    followers = [case.start(server) for _ in range(2)]
    for follower in followers:
        follower.wait_for(lambda event: event["other_process"], "following")
    owner.kill()
    for follower in followers:
        follower.wait()
        check(follower.is_ready and follower.clip() == server.clip, follower.tail())
    check(server.count("submits") == 1, str(server.stats()))


def time_in_the_queue_is_no_working_time(case):
    """Three seconds are allowed, two go by in the queue and two at work."""
    server = case.server("--queue-seconds", "2", task_seconds=4)
    run = case.open(server, "timeout=3")
    check(run.is_ready, run.tail())
    # Too long at work: an error, and whoever asks again goes on with it.
    server = case.server("--queue-seconds", "0.5", task_seconds=6)
    run = case.open(server, "timeout=3", "take=2")
    check(run.error == "deadline" and run.last["resumable"], run.tail())
    check("goes on with it" in run.message, run.message)
    check(case.open(server, "take=2").is_ready and server.count("submits") == 1,
          str(server.stats()))


def first_seen_running_survives_a_restart(case):
    """What the ledger says of a task's times is not changed by looking at it again."""
    server = case.server("--queue-seconds", "0.2", task_seconds=4)
    run = case.start(server)
    run.wait_for_state("running")
    first = case.rows()[0]["running_at"]
    run.kill()
    check(case.open(server).is_ready, "it is lost")
    check(case.rows()[0]["running_at"] == first, f"{first} became {case.rows()[0]['running_at']}")


def another_take_is_another_job(case):
    server = case.server()
    runs = [case.start(server, f"take={take}") for take in (1, 2, 3)]
    for run in runs:
        run.wait()
        check(run.is_ready, run.tail())
    check(server.count("submits") == 3 and server.count("created") == 3, str(server.stats()))
    check(len({row["request_hash"] for row in case.rows()}) == 3, "they share a hash")


def same_request_in_other_words(case):
    """Documented defaults, callback URL and key are no part of what is asked for."""
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    callback = "callback-url=" + urllib.parse.urljoin(server.base_url, "/nobody")
    for words in (["duration=5"], ["resolution=480p"], ["model=seedance 2.0"], [callback]):
        run = case.open(server, *words)
        check(run.is_ready and run.last["from_library"], f"{words}: {run.last}")
    check(case.open(server, key="sk-video-another").is_ready, "another key is another request")
    check(server.count("submits") == 1, str(server.stats()))


def other_requests_are_other_jobs(case):
    server = case.server()
    for words in ([], ["duration=10"], ["resolution=720p"], ["prompt=a red fox in the snow."],
                  ["image=https://example.org/fox.png"]):
        check(case.open(server, *words).is_ready, str(words))
    check(server.count("submits") == 5, str(server.stats()))


def exit_does_not_wait(case):
    """A process that ends leaves the job behind; the next one goes on with it."""
    server = case.server(faults=["submit-slow:4"], task_seconds=0.2)
    run = case.start(server, "stop-at=submitting")
    case.wait_until(lambda: server.count("submits") == 1, "the submit")
    run.close_input()
    run.wait(10)
    row, = case.rows()
    check(row["state"] == "submitting" and row["armed_at"], str(row))
    again = case.open(server)
    check(again.is_ready and again.clip() == server.clip, again.tail())
    check(server.count("submits") == 1 and server.count("created") == 1, str(server.stats()))


def ledger_held_by_another_program(case):
    """What cannot be written down is not sent; afterwards all is well."""
    server = case.server()
    relay = fake_api.Relay(case, server.port)
    run = case.start(server.base_url.replace(str(server.port), str(relay.port)))
    run.wait_for(lambda event: "trying again" in event["text"], "the second try")
    other = sqlite3.connect(os.path.join(case.library, "ledger.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    relay.open()
    run.wait()
    check(run.error in ("storage", "busy") and run.last["resumable"], run.tail())
    check(server.count("submits") == 0, "it was sent without being written down")
    other.execute("ROLLBACK")
    other.close()
    again = case.open(server.base_url.replace(str(server.port), str(relay.port)))
    check(again.is_ready and server.count("submits") == 1, again.tail())


def element_goes_and_job_goes_on(case):
    """on-stop=keep: nobody uses the job any more, and it is finished in this process."""
    server = case.server(task_seconds=1)
    run = case.start(server, "stop-at=queued")
    case.wait_until(lambda: any(row["state"] == "ready" for row in case.rows()), "the clip")
    run.close_input()
    run.wait()
    check(server.count("submits") == 1, str(server.stats()))


TESTS = [from_prompt_to_clip, ten_in_one_process, four_processes, four_processes_with_ten_each,
         owner_dies, time_in_the_queue_is_no_working_time, first_seen_running_survives_a_restart,
         another_take_is_another_job, same_request_in_other_words,
         other_requests_are_other_jobs, exit_does_not_wait,
         ledger_held_by_another_program, element_goes_and_job_goes_on]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
