# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Two at one job at the same moment: held up where the moments are short."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check


def paused_at(case, point):
    """The environment that holds a process up there, the file that tells that it is there, and whose
    removal lets it go on."""
    path = case.path("pause-" + point)
    return {"PROMPT_TEST_PAUSE": f"{point}:{path}"}, path


def owner_is_refused_while_another_looks(case):
    """Between reading the row and owning it, its owner ends without a task: there is nothing to take
    over, and the refusal is the other's too."""
    server = case.server(faults=["submit-400"])
    env, owner_waits = paused_at(case, "after-disarmed")
    owner = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(owner_waits), "the refusal")
    env, other_waits = paused_at(case, "before-owned")
    other = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(other_waits), "the other's look")
    os.unlink(owner_waits)
    check(owner.wait().error == "rejected", owner.tail())
    os.unlink(other_waits)
    other.wait()
    check(other.error == "rejected" and other.message == owner.message, other.tail())
    seen = server.stats()["providers"]["vibegen"]
    check((seen["submits"], seen["queries"]) == (1, 0), str(seen))


def owner_finishes_while_another_looks(case):
    """The same with a clip: the other plays it and asks nobody."""
    server = case.server()
    env, owner_waits = paused_at(case, "after-proved")
    owner = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(owner_waits), "the clip")
    env, other_waits = paused_at(case, "before-owned")
    other = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(other_waits), "the other's look")
    os.unlink(owner_waits)
    check(owner.wait().is_ready, owner.tail())
    requests = server.count("requests")
    os.unlink(other_waits)
    check(other.wait().is_ready and other.clip() == server.clip, other.tail())
    check(server.count("requests") == requests, "it was asked for again")


def owner_is_refused_while_a_follower_looks(case):
    """The same for one that has followed for a while."""
    server = case.server(faults=["submit-400"])
    env, owner_waits = paused_at(case, "after-disarmed")
    owner = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(owner_waits), "the refusal")
    env, other_waits = paused_at(case, "before-taken-over")
    other = case.start(server, env=env)
    case.wait_until(lambda: os.path.exists(other_waits), "the follower's look")
    os.unlink(owner_waits)
    check(owner.wait().error == "rejected", owner.tail())
    os.unlink(other_waits)
    check(other.wait().error == "rejected", other.tail())
    seen = server.stats()["providers"]["vibegen"]
    check((seen["submits"], seen["queries"]) == (1, 0), str(seen))


def by_prompt_and_by_task_in_one_process(case):
    """An element that asks for the clip and one that attaches to its task are at one job: it is
    followed and fetched once."""
    server = case.server("--rate", "200000", task_seconds=1)
    run = case.open(server, "also-task=1")
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(len({event["job"] for event in run.events if event["job"]}) == 1, run.tail())
    media = server.stats()["media"]
    check(media["bytes"] == len(server.clip), f"the clip was fetched several times: {media}")
    check(server.count("submits") == 1 and len(case.rows()) == 1, str(server.stats()))


def cancelled_while_the_download_ends(case):
    """The news that a download has ended waits in the queue while its job is cancelled and goes:
    nothing of the job may be touched then."""
    wrapper = [] if harness.IS_SANITIZED else ["valgrind", "-q", "--error-exitcode=99"]
    if wrapper and not shutil.which(wrapper[0]):
        raise harness.Skipped("no valgrind here")
    server = case.server("--rate", "50000", clip=harness.make_mp4(100_000))
    env, waits = paused_at(case, "before-cancelled")
    ended = case.path("ended")
    env["PROMPT_TEST_MARK"] = "after-attempt:" + ended
    run = case.start(server, "on-stop=cancel", "stop-at=fetching", env=env,
                     wrapper=wrapper)
    case.wait_until(lambda: os.path.exists(waits), "the cancellation")
    case.wait_until(lambda: os.path.exists(ended), "the end of the download")
    os.unlink(waits)
    case.wait_until(lambda: case.rows()[0]["state"] == "cancelled", "the end")
    run.close_input()
    run.wait()
    check(case.open(server).is_ready and server.count("submits") == 1, str(server.stats()))


TESTS = [cancelled_while_the_download_ends, owner_is_refused_while_another_looks, owner_finishes_while_another_looks,
         owner_is_refused_while_a_follower_looks, by_prompt_and_by_task_in_one_process]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
