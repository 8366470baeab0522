# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Whoever opens a request brings its own permission to pay, its own cap and its own key. Two open the
same: who may not pay never spoils it for who may, in whatever order they come, in one process or
two; and it is paid for once."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

OPENERS = os.environ["PROMPT_TEST_OPENERS"]
COUNT = 1000 if harness.IS_LONG else 50


def begin(env, *words):
    return subprocess.Popen([OPENERS, *words], env=env, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)


def end(process):
    out, _ = process.communicate(timeout=4 * harness.PATIENCE)
    check(process.returncode == 0, f"it ended with {process.returncode}")
    return json.loads(out)


def both(case, *words, count=COUNT, server=None, key_in_environment=True):
    """Two elements of one process."""
    server = server or case.server("--rate-limit", "0", task_seconds=0)
    env = player.quick_provider(case, server.base_url)
    if not key_in_environment:
        env.pop("QUICKGEN_API_KEY")
    return server, end(begin(env, f"count={count}", *words))


def nobody_is_wronged(server, fates, reason, count=COUNT):
    check(fates["payers"]["ready"] == count,
          f"who may pay was refused {fates['payers']['refused']} times: {fates['payers']['errors']}")
    for error in fates["others"]["errors"]:
        check(reason in error, f"who may not pay was told: {error}")
    check(fates["others"]["ready"] + fates["others"]["refused"] == count, str(fates))
    check(server.count("created") == count, f"{server.count('created')} tasks for {count} requests")


def cache_only_comes_first(case):
    server, fates = both(case, "order=other-first", "other=cache-only")
    nobody_is_wronged(server, fates, "cache=only")


def cache_only_comes_second(case):
    server, fates = both(case, "order=payer-first", "other=cache-only")
    nobody_is_wronged(server, fates, "cache=only")


def cache_only_comes_at_the_same_time(case):
    server, fates = both(case, "order=together", "other=cache-only")
    nobody_is_wronged(server, fates, "cache=only")


def a_cap_comes_first(case):
    server, fates = both(case, "order=other-first", "other=max-credits")
    nobody_is_wronged(server, fates, "max-credits")


def a_cap_comes_at_the_same_time(case):
    server, fates = both(case, "order=together", "other=max-credits")
    nobody_is_wronged(server, fates, "max-credits")


def one_without_a_key_comes_first(case):
    server, fates = both(case, "order=other-first", "other=no-key", "key=" + harness.KEY, count=50,
                         key_in_environment=False)
    nobody_is_wronged(server, fates, "No API key", 50)


def one_with_a_wrong_key_comes_first(case):
    for order in ("other-first", "together"):
        server = case.server("--rate-limit", "0", "--key", harness.KEY, task_seconds=0)
        case.library = case.path("library-" + order)
        server, fates = both(case, "order=" + order, "other=wrong-key", "key=" + harness.KEY,
                             count=50, server=server, key_in_environment=False)
        nobody_is_wronged(server, fates, "key", 50)


def who_refreshes_is_not_given_an_old_clip(case):
    """The other one may have either; who pays has a new one each time."""
    server = case.server("--rate-limit", "0", task_seconds=0)
    env = player.quick_provider(case, server.base_url)
    end(begin(env, "count=50", "other=nobody"))
    for number, order in enumerate(("other-first", "payer-first", "together")):
        fates = end(begin(env, "count=50", "order=" + order, "other=cache-only", "payer=refresh"))
        check(fates["payers"]["ready"] == 50 and fates["others"]["ready"] == 50, str(fates))
        check(server.count("created") == 50 * (number + 2), f"{order}: {server.stats()}")


def two_processes(case):
    """One may pay and the other one may not: they meet in the ledger."""
    for number, other in enumerate(("cache-only", "max-credits", "no-key")):
        server = case.server("--rate-limit", "0", task_seconds=0)
        case.library = case.path(f"library-{number}")
        env = player.quick_provider(case, server.base_url)
        poor = dict(env)
        if other == "no-key":
            poor.pop("QUICKGEN_API_KEY")
        runs = [begin(poor, f"count={COUNT}", "payer=nobody", "other=" + other),
                begin(env, f"count={COUNT}", "other=nobody")]
        fates = {"others": end(runs[0])["others"], "payers": end(runs[1])["payers"]}
        nobody_is_wronged(server, fates, {"no-key": "No API key"}.get(other, other.split("-")[0]))


def two_processes_of_which_one_has_a_wrong_key(case):
    """The one is refused by the provider; the other one, which watched it, asks with its own key."""
    server = case.server("--rate-limit", "0", "--key", harness.KEY, task_seconds=0)
    env = player.quick_provider(case, server.base_url)
    runs = [begin(env, "count=50", "payer=nobody", "other=wrong-key"),
            begin(env, "count=50", "other=nobody")]
    fates = {"others": end(runs[0])["others"], "payers": end(runs[1])["payers"]}
    nobody_is_wronged(server, fates, "key", 50)


def two_processes_that_both_may_pay(case):
    server = case.server("--rate-limit", "0", task_seconds=0)
    env = player.quick_provider(case, server.base_url)
    runs = [begin(env, f"count={COUNT}", "other=nobody") for _ in range(2)]
    for run in runs:
        fates = end(run)
        check(fates["payers"]["ready"] == COUNT, str(fates))
    check(server.count("created") == COUNT and server.count("submits") == COUNT,
          str(server.stats()["providers"]["vibegen"]))


def two_who_may_not_pay(case):
    """Each is told its own reason, and nothing is paid."""
    for order in ("other-first", "payer-first", "together"):
        server, fates = both(case, "order=" + order, "other=cache-only", count=20,
                             key_in_environment=False)
        check(fates["payers"]["refused"] == fates["others"]["refused"] == 20, str(fates))
        check(all("No API key" in error for error in fates["payers"]["errors"]), str(fates))
        check(all("cache=only" in error for error in fates["others"]["errors"]), str(fates))
        check(server.count("requests") == 0, str(server.stats()))


TESTS = [cache_only_comes_first, cache_only_comes_second, cache_only_comes_at_the_same_time,
         a_cap_comes_first, a_cap_comes_at_the_same_time, one_without_a_key_comes_first,
         one_with_a_wrong_key_comes_first, who_refreshes_is_not_given_an_old_clip, two_processes,
         two_processes_of_which_one_has_a_wrong_key, two_processes_that_both_may_pay,
         two_who_may_not_pay]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
