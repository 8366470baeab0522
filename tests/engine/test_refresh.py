# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""An order for another clip does not cost the one that is here: whatever becomes of it, whoever gave no
order plays what was paid for before, without a key, a server or a second payment."""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

OPENERS = os.environ["PROMPT_TEST_OPENERS"]
FAILURES = {
    "refused": ("submit-400", ()),
    "out-of-credits": ("submit-402", ()),
    "moderated": ("task-fails:No kings", ()),
    "not-a-clip": ("media-html", ()),
    "uncertain": ("submit-lost-reply,list-hides", ()),
    "unreachable": ("submit-503", ("generation-timeout=1",)),
}


def paid_once(case, *words, **options):
    """A server, and the run that paid for the clip that is here."""
    server = case.server(**options)
    first = case.open(server, *words)
    check(first.is_ready, first.tail())
    return server, first


def plays_the_first(case, first, base, *words):
    """Nobody is there to be asked."""
    for cache in ("cache=use", "cache=only"):
        run = case.open(base, cache, *words, key=None)
        check(run.is_ready and run.last["path"] == first.last["path"], f"{cache}: {run.tail()}")
        check(run.last["from_library"] and run.last["job"] == first.last["job"], str(run.last))


def failed(case):
    """Whatever the reason: the clip of before plays, with the server gone and while it is there."""
    for number, (name, (faults, options)) in enumerate(FAILURES.items(), 1):
        take = f"take={number}"
        server, first = paid_once(case, take)
        server.set_faults(*faults.split(","))
        refreshed = case.open(server, "cache=refresh", take, *options,
                              env={"GST_PROMPT_SETTLING_SECONDS": "1"})
        check(refreshed.error, f"{name}: {refreshed.tail()}")
        server.set_faults()
        before = server.count("submits")
        run = case.open(server, take)
        check(run.is_ready and run.last["path"] == first.last["path"], f"{name}: {run.tail()}")
        check(server.count("submits") == before, f"{name} is paid for again")
        base = server.base_url
        server.stop()
        plays_the_first(case, first, base, take)


def cancelled(case):
    server, first = paid_once(case)
    server.set_faults("task-hangs")
    run = case.start(server, "cache=refresh", "on-stop=cancel", "stop-at=queued")
    run.wait_for_state("queued")
    case.wait_until(lambda: case.rows()[-1]["state"] == "cancelled", "the end of the order")
    run.close_input()
    run.wait()
    base = server.base_url
    server.stop()
    plays_the_first(case, first, base)


def under_way(case):
    """Another process plays at once, and the order goes on; what it brings counts afterwards."""
    server, first = paid_once(case, task_seconds=2 * harness.SLOWNESS)
    order = case.start(server, "cache=refresh")
    order.wait_for_state("queued")
    # However long the other one takes.
    order.process.send_signal(signal.SIGSTOP)
    run = case.open(server)
    order.process.send_signal(signal.SIGCONT)
    check(run.is_ready and run.last["path"] == first.last["path"], run.tail())
    check(order.wait().is_ready and server.count("submits") == 2, order.tail())
    run = case.open(server)
    check(run.is_ready and run.last["job"] == order.last["job"], run.tail())


def ended_too_early(case):
    """The process that ordered it is gone: the order is there to be taken up, and nothing is paid."""
    server, first = paid_once(case, task_seconds=1)
    order = case.start(server, "cache=refresh")
    order.wait_for_state("queued")
    order.kill()
    run = case.open(server)
    check(run.is_ready and run.last["path"] == first.last["path"], run.tail())
    run = case.open(server, "cache=refresh")
    check(run.is_ready and run.last["path"] != first.last["path"], run.tail())
    check(server.count("submits") == 2, str(server.stats()))


def a_lost_clip_comes_back(case):
    """The order failed, and the file of before is gone: it is fetched again, which is free."""
    server, first = paid_once(case)
    server.set_faults("submit-400")
    check(case.open(server, "cache=refresh").error == "rejected", "it was not refused")
    server.set_faults()
    os.unlink(first.last["path"])
    before = server.count("submits")
    run = case.open(server)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("submits") == before, "it is paid for again")


def the_new_one_is_lost(case):
    """The order brought a clip, whose file is gone, and the provider keeps none: the one before plays."""
    server, first = paid_once(case)
    second = case.open(server, "cache=refresh")
    check(second.is_ready and second.last["path"] != first.last["path"], second.tail())
    os.unlink(second.last["path"])
    base = server.base_url
    server.stop()
    old = case.rows()[0]["created_at"] - 100 * 3600 * 1000
    case.execute("UPDATE jobs SET created_at = ?, accepted_at = ?, completed_at = ?", old, old, old)
    plays_the_first(case, first, base)


def two_elements(case):
    """Of one process and at the same time: the order fails, and who gave none is not wronged."""
    for number, order in enumerate(("other-first", "payer-first", "together")):
        case.library = case.path(f"library-{number}")
        server = case.server("--rate-limit", "0", task_seconds=0)
        env = player.quick_provider(case, server.base_url)

        def both(*words):
            run = subprocess.run([OPENERS, "count=20", *words], env=env, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, check=True,
                                 timeout=harness.PATIENCE)
            return json.loads(run.stdout)

        check(both("other=nobody")["payers"]["ready"] == 20, "nothing was made")
        server.set_faults("submit-400")
        fates = both("order=" + order, "other=cache-only", "payer=refresh")
        check(fates["others"]["ready"] == 20, f"{order}: {fates}")
        check(fates["payers"]["refused"] == 20, f"{order}: {fates}")
        check(server.count("created") == 20, str(server.stats()))


TESTS = [failed, cancelled, under_way, ended_too_early, a_lost_clip_comes_back, the_new_one_is_lost,
         two_elements]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
