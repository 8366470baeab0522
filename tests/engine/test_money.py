# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Prices, caps and refunds, as far as they are the engine's: nothing is sent that a cap forbids,
however many processes ask at once."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

HOUR_MS = 3600 * 1000


def of(provider, server):
    return {provider.upper() + "_BASE_URL": server.base_urls[provider],
            provider.upper() + "_API_KEY": harness.KEY}


def expected_before_and_charged_after(case):
    """Vidgo's answers name credits; VibeGen's do not, so its price list counts."""
    # Long enough on its way to be looked at there.
    server = case.server(faults=["submit-slow:1"], task_seconds=1)
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


def second_provider(case, server, unit=None):
    """VibeGen's description as quickgen, beside VibeGen itself."""
    env = player.quick_provider(case, server.base_url)
    if unit:
        path = case.path("providers/quickgen.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"id": "quickgen",', f'"id": "quickgen", "unit": "{unit}",'))
    return {name: value for name, value in env.items() if name.startswith("QUICKGEN_")
            or name == "GST_PROMPT_PROVIDER_PATH"}


def each_provider_has_its_own_day(case):
    """A number without a name covers each by itself."""
    server = case.server()
    env = {**second_provider(case, server), "GST_PROMPT_DAILY_CREDITS": "20"}
    check(case.open(server, env=env).is_ready, "15 of 20 were refused")
    run = case.open(server, "provider=quickgen", env=env)
    check(run.is_ready, "another provider's credits count: " + run.tail())
    for words in (["take=2"], ["take=2", "provider=quickgen"]):
        run = case.open(server, *words, env=env)
        check(run.error == "settings" and "15 of the daily limit of 20" in run.message, run.tail())
    check(server.count("submits") == 2, str(server.stats()))


def providers_can_be_set_apart(case):
    server = case.server()
    env = second_provider(case, server)
    env["GST_PROMPT_DAILY_CREDITS"] = " VibeGen = 14 , quickgen=15"
    run = case.open(server, env=env)
    check(run.error == "settings" and "limit of 14" in run.message, run.tail())
    check(case.open(server, "provider=quickgen", env=env).is_ready, "15 of 15 were refused")
    env["GST_PROMPT_DAILY_CREDITS"] = "15,quickgen=15"
    check(case.open(server, env=env).is_ready, "15 of 15 were refused")
    check(case.open(server, "provider=quickgen", "take=2", env=env).error == "settings", "30 of 15")
    check(server.count("submits") == 2, str(server.stats()))


def another_unit_needs_a_limit_of_its_own(case):
    server = case.server()
    env = second_provider(case, server, "USD")
    for caps in ("1000", "vibegen=1000"):
        run = case.open(server, "provider=quickgen", env={**env, "GST_PROMPT_DAILY_CREDITS": caps})
        check(run.error == "settings" and "quickgen=N" in run.message and "USD" in run.message,
              run.tail())
    run = case.open(server, "provider=quickgen", "max-credits=1", env=env)
    check("15 USD" in run.message, run.tail())
    check(server.count("requests") == 0 and not case.rows(), "something was sent")
    run = case.open(server, "provider=quickgen", env={**env, "GST_PROMPT_DAILY_CREDITS":
                                                      "1000,quickgen=15"})
    check(run.is_ready and case.rows()[0]["unit"] == "USD", run.tail())
    # The same account when it counted in something else: what was spent then is no dollars.
    env = second_provider(case, server)
    run = case.open(server, "provider=quickgen", "take=2",
                    env={**env, "GST_PROMPT_DAILY_CREDITS": "15"})
    check(run.is_ready and case.rows()[1]["unit"] == "credits", run.tail())


def rehearsals_count_nowhere(case):
    server = case.server()
    env = {"GST_PROMPT_DAILY_CREDITS": "15", "GST_PROMPT_REHEARSAL": harness.REHEARSAL,
           "GST_PROMPT_REHEARSAL_OPTIONS": f"--media {case.path('clip-1.mp4')} --task-seconds 0.2"}
    for take in range(1, 4):
        run = case.open(None, "provider=rehearsal", f"take={take}", env=env)
        check(run.is_ready, "a rehearsal was refused: " + run.tail())
    check(case.open(server, env=env).is_ready, "rehearsals count")
    check(case.open(server, "take=2", env=env).error == "settings", "30 of 15 were spent")
    check(case.open(None, "provider=rehearsal", "take=9", env=env).is_ready, "after the limit")
    # A program of the version before knows no units.
    case.execute("UPDATE jobs SET unit = NULL")
    check(case.open(server, "take=2", env=env).error == "settings", "what has no unit counts not")
    case.execute("UPDATE jobs SET refunded = 1 WHERE provider = 'vibegen'")
    check(case.open(server, "take=2", env=env).is_ready, "rehearsals count without a unit")


def limits_that_cannot_be_read_refuse(case):
    server = case.server()
    for caps in ("nan", "-1", "inf", "ten", "10,20", "vibegen=", "vibegen=nan", "vibegen=-5", ",",
                 "=5", "vibegen=1,VibeGen=2", "10;vidgo=5", "vibegn=5", "10,"):
        run = case.open(server, env={"GST_PROMPT_DAILY_CREDITS": caps})
        check(run.error == "settings" and "GST_PROMPT_DAILY_CREDITS" in run.message,
              f"{caps}: {run.tail()}")
        check(caps != "vibegn=5" or "did you mean vibegen" in run.message, run.message)
    for cap in ("nan", "-1", "inf", "-0.001"):
        run = case.open(server, "max-credits=" + cap)
        check(run.error == "settings" and "max-credits" in run.message, f"{cap}: {run.tail()}")
    check(server.count("requests") == 0 and not case.rows(), "something was sent")


def names_are_known_in_any_letters(case):
    server = case.server()
    check(case.open(server, "provider=VibeGen").is_ready, "VibeGen is not VibeGen")
    for name in ("vibegen", "VIBEGEN", "Vibegen"):
        check(case.open(server, "provider=" + name).last["from_library"], name)
    check(server.count("submits") == 1 and case.rows()[0]["provider"] == "vibegen",
          str(case.rows()))
    for name, meant in (("rehersal", "rehearsal"), ("vibgen", "vibegen"), ("OmniVidio", "omnivideo")):
        run = case.open(server, "provider=" + name)
        check(run.error == "settings" and "did you mean " + meant in run.message, run.tail())
    check("did you mean" not in case.open(server, "provider=something").message, "far-fetched")


def prompts_without_a_word_are_not_paid_for(case):
    """What a shell leaves of `prompt=$UNSET ! fakesink`."""
    server = case.server()
    for prompt in ("!", " ! ", "...", "?!", "-", "\t.\n", '"', "()"):
        run = case.open(server, "prompt=" + prompt)
        check(run.error == "settings" and "prompt" in run.message, f"{prompt}: {run.tail()}")
    check(server.count("requests") == 0 and not case.rows(), "something was sent")
    for number, words in enumerate((["prompt=!", "image=https://example.com/fox.png"], ["prompt=7"],
                                    ["prompt=\u72d0"], ["prompt=\u2026"])):
        check(case.open(server, *words).is_ready and server.count("submits") == number + 1, str(words))


def results_that_cannot_come_are_not_paid_for(case):
    """VibeGen's answers have one place for one address; of a list nobody knows its length."""
    server = case.server()
    run = case.open(server, "result=1")
    check(run.error == "settings" and "result=1" in run.message, run.tail())
    check(server.count("submits") == 0 and not case.rows(), str(server.stats()))
    check(case.open(server, "result=0").is_ready and server.count("submits") == 1, "result=0")
    # What is in the library is the same request, and nothing is paid for again.
    check(case.open(server, "result=1").is_ready and server.count("submits") == 1, "another request")
    case.library = case.path("of-a-list")
    run = case.open(None, "provider=vidgo", "result=1", env=of("vidgo", server))
    check(run.error != "settings" and len(case.rows()) == 1, run.tail())


TESTS = [results_that_cannot_come_are_not_paid_for, each_provider_has_its_own_day, providers_can_be_set_apart,
         another_unit_needs_a_limit_of_its_own, rehearsals_count_nowhere,
         limits_that_cannot_be_read_refuse, names_are_known_in_any_letters,
         prompts_without_a_word_are_not_paid_for,
         expected_before_and_charged_after, processes_cannot_jointly_exceed_the_day,
         the_day_is_24_hours, what_was_left_behind_counts_when_it_is_taken_up,
         refunds_are_written_down, cap_of_a_request]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
