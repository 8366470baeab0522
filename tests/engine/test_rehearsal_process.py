# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The server behind provider=rehearsal is shared by all processes with its library: it lives as long as
any of them, and a rehearsal whose submit is lost is simply repeated."""
import json
import os
import random
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check


def environment(case, *options):
    clip = case.path("clip.mp4")
    with open(clip, "wb") as file:
        file.write(harness.make_mp4())
    words = ["--media", clip, "--task-seconds", "0.3", *options]
    return {"GST_PROMPT_REHEARSAL": harness.REHEARSAL, "GST_PROMPT_REHEARSAL_OPTIONS": " ".join(words)}


def server_pid(case):
    with open(os.path.join(case.library, "rehearsal", "server.json"), encoding="utf-8") as file:
        return json.load(file)["pid"]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False

# For the next process to come while the first still uses the server, on a busy machine, too.
LONG_ENOUGH = "20" if harness.IS_SANITIZED else "10"


def rehearse(case, take, env, *words, **named):
    return case.start(None, "provider=rehearsal", f"take={take}", *words, key=None, env=env, **named)


def ends_after_the_last(case, pid):
    case.wait_until(lambda: not is_alive(pid), "the end of the server that nobody uses")


def lives_as_long_as_anybody(case):
    """Whoever started it is killed, or ends; others go on with it."""
    env = environment(case, "--task-seconds", LONG_ENOUGH)
    first = rehearse(case, 1, env)
    first.wait_for_state("queued")
    pid = server_pid(case)
    second = rehearse(case, 2, env)
    second.wait_for_state("queued")
    first.kill()
    third = rehearse(case, 3, env)
    check(second.wait().is_ready and third.wait().is_ready, second.tail() + third.tail())
    check(server_pid(case) == pid, "another server was started")
    ends_after_the_last(case, pid)
    check(rehearse(case, 1, env).wait().is_ready, "the job of the killed process was not taken up")


def the_terminal_of_the_first_is_not_everybodys(case):
    """Ctrl-C there goes to all that was started from it."""
    env = environment(case, "--task-seconds", LONG_ENOUGH)
    first = subprocess.Popen([harness.HEADLESS, "provider=rehearsal", "take=1", "prompt=x"],
                             env=case.environment(None, None, **env), stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    case.closers.append(lambda: (first.kill(), first.wait(), first.stdout.close()))
    while b'"state":"queued"' not in first.stdout.readline():
        check(first.poll() is None, "the first run ended")
    pid = server_pid(case)
    second = rehearse(case, 2, env)
    second.wait_for_state("queued")
    os.killpg(first.pid, signal.SIGINT)
    first.wait()
    check(second.wait().is_ready and server_pid(case) == pid, second.tail())


def many_short_processes(case):
    """In parallel, a third of them killed at any moment: nobody else notices."""
    env = environment(case)
    chance = random.Random(7)
    count = 100 if harness.IS_LONG else 15
    running, ended = [], []
    for take in range(1, count + 1):
        run = rehearse(case, take, env)
        victim = take % 3 == 1
        running.append((run, victim, chance.choice(["submitting", "queued", "fetching", "ready"])))
        if len(running) < 4:
            continue
        run, victim, state = running.pop(0)
        if victim:
            run.wait_for(lambda event, state=state: event["state"] in (state, "ready"), state)
            run.kill()
        else:
            ended.append(run.wait())
    ended += [run.wait() for run, _, _ in running]
    for run in ended:
        check(run.is_ready, run.tail())
    lost = [row["state"] for row in case.rows() if row["state"] in ("uncertain", "failed")]
    check(not lost, str(lost))


def a_lost_answer_is_asked_for_again(case):
    """At once, and nobody is sent to an account that he has not."""
    for number, fault in enumerate(("submit-lost-before@1", "submit-lost-reply@1", "submit-500@1",
                                    "submit-reset@1", "submit-truncated-json@1"), 1):
        case.library = case.path(f"library-{number}")
        run = rehearse(case, 1, environment(case, "--fault", fault)).wait()
        check(run.is_ready, f"{fault}: {run.tail()}")
        check([row["state"] for row in case.rows()] == ["ready"], f"{fault}: {case.rows()}")


def an_answer_that_never_comes(case):
    run = rehearse(case, 1, environment(case, "--fault", "submit-lost-before")).wait()
    check(run.error == "network" and "account" not in run.message and "server.log" in run.message,
          run.tail())
    check([row["state"] for row in case.rows()] == ["failed"], str(case.rows()))
    rehearsed = [row["credits_charged"] for row in case.rows() if row["credits_charged"]]
    check(not rehearsed, str(rehearsed))


def killed_between(case):
    """The process, and its server, between the first byte and the answer."""
    env = environment(case)
    for take, point in enumerate(("after-armed", "reply"), 1):
        rehearse(case, take, {**env, "PROMPT_TEST_POINT": point}).process.wait()
        pid = server_pid(case)
        os.kill(pid, signal.SIGKILL)
        run = rehearse(case, take, env).wait()
        check(run.is_ready, f"{point}: {run.tail()}")
    check({row["state"] for row in case.rows()} == {"ready"}, str(case.rows()))


TESTS = [lives_as_long_as_anybody, the_terminal_of_the_first_is_not_everybodys, many_short_processes,
         a_lost_answer_is_asked_for_again, an_answer_that_never_comes, killed_between]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
