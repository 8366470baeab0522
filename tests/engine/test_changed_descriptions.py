# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A description that changes makes nobody pay again: what was asked for and paid for in the same words
plays, although a default is another one now, or the model or the setting is there no more."""
import copy
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "provider",
                       "descriptions", "vibegen.json")


class Changing:
    """VibeGen under another name, whose description may be changed between runs."""

    def __init__(self, case):
        self.case = case
        self.path = case.path("changing.json")
        with open(SHIPPED, encoding="utf-8") as file:
            self.description = json.load(file)
        self.description.update({"id": "changing", "base-url-env": "CHANGING_BASE_URL"})
        self.description["auth"]["env"] = ["CHANGING_API_KEY"]
        self.model = self.description["models"][0]
        self.server = case.server()
        self.base = self.server.base_url
        self.write()

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.description, file)

    def start(self, *words, key=True):
        env = {"GST_PROMPT_PROVIDER_PATH": self.path}
        if key:
            env["CHANGING_API_KEY"] = harness.KEY
        return self.case.start(None, "provider=changing", "base-url=" + self.base, *words, key=None,
                               env=env)

    def open(self, *words, **options):
        return self.start(*words, **options).wait(harness.PATIENCE)

    def pay(self, *words):
        run = self.open(*words)
        check(run.is_ready, run.tail())
        return run

    def plays(self, first, *words):
        """The same clip, with the server, and without server and key."""
        submits = self.server.count("submits")
        run = self.open(*words)
        check(run.is_ready and run.last["path"] == first.last["path"], f"{words}: {run.tail()}")
        check(self.server.count("submits") == submits, f"{words} was paid for again")

    def plays_alone(self, first, *words):
        self.server.stop()
        for cache in ("cache=use", "cache=only"):
            run = self.open(cache, *words, key=False)
            check(run.is_ready and run.last["path"] == first.last["path"],
                  f"{cache} {words}: {run.tail()}")


def another_default(case):
    changing = Changing(case)
    first = changing.pay()
    changing.model["settings"]["duration"]["default"] = 10
    changing.model["settings"]["resolution"]["default"] = "720p"
    changing.write()
    changing.plays(first)
    # Whoever says what he wants gets that, once, and it does not hide the other.
    other = changing.pay("duration=10", "resolution=720p")
    check(other.last["path"] != first.last["path"], "what was asked for is not what came")
    check(changing.server.count("submits") == 2, str(changing.server.stats()))
    changing.plays(first, "duration=5", "resolution=480p")
    changing.plays_alone(other, "duration=10", "resolution=720p")


def an_order_is_for_what_the_description_says_now(case):
    changing = Changing(case)
    first = changing.pay()
    changing.model["settings"]["duration"]["default"] = 10
    changing.write()
    changing.plays(first)
    ordered = changing.pay("cache=refresh")
    check(ordered.last["path"] != first.last["path"], ordered.tail())
    newest = case.rows()[-1]
    check(newest["duration_s"] == 10 or json.loads(newest["request_json"])["duration"] == 10,
          str(newest))
    changing.plays(ordered)
    changing.plays_alone(ordered)


def the_other_model_is_the_default(case):
    changing = Changing(case)
    first = changing.pay()
    newer = copy.deepcopy(changing.model)
    newer["id"] = "seedance 3.0"
    del changing.model["default"]
    changing.description["models"].append(newer)
    changing.write()
    changing.plays(first)
    changing.plays_alone(first)


def the_model_is_gone(case):
    changing = Changing(case)
    named = "model=seedance 2.0"
    first = changing.pay(named)
    changing.model["id"] = "seedance 3.0"
    changing.write()
    changing.plays(first, named)
    # What nobody has paid for is refused as before, and nothing is sent.
    submits = changing.server.count("submits")
    run = changing.open(named, "take=2")
    check(run.error == "settings" and "seedance 3.0" in run.message, run.tail())
    run = changing.open(named, "cache=refresh")
    check(run.error == "settings" and "seedance 3.0" in run.message, run.tail())
    check(changing.server.count("submits") == submits, str(changing.server.stats()))
    changing.plays_alone(first, named)


def the_setting_is_gone(case):
    changing = Changing(case)
    first = changing.pay("aspect-ratio=9:16")
    del changing.model["settings"]["aspect-ratio"]
    del changing.description["operations"]["submit"][0]["body"]["json"]["aspect_ratio"]
    changing.write()
    changing.plays(first, "aspect-ratio=9:16")
    check("aspect-ratio" in changing.open("aspect-ratio=9:16", "take=2").message, "not refused")
    changing.plays_alone(first, "aspect-ratio=9:16")


def killed_and_changed(case):
    """What was under way goes on as it was sent."""
    changing = Changing(case)
    changing.server.stop()
    changing.server = case.server(task_seconds=4 * harness.SLOWNESS)
    changing.base = changing.server.base_url
    run = changing.start("model=seedance 2.0")
    run.wait_for_state("queued")
    run.kill()
    changing.model["id"] = "seedance 3.0"
    changing.write()
    run = changing.open("model=seedance 2.0")
    check(run.is_ready and run.clip() == changing.server.clip, run.tail())
    check(changing.server.count("submits") == 1 and len(case.rows()) == 1, str(case.rows()))


def in_other_words(case):
    """Whoever got the clip once gets it again, however he asked: the default that he left out, and the
    same value that he wrote."""
    changing = Changing(case)
    first = changing.pay("duration=5")
    changing.plays(first)
    changing.model["settings"]["duration"]["default"] = 10
    changing.write()
    changing.plays(first)
    changing.plays_alone(first)


def of_a_library_of_before(case):
    """A library that knows nothing of how something was asked for learns it when it plays."""
    changing = Changing(case)
    first = changing.pay()
    database = sqlite3.connect(os.path.join(case.library, "ledger.db"))
    with database:
        database.execute("DROP TABLE asked")
    database.close()
    changing.plays(first)
    changing.model["settings"]["duration"]["default"] = 10
    changing.write()
    changing.plays(first)
    changing.plays_alone(first)


TESTS = [another_default, an_order_is_for_what_the_description_says_now,
         the_other_model_is_the_default, the_model_is_gone, the_setting_is_gone, killed_and_changed,
         in_other_words, of_a_library_of_before]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
