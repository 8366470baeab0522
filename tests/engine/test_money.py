# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Prices, caps and refunds, as far as they are the engine's: nothing is sent that a cap forbids,
however many processes ask at once."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

HOUR_MS = 3600 * 1000


def of(provider, server):
    return {provider.upper() + "_BASE_URL": server.base_urls[provider],
            provider.upper() + "_API_KEY": harness.KEY}


def expected_before_and_charged_after(case):
    """Vidgo's answers name credits; VibeGen's do not, so its price list counts."""
    server = case.server(task_seconds=1)
    run = case.open(server)
    check(run.is_ready, run.tail())
    first = next(event for event in run.events if event["state"] == "submitting")
    check(first["credits"] == 15 and run.last["credits"] == 15, str(run.events))
    row, = case.rows()
    check((row["credits_expected"], row["credits_charged"]) == (15, None), str(row))
    case.library = case.path("of-omnivideo")
    run = case.open(None, "provider=omnivideo", env=of("omnivideo", server))
    check(run.is_ready, run.tail())
    row, = case.rows()
    check(row["credits_charged"] is not None and row["credits_charged"] > 0, str(row))
    check(run.last["credits"] == row["credits_charged"], run.tail())


def processes_cannot_jointly_exceed_the_day(case):
    """Eight at once, 15 credits each, 50 a day: three go out."""
    server = case.server(task_seconds=1)
    runs = [case.start(server, f"take={take}", env={"GST_PROMPT_DAILY_CREDITS": "50"})
            for take in range(1, 9)]
    for run in runs:
        run.wait()
    ready = [run for run in runs if run.is_ready]
    check(len(ready) == 3, f"{len(ready)} are ready")
    for run in runs:
        check(run.is_ready or "GST_PROMPT_DAILY_CREDITS" in run.message, run.tail())
    check(server.count("submits") == 3 and server.count("created") == 3, str(server.stats()))


def the_day_is_24_hours(case):
    """What was sent 25 hours ago does not count, 23 hours ago does."""
    server = case.server()
    limit = {"GST_PROMPT_DAILY_CREDITS": "20"}
    check(case.open(server, env=limit).is_ready, "15 of 20 were refused")
    now = int(time.time() * 1000)
    case.execute("UPDATE jobs SET armed_at = ?", now - 23 * HOUR_MS)
    run = case.open(server, "take=2", env=limit)
    check(run.error == "settings" and server.count("submits") == 1, run.tail())
    case.execute("UPDATE jobs SET armed_at = ?", now - 25 * HOUR_MS)
    check(case.open(server, "take=2", env=limit).is_ready, "it counts after 25 hours")


def what_was_left_behind_counts_when_it_is_taken_up(case):
    """A job that was decided on long ago and never sent costs today's credits."""
    server = case.server()
    run = case.start(server, env={"PROMPT_TEST_POINT": "after-intended"})
    run.process.wait(harness.PATIENCE)
    case.execute("UPDATE jobs SET created_at = created_at - ?, state_since = state_since - ?",
                 25 * HOUR_MS, 25 * HOUR_MS)
    limit = {"GST_PROMPT_DAILY_CREDITS": "20"}
    check(case.open(server, "take=2", env=limit).is_ready, "15 of 20 were refused")
    run = case.open(server, env=limit)
    check(run.error == "settings" and "GST_PROMPT_DAILY_CREDITS" in run.message, run.tail())
    check(run.last["resumable"] and server.count("submits") == 1, str(server.stats()))
    check(case.open(server).is_ready and server.count("submits") == 2, "it is lost")


def refunds_are_written_down(case):
    """Omni Video documents that failed tasks are given back: they do not count for the day."""
    server = case.server(faults=["task-fails:No kings"])
    env = of("omnivideo", server)
    run = case.open(None, "provider=omnivideo", env=env)
    check(run.error == "failed" and "gives the credits back" in run.message, run.tail())
    row, = case.rows()
    check(row["refunded"] == 1 and row["armed_at"], str(row))
    price = row["credits_charged"] or row["credits_expected"]
    server.set_faults()
    if row["credits_expected"] is None:
        return
    limit = {"GST_PROMPT_DAILY_CREDITS": str(price), **env}
    run = case.open(None, "provider=omnivideo", "take=2", env=limit)
    check(run.is_ready, "what was given back counts: " + run.tail())


def cap_of_a_request(case):
    server = case.server()
    run = case.open(server, "max-credits=14")
    check(run.error == "settings" and "15 credits" in run.message and "max-credits" in run.message,
          run.tail())
    check(server.count("requests") == 0 and not case.rows(), "something was sent")
    check(case.open(server, "max-credits=15").is_ready, "15 of 15 were refused")


TESTS = [expected_before_and_charged_after, processes_cannot_jointly_exceed_the_day,
         the_day_is_24_hours, what_was_left_behind_counts_when_it_is_taken_up,
         refunds_are_written_down, cap_of_a_request]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
